// Imports that are killed (reliability K2): the dataset is absent or complete, and the next import
// of the same file goes on and gives the very same rows.
#include <random>

#include "tests/app/koala/import_process.h"
#include "tests/support/long_tests.h"

namespace koala {
namespace {

using test::Ended;
using test::ImportProcess;
using test::Kind;
using test::namesIn;

constexpr std::uint64_t kMostRedone = 10'000;

class KilledImportTest : public testing::Test {
protected:
    void prepare(const Kind& kind, int records)
    {
        m_file = m_folder.path() / "source.json";
        test::writeRecords(m_file, kind, records);
        m_calls = m_whole.calls(m_file);
        const auto manifest = readDatasetManifest(m_whole.made());
        ASSERT_TRUE(manifest.ok()) << manifest.error().message;
        ASSERT_EQ(manifest->importer, kind.format);
        m_manifest = *manifest;
    }
    // True when the dataset is there; it is complete then.
    bool isThere() const
    {
        if (!fs::exists(m_killed.made()))
            return false;
        const auto complete = readDatasetManifest(m_killed.made());
        EXPECT_TRUE(complete.ok());
        EXPECT_EQ(complete->rowsSha256, m_manifest.rowsSha256);
        return true;
    }
    // Conversations that the killed process had written or told of.
    std::uint64_t reached(const Ended& killed) const
    {
        std::uint64_t rows = test::lastNumber(killed, "rows");
        for (const std::string& name : namesIn(m_killed.datasets()))
            if (const auto text = readFile(m_killed.datasets() / name / "rows.jsonl"); text.ok())
                rows = std::max(rows, std::uint64_t(std::ranges::count(*text, '\n')));
        return rows;
    }
    std::uint64_t goOnToTheEnd()
    {
        const Ended ended = m_killed.goOn(m_file);
        EXPECT_EQ(ended.status, m_manifest.quarantined > 0 ? 3 : 0) << ended.words;
        EXPECT_TRUE(isThere()) << ended.words;
        const auto manifest = readDatasetManifest(m_killed.made());
        EXPECT_EQ(manifest->quarantined, m_manifest.quarantined);
        EXPECT_EQ(manifest->sourceRows, m_manifest.sourceRows);
        expectTheSameFiles();
        return test::lastNumber(ended, "continued_at");
    }
    void expectTheSameFiles() const
    {
        EXPECT_EQ(namesIn(m_killed.datasets()), std::set<std::string>{"tasks"});
        EXPECT_EQ(namesIn(m_killed.made()), namesIn(m_whole.made()));
        for (const char* name : {"rows.jsonl", "quarantine.jsonl", "steps.json"})
            EXPECT_EQ(*readFile(m_killed.made() / name), *readFile(m_whole.made() / name)) << name;
        const auto dataset = Dataset::open(m_killed.made());
        ASSERT_TRUE(dataset.ok()) << dataset.error().message;
        EXPECT_EQ((*dataset)->size(), m_manifest.rows);
    }

    TemporaryDirectory m_folder = test::memoryDirectory();
    fs::path m_file;
    ImportProcess m_whole{m_folder.path() / "whole"};
    ImportProcess m_killed{m_folder.path() / "killed"};
    std::vector<std::string> m_calls; // of the import that is not killed
    DatasetManifest m_manifest;       // that it made
};

class KilledImport : public KilledImportTest, public testing::WithParamInterface<Kind> {};

TEST_P(KilledImport, AtRandomIsAbsentAndThenContinuedToTheSameRows)
{
    ASSERT_NO_FATAL_FAILURE(prepare(GetParam(), test::longTests() ? 200'000 : 40'000));
    const int rounds = test::longTests() ? 9 : 1;
    const std::uint64_t parts = m_manifest.rows / m_manifest.sourceRows;
    std::mt19937 random(42); // fixed: the same calls each time
    const std::size_t calls = m_calls.size();
    for (int round = 0; round < rounds; ++round) {
        std::uint64_t rows = 0;
        // The first kill finds checkpoints, the others go on from there.
        std::size_t call = calls / 2 + random() % (calls * 2 / 5);
        for (int attempt = 0; attempt < 4 && !isThere(); ++attempt) {
            const Ended killed = m_killed.import(m_file, {fmt::format("FAULTBOX_KILL={}", call)});
            EXPECT_TRUE(killed.killed() || isThere()) << killed.words;
            rows = std::max(rows, reached(killed));
            call = 1 + random() % (calls / 4);
        }
        if (!isThere()) {
            const std::uint64_t from = goOnToTheEnd();
            EXPECT_GT(from, 0u);
            EXPECT_GE(from + kMostRedone, rows / parts);
        }
        expectTheSameFiles();
        ASSERT_TRUE(removeAll(m_killed.made()).ok());
    }
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, KilledImport, testing::ValuesIn(test::kKinds), [](const auto& kind) {
        return fmt::format("{}{}", kind.param.format, kind.param.packed ? "_gz" : "");
    });

class KilledPublishing : public KilledImportTest {};

TEST_F(KilledPublishing, AtEveryCallLosesNothing)
{
    // Two checkpoints: the last at 16,384 records.
    ASSERT_NO_FATAL_FAILURE(prepare(test::kKinds[0], 17'000));
    const auto first = std::ranges::find_if(
        m_calls, [](const std::string& call) { return call.find("steps.json") != call.npos; });
    ASSERT_NE(first, m_calls.end());
    int complete = 0;
    for (std::size_t call = std::size_t(first - m_calls.begin()) + 1; call <= m_calls.size();
        ++call) {
        SCOPED_TRACE(m_calls[call - 1]);
        const Ended killed = m_killed.import(m_file, {fmt::format("FAULTBOX_KILL={}", call)});
        ASSERT_TRUE(killed.killed()) << killed.words;
        if (isThere()) { // killed after the rename: what it left goes with the next import
            ++complete;
            const fs::path other = m_folder.path() / "other.json";
            test::writeText(other, test::task(1, 1));
            ASSERT_EQ(m_killed.run({"data", "import", other.string()}).status, 0);
            ASSERT_TRUE(removeAll(m_killed.datasets() / "other").ok());
            expectTheSameFiles();
        } else {
            EXPECT_EQ(goOnToTheEnd(), 16'384u);
        }
        ASSERT_TRUE(removeAll(m_killed.made()).ok());
        ASSERT_FALSE(HasFailure());
    }
    EXPECT_GE(complete, 3);
    EXPECT_LT(complete, 15);
}

TEST_F(KilledPublishing, OfAFileThatChangedSinceBeginsAnew)
{
    ASSERT_NO_FATAL_FAILURE(prepare(test::kKinds[0], 17'000));
    ASSERT_TRUE(
        m_killed.import(m_file, {fmt::format("FAULTBOX_KILL={}", m_calls.size() - 20)}).killed());
    test::writeRecords(m_file, test::kKinds[0], 17'001);
    const Ended ended = m_killed.goOn(m_file);
    EXPECT_EQ(ended.status, 3) << ended.words;
    EXPECT_EQ(test::lastNumber(ended, "continued_at"), 0u);
    const auto manifest = readDatasetManifest(m_killed.made());
    ASSERT_TRUE(manifest.ok());
    EXPECT_EQ(manifest->sourceRows + manifest->quarantined, 17'001u);
    EXPECT_EQ(namesIn(m_killed.datasets()), std::set<std::string>{"tasks"});
}

} // namespace
} // namespace koala
