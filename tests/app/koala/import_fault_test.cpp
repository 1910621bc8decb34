// koala data import as a process when the file system fails (reliability D3), and several of them
// at once.
#include <chrono>

#include <sys/wait.h>

#include "tests/app/koala/import_process.h"
#include "tests/support/long_tests.h"

namespace koala {
namespace {

using test::Ended;
using test::ImportProcess;
using test::namesIn;

TEST(FailingImportProcess, EndsWithOneAndAMessageOrGetsOverIt)
{
    const auto folder = test::memoryDirectory();
    const fs::path file = folder.path() / "source.json";
    test::writeRecords(file, test::kKinds[0], 60);
    const ImportProcess whole(folder.path() / "whole");
    const std::size_t calls = whole.calls(file).size();
    const auto manifest = readDatasetManifest(whole.made());
    ASSERT_TRUE(manifest.ok());
    const ImportProcess failing(folder.path() / "failing");
    int failed = 0;
    for (const char* error : {"EIO", "EDQUOT", "EROFS", "EMFILE", "ENOSPC"})
        for (const char* forEver : {"0", "1"})
            for (std::size_t call = 1; call <= calls; call += test::longTests() ? 1 : 19) {
                SCOPED_TRACE(fmt::format("call {} {} for ever {}", call, error, forEver));
                const Ended ended = failing.import(file,
                    {fmt::format("FAULTBOX_FAIL={}", call), fmt::format("FAULTBOX_ERRNO={}", error),
                        fmt::format("FAULTBOX_FOREVER={}", forEver)});
                EXPECT_TRUE(ended.status == 1 || ended.status == 3) << ended.words;
                if (ended.status == 1) {
                    ++failed;
                    EXPECT_NE(ended.words.find("koala: "), std::string::npos);
                    EXPECT_NE(ended.words.find(failing.datasets().string()), std::string::npos)
                        << ended.words;
                }
                if (fs::exists(failing.made())) {
                    const auto made = readDatasetManifest(failing.made());
                    ASSERT_TRUE(made.ok()) << made.error().message;
                    EXPECT_EQ(made->rowsSha256, manifest->rowsSha256);
                    ASSERT_TRUE(removeAll(failing.made()).ok());
                }
            }
    EXPECT_GT(failed, 10);
    EXPECT_EQ(failing.import(file).status, 3);
    EXPECT_EQ(namesIn(failing.datasets()), std::set<std::string>{"tasks"});
}

TEST(ImportProcesses, AtTheSameTimeLeaveEachOtherAlone)
{
    const auto folder = test::memoryDirectory();
    const ImportProcess project(folder.path() / "project");
    std::vector<ChildProcess> children;
    std::set<std::string> names;
    for (int i = 0; i < 12; ++i) {
        const std::string name = fmt::format("part-{}", i);
        const fs::path file = folder.path() / (name + ".json");
        test::writeRecords(file, test::kKinds[4], 200);
        children.push_back(project.start({"data", "import", file.string()}));
        names.insert(name);
    }
    const auto running = [&] {
        return std::ranges::any_of(children, [](ChildProcess& child) { return child.running(); });
    };
    while (running()) // as a window does that watches the folder
        EXPECT_TRUE(unfinishedImports(project.datasets())->empty());
    for (ChildProcess& child : children)
        EXPECT_EQ(*child.wait(), 0) << *readFile(project.wordsFile());
    EXPECT_EQ(namesIn(project.datasets()), names);
}

TEST(ImportProcesses, DoNotTakeAFolderThatIsJustMadeForAnAbandonedOne)
{
    const auto folder = test::memoryDirectory();
    const fs::path file = folder.path() / "source.json";
    test::writeRecords(file, test::kKinds[4], 20);
    const ImportProcess project(folder.path() / "project");
    const std::vector<std::string> calls = project.calls(file);
    ASSERT_TRUE(removeAll(project.made()).ok());
    const auto lock = std::ranges::find_if(
        calls, [](const std::string& call) { return call.find("/.lock") != call.npos; });
    ASSERT_NE(lock, calls.end());

    ChildProcess first = project.start({"data", "import", "--name", "first", file.string()},
        {fmt::format("FAULTBOX_STOP={}", lock - calls.begin() + 1)});
    int status = 0;
    ASSERT_EQ(::waitpid(first.pid(), &status, WUNTRACED), first.pid());
    ASSERT_TRUE(WIFSTOPPED(status));
    ChildProcess second = project.start({"data", "import", "--name", "second", file.string()});
    (void)second.waitFor(std::chrono::milliseconds(300)); // it waits, or does its damage by then
    first.signal(SIGCONT);
    EXPECT_EQ(*first.wait(), 0) << *readFile(project.wordsFile());
    EXPECT_EQ(*second.wait(), 0) << *readFile(project.wordsFile());
    EXPECT_EQ(namesIn(project.datasets()), (std::set<std::string>{"first", "second"}));
}

} // namespace
} // namespace koala
