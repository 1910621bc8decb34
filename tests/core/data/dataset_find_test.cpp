#include "core/data/dataset.h"

#include "core/data/dataset_indexing.h"
#include "core/data/formats/dataset_import.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

class FindTest : public testing::Test {
protected:
    void SetUp() override
    {
        ImportRequest request;
        request.datasetsDirectory = m_folder.path() / "datasets";
        request.files = {m_folder.path() / "rows.jsonl"};
        request.format = "koala";
        test::writeText(request.files[0],
            R"({"turns":[{"role":"user","text":"Where do red pandas live?"},{"role":"assistant","text":"In the Himalaya."}],"feedback":"positive","tags":{"language":"en"}}
{"turns":[{"role":"user","text":"人工智能是什么"},{"role":"assistant","text":"计算机"}],"tags":{"language":"zh"},"split":"test"}
{"turns":[{"role":"user","text":"Write code"},{"role":"assistant","text":"```\nint pandas = 2;\n``` <br/> </s>"},{"role":"user","text":"more"},{"role":"assistant","text":"no"}],"pair":{"id":"p","rank":"chosen"},"tags":{"language":"en"}}
{"turns":[{"role":"user","text":"where do  RED pandas live?"},{"role":"assistant","text":"China\n2 / 2"}],"pair":{"id":"p","rank":"rejected"},"system":"Be brief"}
)");
        const auto manifest = importDataset(request);
        ASSERT_TRUE(manifest.ok()) << manifest.error().message;
        m_directory = request.datasetsDirectory / manifest->slug;
        m_dataset = *Dataset::open(m_directory);
    }
    std::vector<std::uint32_t> find(const RowQuery& query)
    {
        const auto found = m_dataset->find(query);
        EXPECT_TRUE(found.ok()) << found.error().message;
        return found.ok() ? *found : std::vector<std::uint32_t>{};
    }
    TemporaryDirectory m_folder = test::temporaryDirectory();
    fs::path m_directory;
    std::shared_ptr<const Dataset> m_dataset;
};
using Rows = std::vector<std::uint32_t>;

TEST_F(FindTest, WordsAreFoundInAnyTurnAndScript)
{
    EXPECT_EQ(find({.words = "pandas"}), (Rows{0, 2, 3}));
    EXPECT_EQ(find({.words = "\"red pandas\" live"}), (Rows{0, 3}));
    EXPECT_EQ(find({.words = "pand* himalaya"}), (Rows{0}));
    EXPECT_EQ(find({.words = "工智"}), (Rows{1}));
    EXPECT_EQ(find({.words = "brief"}), (Rows{3})) << "the system message";
    EXPECT_EQ(find({.words = " "}).size(), 4u);
    EXPECT_FALSE(m_dataset->find({.words = "\"open"}).ok());
}

TEST_F(FindTest, ExpressionsAreMatchedInsideOneTurn)
{
    EXPECT_EQ(find({.regex = "(?i)red\\s+PANDAS"}), (Rows{0, 3}));
    EXPECT_TRUE(find({.regex = "live.*Himalaya"}).empty());
    const auto broken = m_dataset->find({.regex = "("});
    ASSERT_FALSE(broken.ok());
    EXPECT_EQ(broken.error().code, ErrorCode::InvalidInput);
    Rows told;
    const auto found =
        m_dataset->find({.regex = "a"}, {}, [&](std::span<const std::uint32_t> more) {
            told.insert(told.end(), more.begin(), more.end());
        });
    EXPECT_EQ(told, *found);
}

TEST_F(FindTest, FactsFlagsAndLabelsFilter)
{
    EXPECT_EQ(find({.language = "en"}), (Rows{0, 2, 3}))
        << "told from the text where no tag says it";
    EXPECT_EQ(find({.minTurns = 3}), (Rows{2}));
    EXPECT_EQ(find({.feedback = Feedback::Positive}), (Rows{0}));
    EXPECT_EQ(find({.rank = PairRank::Rejected}), (Rows{3}));
    EXPECT_EQ(find({.paired = false}), (Rows{0, 1}));
    EXPECT_EQ(find({.givenHoldOut = true}), (Rows{1}));
    EXPECT_EQ(
        find({.flags = std::uint32_t(RowFlag::Code) | std::uint32_t(RowFlag::Html)}), (Rows{2}));
    EXPECT_EQ(find({.flags = std::uint32_t(RowFlag::ControlMarks)}), (Rows{2}));
    EXPECT_EQ(find({.flags = std::uint32_t(RowFlag::PageLeftovers)}), (Rows{3}));
    EXPECT_EQ(find({.flags = std::uint32_t(RowFlag::SystemMessage)}), (Rows{3}));
    EXPECT_EQ(find({.withoutFlags = std::uint32_t(RowFlag::Code), .repeatedPromptsOnly = true}),
        (Rows{3}));
    EXPECT_EQ(find({.accept = [](std::uint32_t row) { return row > 1; }}), (Rows{2, 3}));
}

