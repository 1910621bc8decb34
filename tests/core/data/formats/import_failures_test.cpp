// Imports that cannot finish: a process that was killed, a folder without rights, a file that
// changes while it is read.
#include <unistd.h>

#include "core/data/formats/dataset_import.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

std::string manyTasks(int count)
{
    std::string text;
    for (int i = 0; i < count; ++i)
        text +=
            fmt::format("{{\"instruction\":\"Count to {}\",\"input\":\"\",\"output\":\"{}\"}}\n", i,
                std::string(200, 'x'));
    return text;
}

TEST(FailingImport, WhatAKilledImportLeftIsCleanedUp)
{
    const auto folder = test::temporaryDirectory();
    ImportRequest request;
    request.datasetsDirectory = folder.path() / "datasets";
    request.files = {folder.path() / "tasks.jsonl"};
    test::writeText(request.files[0], manyTasks(3));
    const fs::path left = request.datasetsDirectory / ".import-killed";
    const fs::path running = request.datasetsDirectory / ".import-running";
    test::writeText(left / "rows.jsonl", "half");
    test::writeText(left / ".lock", "");
    test::writeText(running / "rows.jsonl", "half");
    const auto lock = FileLock::acquire(running / ".lock");
    ASSERT_TRUE(lock.ok());
    ASSERT_TRUE(importDataset(request).ok());
    EXPECT_FALSE(fs::exists(left));
    EXPECT_TRUE(fs::exists(running)) << "another import is at work there";
}

TEST(FailingImport, AFolderWithoutRightsIsNamed)
{
    if (::geteuid() == 0)
        GTEST_SKIP() << "root may write everywhere";
    const auto folder = test::temporaryDirectory();
    ImportRequest request;
    request.datasetsDirectory = folder.path() / "datasets";
    request.files = {folder.path() / "tasks.jsonl"};
    test::writeText(request.files[0], manyTasks(3));
    fs::create_directory(request.datasetsDirectory);
    fs::permissions(request.datasetsDirectory, fs::perms::owner_read | fs::perms::owner_exec);
    const auto manifest = importDataset(request);
    fs::permissions(request.datasetsDirectory, fs::perms::owner_all);
    ASSERT_FALSE(manifest.ok());
    EXPECT_NE(manifest.error().message.find("datasets"), std::string::npos);
}

TEST(FailingImport, AFileThatChangesWhileItIsReadIsTold)
{
    const auto folder = test::temporaryDirectory();
    const fs::path file = folder.path() / "tasks.jsonl";
    for (const bool vanishes : {false, true}) {
        test::writeText(file, manyTasks(40000));
        ImportRequest request;
        request.datasetsDirectory = folder.path() / "datasets";
        request.files = {file};
        bool done = false;
        const auto manifest = importDataset(request, {}, [&](const ImportProgress&) {
            if (std::exchange(done, true))
                return;
            if (vanishes)
                fs::remove(file);
            else
                test::writeText(file, manyTasks(1));
        });
        ASSERT_FALSE(manifest.ok());
        EXPECT_NE(
            manifest.error().message.find("tasks.jsonl was changed or removed"), std::string::npos)
            << manifest.error().message;
        EXPECT_TRUE(fs::is_empty(request.datasetsDirectory));
    }
}

} // namespace
} // namespace koala
