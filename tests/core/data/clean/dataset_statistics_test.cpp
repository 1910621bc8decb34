#include "core/data/clean/dataset_statistics.h"

#include <set>

#include "tests/core/data/clean/cleaning_support.h"

namespace koala {
namespace {

using List = std::vector<std::pair<std::string, std::uint64_t>>;

TEST(DatasetStatistics, CountsTurnsWordsAndRequests)
{
    test::CleaningProject project;
    const auto dataset = project.make({{{"human", "Please write a short story about red pandas."},
                                           {"gpt", "Once upon a time there was a panda."},
                                           {"human", "more"}, {"gpt", "No."}},
        {{"human", "Write the story of the moon"}, {"gpt", "It is round."}},
        {{"human", "write THE story   of the moon"}, {"gpt", "It is round."}},
        {{"human", "Could you explain 3 theorems in simple words for me and my mother"},
            {"gpt", "Certainly, here are three theorems in simple words."}},
        {{"human", "Bitte erkläre mir die Relativitätstheorie in einfachen Worten, und zwar so, "
                   "dass auch meine Großmutter sie verstehen würde."},
            {"gpt", "Gern."}}});
    const auto counted = countStatistics(*dataset);
    ASSERT_TRUE(counted.ok()) << counted.error().message;
    EXPECT_EQ(counted->rows, 5u);
    EXPECT_EQ(counted->turns, 12u);
    EXPECT_EQ(counted->multiTurnRows, 1u);
    EXPECT_EQ(
        counted->roles, (std::map<std::string, std::uint64_t>{{"assistant", 6}, {"user", 6}}));
    EXPECT_EQ(counted->turnsPerRow, (std::map<std::uint64_t, std::uint64_t>{{2, 4}, {4, 1}}));
    EXPECT_EQ(counted->repeatedPrompts, 1u);
    EXPECT_EQ(counted->words, 8u + 8 + 1 + 1 + 6 + 3 + 6 + 3 + 13 + 8 + 18 + 1);
    EXPECT_EQ(counted->longestTurnWords, 18u);
    EXPECT_EQ(counted->languages.at("de"), 1u);
    EXPECT_EQ(counted->languages.at("en"), 4u);
    EXPECT_EQ(counted->requestsWithVerb, 4u);
    EXPECT_EQ(counted->verbs, (List{{"write", 3}, {"explain", 1}}));
    EXPECT_EQ(counted->verbObjects, (List{{"write story", 3}, {"explain theorems", 1}}));
    ASSERT_EQ(counted->distinct.size(), 3u);
    EXPECT_EQ(counted->distinct[0].second, counted->words);
    EXPECT_EQ(counted->distinct[1].second, counted->words - 12) << "one fewer a turn";
    EXPECT_TRUE(counted->distinctComplete);
}

// Rows are dealt to two threads in hundreds: the sum must not depend on who took which.
TEST(DatasetStatistics, ManyRowsGiveTheSumOfTheirParts)
{
    test::CleaningProject project;
    constexpr std::size_t kRows = 1500;
    std::vector<test::Turns> rows;
    std::set<std::string> words{"tell", "me", "number", "yes"};
    for (std::size_t i = 0; i < kRows; ++i) {
        const std::string name = "w" + std::to_string(i % 700);
        words.insert(name);
        rows.push_back({{"human", "tell me number " + name}, {"gpt", "yes " + name}});
    }
    const auto dataset = project.make(rows);
    std::uint64_t told = 0;
    const auto counted = countStatistics(*dataset, [&](std::uint64_t done) {
        EXPECT_GT(done, told);
        told = done;
    });
    ASSERT_TRUE(counted.ok()) << counted.error().message;
    EXPECT_EQ(told, kRows);
    EXPECT_EQ(counted->rows, kRows);
    EXPECT_EQ(counted->words, kRows * 6);
    EXPECT_EQ(counted->distinct[0].first, words.size());
    EXPECT_EQ(counted->repeatedPrompts, kRows - 700);
    EXPECT_EQ(counted->verbs, (List{{"tell", kRows}}));
}

TEST(DatasetStatistics, StopsWhenAsked)
{
    test::CleaningProject project;
    std::vector<test::Turns> rows(2000, {{"human", "tell me"}, {"gpt", "no"}});
    const auto dataset = project.make(rows);
    std::stop_source stop;
    std::uint64_t told = 0;
    const auto counted = countStatistics(
        *dataset,
        [&](std::uint64_t done) {
            told = done;
            stop.request_stop();
        },
        stop.get_token());
    ASSERT_FALSE(counted.ok());
    EXPECT_EQ(counted.error().code, ErrorCode::Cancelled);
    EXPECT_LT(told, 2000u);
}

} // namespace
} // namespace koala
