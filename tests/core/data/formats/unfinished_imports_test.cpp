// Imports that were cut off: listed with what they hold, gone on with, discarded.
#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

#include "core/data/formats/unfinished_imports.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

constexpr int kRecords = 100'000;

class UnfinishedImports : public testing::Test {
protected:
    UnfinishedImports()
    {
        std::string text;
        for (int i = 0; i < kRecords; ++i)
            text += fmt::format(
                "{{\"question\":\"{}?\",\"reply\":\"{}\",\"extra\":{}}}\n", i, i % 89, i);
        test::writeText(m_file, text);
        m_request.datasetsDirectory = m_folder.path() / "datasets";
        m_request.files = {m_file};
        m_request.columns = *ColumnMap::parse("user=question,assistant=reply");
        m_request.licence = "own";
    }
    // In a child that is killed once a checkpoint is there.
    void cutOff() const
    {
        const pid_t child = ::fork();
        if (child == 0) {
            (void)importDataset(m_request, {}, [&](const ImportProgress&) {
                for (const auto& entry : fs::directory_iterator(m_request.datasetsDirectory))
                    if (fs::exists(entry.path() / "checkpoint.json"))
                        ::raise(SIGKILL);
            });
            ::_exit(0);
        }
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status)) << "the import was over before a checkpoint was seen";
    }
    std::vector<UnfinishedImport> listed() const
    {
        auto found = unfinishedImports(m_request.datasetsDirectory);
        EXPECT_TRUE(found.ok());
        return std::move(found).valueOr({});
    }
    bool nothingHidden() const
    {
        for (const auto& entry : fs::directory_iterator(m_request.datasetsDirectory))
            if (entry.path().filename().string().starts_with("."))
                return false;
        return true;
    }
    TemporaryDirectory m_folder = test::temporaryDirectory();
    fs::path m_file = m_folder.path() / "questions.jsonl";
    ImportRequest m_request;
};

TEST_F(UnfinishedImports, AreListedAndContinuedAsTheyWereAskedFor)
{
    EXPECT_TRUE(listed().empty()) << "no folder yet";
    cutOff();
    const auto found = listed();
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].slug, "questions");
    EXPECT_EQ(found[0].importer, "columns");
    EXPECT_EQ(found[0].files, std::vector{m_file});
    EXPECT_EQ(found[0].records % 8192, 0u);
    EXPECT_GT(found[0].records, 0u);
    EXPECT_EQ(found[0].rows, found[0].records);
    EXPECT_GT(found[0].bytesOnDisk, 100'000u);
    EXPECT_EQ(found[0].problem, "");

    const auto request = continuedRequest(m_request.datasetsDirectory, found[0].id);
    ASSERT_TRUE(request.ok()) << request.error().message;
    std::uint64_t from = 0;
    const auto manifest = importDataset(
        *request, {}, [&](const ImportProgress& progress) { from = progress.continuedAt; });
    ASSERT_TRUE(manifest.ok()) << manifest.error().message;
    EXPECT_EQ(from, found[0].records);
    EXPECT_EQ(manifest->rows, std::uint64_t(kRecords));
    EXPECT_EQ(manifest->licence, "own");
    EXPECT_EQ(manifest->slug, "questions");
    EXPECT_TRUE(listed().empty());
    EXPECT_TRUE(nothingHidden());
    EXPECT_FALSE(fs::exists(m_request.datasetsDirectory / "questions" / "import.json"));
    EXPECT_FALSE(fs::exists(m_request.datasetsDirectory / "questions" / "checkpoint.json"));
}

TEST_F(UnfinishedImports, OutliveTheImportOfAnotherFileAndCanBeDiscarded)
{
    cutOff();
    ImportRequest other = m_request;
    other.files = {m_folder.path() / "other.jsonl"};
    test::writeText(other.files[0], "{\"question\":\"a\",\"reply\":\"b\"}\n");
    ASSERT_TRUE(importDataset(other).ok());
    const auto found = listed();
    ASSERT_EQ(found.size(), 1u);
    ASSERT_TRUE(discardImport(m_request.datasetsDirectory, found[0].id).ok());
    EXPECT_TRUE(listed().empty());
    EXPECT_TRUE(nothingHidden());
    EXPECT_EQ(
        discardImport(m_request.datasetsDirectory, found[0].id).error().code, ErrorCode::NotFound);
    EXPECT_EQ(
        discardImport(m_request.datasetsDirectory, "../other").error().code, ErrorCode::NotFound);
}

TEST_F(UnfinishedImports, OfAChangedFileSayWhyTheyCannotGoOn)
{
    cutOff();
    test::writeText(m_file, "{\"question\":\"a\",\"reply\":\"b\"}\n");
    const auto found = listed();
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].problem, m_file.string() + " has changed since");
    const auto request = continuedRequest(m_request.datasetsDirectory, found[0].id);
    ASSERT_FALSE(request.ok());
    EXPECT_NE(request.error().message.find("has changed since; discard it with koala data discard"),
        std::string::npos)
        << request.error().message;
    fs::remove(m_file);
    EXPECT_EQ(listed()[0].problem, m_file.string() + " is not there any more");
}

TEST_F(UnfinishedImports, AtWorkAreNotAmongThem)
{
    std::size_t seen = 1;
    const auto manifest = importDataset(m_request, {}, [&](const ImportProgress& progress) {
        if (progress.rows < std::uint64_t(kRecords))
            seen = listed().size();
    });
    ASSERT_TRUE(manifest.ok());
    EXPECT_EQ(seen, 0u);
}

TEST_F(UnfinishedImports, WhoseNameWasTakenSinceSaySo)
{
    cutOff();
    test::writeText(m_request.datasetsDirectory / "questions" / "manifest.json", "{}");
    ASSERT_EQ(listed().size(), 1u);
    EXPECT_EQ(listed()[0].problem, "there is a dataset \"questions\" by now");
}

} // namespace
} // namespace koala
