#include "core/data/mix/whole_rows.h"

#include <atomic>
#include <numeric>

#include "core/data/clean/cleaning.h"
#include "core/data/formats/dataset_import.h"
#include "core/data/mix/training_stream.h"
#include "tests/support/temporary.h"
#include "tests/support/tiny_tokenizer.h"

namespace koala {
namespace {

class WholeRowsTest : public testing::Test {
protected:
    void SetUp() override
    {
        ASSERT_TRUE(test::trainTinyTokenizer(m_folder.path() / "tokenizer.model").ok());
        m_tokenizer = *loadTokenizer(m_folder.path() / "tokenizer.model");
        ImportRequest request;
        request.datasetsDirectory = m_folder.path() / "datasets";
        request.files = {fs::path(KOALA_SOURCE_DIR) / "datasets/starter/sharegpt_dialogues.json"};
        const auto manifest = importDataset(request);
        ASSERT_TRUE(manifest.ok()) << manifest.error().message;
        m_slug = manifest->slug;
    }
    Result<std::shared_ptr<const RowTokens>> countWhole(std::stop_token stop = {})
    {
        WholeRowOptions options;
        options.projectDirectory = m_folder.path();
        options.dataset = m_slug;
        options.chatTemplate = TemplateId::Koala;
        options.stop = stop;
        options.progress = [this](std::uint64_t done, std::uint64_t) { m_told = done; };
        return countWholeRows(m_tokenizer, options);
    }
    // Counts of a mixture that has only this dataset: rows, tokens and trained tokens of each row.
    std::vector<std::uint32_t> countLimited(TooLong tooLong, std::int64_t limit)
    {
        Mixture mixture;
        mixture.name = "limited";
        mixture.maxTokens = mixture.packingLength = limit;
        mixture.tooLong = tooLong;
        mixture.sources.push_back({.dataset = m_slug});
        ResolvedMixture::Options options;
        options.projectDirectory = m_folder.path();
        options.chatTemplate = TemplateId::Koala;
        const auto resolved = ResolvedMixture::open(mixture, m_tokenizer, options);
        EXPECT_TRUE(resolved.ok()) << resolved.error().message;
        std::vector<std::uint32_t> counts;
        for (std::uint32_t row = 0; row < (*resolved)->dataset(0).size(); ++row) {
            counts.push_back((*resolved)->tokensOf({0, row}));
            counts.push_back((*resolved)->trainedTokensOf({0, row}));
            counts.push_back((*resolved)->partsOf({0, row}));
        }
        return counts;
    }
    void forgetCounts()
    {
        std::error_code code;
        EXPECT_GT(fs::remove_all(m_folder.path() / "datasets" / m_slug / "counts", code), 1u);
    }
    TemporaryDirectory m_folder = test::temporaryDirectory();
    std::shared_ptr<const Tokenizer> m_tokenizer;
    std::string m_slug;
    std::atomic<std::uint64_t> m_told = 0;
};

TEST_F(WholeRowsTest, CountsWhatTheTemplateRendersWithoutALimit)
{
    const auto counts = countWhole();
    ASSERT_TRUE(counts.ok()) << counts.error().message;
    const auto dataset = *Dataset::open(m_folder.path() / "datasets" / m_slug);
    ASSERT_EQ((*counts)->tokens.size(), dataset->size());
    EXPECT_EQ(m_told, dataset->size());
    for (std::uint32_t row = 0; row < dataset->size(); ++row) {
        std::vector<ChatTurn> turns = chatTurnsOf(*dataset->read(row), "");
        while (!turns.empty() && turns.back().speaker != ChatTurn::Speaker::Assistant)
            turns.pop_back();
        const auto rendered = renderChat(TemplateId::Koala, *m_tokenizer, turns, {.addBos = true});
        ASSERT_TRUE(rendered.ok());
        EXPECT_EQ((*counts)->tokens[row], rendered->tokens.size()) << row;
    }
    m_told = 0;
    EXPECT_EQ((*countWhole())->tokens, (*counts)->tokens);
    EXPECT_EQ(m_told, 0u) << "what is counted is only read";
}

TEST_F(WholeRowsTest, MixturesWithALimitCountTheSameWithAndWithoutThem)
{
    for (const TooLong tooLong : {TooLong::DropTurns, TooLong::Cut, TooLong::Split}) {
        const std::vector<std::uint32_t> alone = countLimited(tooLong, 300);
        forgetCounts();
        const auto whole = countWhole();
        ASSERT_TRUE(whole.ok());
        EXPECT_GT(std::ranges::count_if((*whole)->tokens, [](auto n) { return n > 300; }), 0);
        EXPECT_GT(std::ranges::count_if((*whole)->tokens, [](auto n) { return n <= 300; }), 0);
        EXPECT_EQ(countLimited(tooLong, 300), alone);
        forgetCounts();
    }
}

TEST_F(WholeRowsTest, CleanedRowsAreCountedFromThoseOfAllRows)
{
    const fs::path directory = m_folder.path() / "datasets" / m_slug;
    CleaningSteps steps;
    steps.add("length", {{"least_turns", 3}});
    const auto dataset = *Dataset::open(directory);
    const auto longRow = std::ranges::find_if(
        dataset->rows(), [](const RowFacts& facts) { return facts.turns >= 3; });
    steps.add("edit",
        *parseJson(fmt::format(R"({{"edits":[{{"row":{},"turns":[{{"role":"user","text":"Edited"}},
                       {{"role":"assistant","text":"Yes, in a few words"}}]}}]}})",
                       longRow - dataset->rows().begin()),
            "the edit"));
    const auto clean = [&] { ASSERT_TRUE(writeSteps(directory, steps).ok()); };
    const auto dirty = [&] { ASSERT_TRUE(writeSteps(directory, CleaningSteps()).ok()); };
    clean();
    const std::vector<std::uint32_t> split = countLimited(TooLong::Split, 100);
    const std::vector<std::uint32_t> tokens = (*countWhole())->tokens;
    dirty();
    forgetCounts();
    const std::vector<std::uint32_t> all = (*countWhole())->tokens;
    (void)countLimited(TooLong::Split, 100);
    EXPECT_GT(all.size(), tokens.size());
    clean();
    EXPECT_EQ((*countWhole())->tokens, tokens);
    EXPECT_EQ(countLimited(TooLong::Split, 100), split);
}

TEST_F(WholeRowsTest, StopsAndLeavesNothingBehind)
{
    std::stop_source stop;
    stop.request_stop();
    const auto counts = countWhole(stop.get_token());
    ASSERT_FALSE(counts.ok());
    EXPECT_EQ(counts.error().code, ErrorCode::Cancelled);
    EXPECT_FALSE(fs::exists(m_folder.path() / "datasets" / m_slug / "counts"));
}

} // namespace
} // namespace koala