TEST_F(FindTest, TheIndexFindsWhatReadingFinds)
{
    const std::vector<RowQuery> queries{{.words = "pandas"}, {.words = "\"red pandas\" live"},
        {.words = "pand* himalaya"}, {.words = "工智"}, {.words = "工能"}, {.words = "能"},
        {.words = "人工智能"}, {.words = "brief"}, {.language = "zh"}, {.language = ""},
        {.flags = std::uint32_t(RowFlag::Html)}, {.words = "live", .regex = "(?i)red"}};
    std::vector<Rows> read;
    for (const RowQuery& query : queries)
        read.push_back(find(query));
    EXPECT_EQ(m_dataset->indexedRows(), 0u);
    std::stop_source stop;
    stop.request_stop();
    EXPECT_FALSE(indexDataset(m_directory, stop.get_token()).ok());
    IndexingProgress last;
    ASSERT_TRUE(indexDataset(m_directory, {}, [&](const IndexingProgress& progress) {
        last = progress;
    }).ok());
    EXPECT_EQ(last.rows, 4u);
    ASSERT_TRUE(indexDataset(m_directory).ok()) << "a second time there is nothing to do";
    m_dataset = *Dataset::open(m_directory);
    EXPECT_EQ(m_dataset->indexedRows(), 4u);
    for (std::size_t i = 0; i < queries.size(); ++i)
        EXPECT_EQ(find(queries[i]), read[i]) << i;
    EXPECT_EQ(m_dataset->facets().languages.at("en"), 3u);
    EXPECT_EQ(m_dataset->facets().flags.at(RowFlag::Code), 1u);
}

TEST_F(FindTest, RowsAreSorted)
{
    EXPECT_EQ(find({.sort = RowSort::Turns, .descending = true}), (Rows{2, 0, 1, 3}));
    EXPECT_EQ(find({.words = "pandas", .descending = true}), (Rows{3, 2, 0}));
}

TEST_F(FindTest, AStoppedSearchSaysSo)
{
    std::stop_source stop;
    stop.request_stop();
    const auto found = m_dataset->find({.regex = "a"}, stop.get_token());
    ASSERT_FALSE(found.ok());
    EXPECT_EQ(found.error().code, ErrorCode::Cancelled);
}

TEST_F(FindTest, FacetsCountAllRows)
{
    const DatasetFacets facets = m_dataset->facets();
    EXPECT_EQ(facets.rows, 4u);
    EXPECT_EQ(facets.turns.at(2), 3u);
    EXPECT_EQ(facets.feedback.at(Feedback::Positive), 1u);
    EXPECT_EQ(facets.ranks.at(PairRank::Chosen), 1u);
    EXPECT_EQ(facets.givenHoldOut, 1u);
    EXPECT_EQ(facets.repeatedPrompts, 1u);
}

// Blocks of 4,096 rows are prepared by several threads; a stop falls between them.
TEST(Indexing, ManyBlocksHoldTheSameAsTheTextsInOneGoOrTwo)
{
    const TemporaryDirectory folder = test::temporaryDirectory();
    constexpr std::uint32_t kRows = 4096 * 3 + 100;
    std::string rows;
    for (std::uint32_t i = 0; i < kRows; ++i)
        rows += fmt::format(
            R"({{"turns":[{{"role":"user","text":"row{} mod{}"}},{{"role":"assistant","text":"{}"}}]}})"
            "\n",
            i, i % 7, i % 3 == 0 ? "```x```" : "plain");
    ImportRequest request;
    request.datasetsDirectory = folder.path() / "datasets";
    request.files = {folder.path() / "many.jsonl"};
    request.format = "koala";
    test::writeText(request.files[0], rows);
    const auto manifest = importDataset(request);
    ASSERT_TRUE(manifest.ok()) << manifest.error().message;
    const fs::path directory = request.datasetsDirectory / manifest->slug;
    const std::vector<RowQuery> queries{{.words = "mod3"}, {.words = "row8191 mod1"},
        {.words = "row12* mod6"}, {.words = "plain mod5"},
        {.words = "mod2", .flags = std::uint32_t(RowFlag::Code)}};
    const auto answers = [&](std::uint64_t indexed) {
        const auto dataset = *Dataset::open(directory);
        EXPECT_EQ(dataset->indexedRows(), indexed);
        std::vector<Rows> found;
        for (const RowQuery& query : queries)
            found.push_back(*dataset->find(query));
        return found;
    };
    const std::vector<Rows> read = answers(0);
    EXPECT_EQ(read[0].size(), kRows / 7 + 1);
    EXPECT_EQ(read[1], (Rows{8191}));
    std::stop_source stop;
    const Status stopped = indexDataset(
        directory, stop.get_token(), [&](const IndexingProgress&) { stop.request_stop(); });
    ASSERT_FALSE(stopped.ok());
    EXPECT_EQ(stopped.error().code, ErrorCode::Cancelled);
    const std::uint64_t half = (*Dataset::open(directory))->indexedRows();
    EXPECT_GE(half, 4096u);
    EXPECT_LT(half, kRows);
    EXPECT_EQ(answers(half), read);
    ASSERT_TRUE(indexDataset(directory).ok());
    EXPECT_EQ(answers(kRows), read);
}

} // namespace
} // namespace koala
