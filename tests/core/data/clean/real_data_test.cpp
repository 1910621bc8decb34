// The steps on the real files, against the oddities that were counted in them (data/README.md).
#include <gtest/gtest.h>

#include "core/base/line_reader.h"
#include "core/metrics/bleu.h"
#include "tests/core/data/clean/cleaning_support.h"

namespace koala {
namespace {

using test::CleaningProject;
using test::fact;
using test::runOne;

std::vector<std::string> koalaPrompts(const fs::path& shared)
{
    std::vector<std::string> prompts;
    auto reader = LineReader::open(shared / "data/koala_test_set/koala_test_set.jsonl");
    for (Line line; reader.ok() && reader->next(line);)
        prompts.push_back(Json::parse(line.text).at("prompt"));
    return prompts;
}

TEST(RealData, HasThePageLeftoversThatWereCounted)
{
    KOALA_SHARED_OR_SKIP(shared);
    CleaningProject project;
    const auto dataset = project.import(shared / "data/sharegpt/sharegpt_v3_sample.json.gz");
    const StepReport report = runOne(*dataset, "page_leftovers");
    EXPECT_EQ(fact(report, "\"Share Prompt\" endings"), "25");
    EXPECT_EQ(fact(report, "Korean translation labels"), "21");
}

TEST(RealData, HoldsThePublishedKeywordsAsOftenAsCounted)
{
    KOALA_SHARED_OR_SKIP(shared);
    CleaningProject project;
    EXPECT_EQ(
        runOne(*project.import(shared / "data/sharegpt/sharegpt_v3_sample.json.gz"), "keywords")
            .taken,
        5u);
    EXPECT_EQ(
        runOne(*project.import(shared / "data/sharegpt/dummy_conversation.json"), "keywords").taken,
        84u);
}

TEST(RealData, RepeatsDialoguesAsOftenAsCounted)
{
    KOALA_SHARED_OR_SKIP(shared);
    CleaningProject project;
    const auto repeats = [&](const char* file) {
        return runOne(*project.import(shared / "data" / file), "duplicate_dialogues").taken;
    };
    EXPECT_EQ(repeats("alpaca/alpaca_en_demo.json"), 14u);
    EXPECT_EQ(repeats("alpaca/alpaca_zh_demo.json"), 8u);
    // Three more repeat a dialogue that was offered other tools: those are no repeats.
    EXPECT_EQ(repeats("sharegpt/glaive_toolcall_en_demo.json"), 35u);
}

// Ten prompts of the Koala test set planted into real rows are found, each, and of a hundred rows
// whose text is a prompt with its tokens shuffled (prompts of 15 tokens and more) none is.
TEST(RealData, PlantedCopiesAreFoundAndShuffledControlsAreNot)
{
    KOALA_SHARED_OR_SKIP(shared);
    const std::vector<std::string> prompts = koalaPrompts(shared);
    ASSERT_EQ(prompts.size(), 180u);
    const Json alpaca = readJsonFile(shared / "data/alpaca/alpaca_en_demo.json").value();
    Json rows = Json::array();
    std::uint64_t state = 180;
    const auto random = [&state](std::uint64_t below) {
        state = state * 6364136223846793005ull + 1442695040888963407ull;
        return (state >> 33) % below;
    };
    for (std::size_t i = 0; i < 400; ++i)
        rows.push_back(alpaca[i]);
    std::set<std::uint64_t> planted;
    while (planted.size() < 10) {
        const std::uint64_t at = random(400);
        if (planted.insert(at).second) {
            rows[at]["instruction"] = prompts[planted.size() * 17];
            rows[at]["input"] = "";
        }
    }
    std::size_t controls = 0;
    for (const std::string& prompt : prompts) {
        std::vector<std::string> words = tokenize13a(prompt);
        if (words.size() < 15 || controls == 100)
            continue;
        ++controls;
        for (std::size_t w = words.size(); w > 1; --w)
            std::swap(words[w - 1], words[random(w)]);
        std::string shuffled;
        for (const std::string& word : words)
            shuffled += word + " ";
        rows.push_back({{"instruction", shuffled}, {"input", ""}, {"output", "control"}});
    }
    ASSERT_EQ(controls, 100u);
    CleaningProject project;
    test::writeText(project.path() / "planted.json", rows.dump());
    const auto dataset = project.import(project.path() / "planted.json", "alpaca");
    ASSERT_EQ(dataset->size(), 500u);
    project.addPrompts("koala", prompts);
    for (const char* type : {"overlap_words", "overlap_bleu"}) {
        CleaningSteps steps;
        steps.add(type, {{"prompt_sets", {"koala"}}});
        ASSERT_TRUE(writeSteps(dataset->directory(), steps).ok());
        const auto effective = openEffectiveDataset(dataset->directory());
        ASSERT_TRUE(effective.ok()) << effective.error().message;
        std::set<std::uint64_t> taken;
        for (std::uint64_t row = 0; row < dataset->size(); ++row)
            taken.insert(row);
        for (std::uint64_t row = 0; row < (*effective)->size(); ++row)
            taken.erase((*effective)->rowNumber(row));
        EXPECT_TRUE(std::includes(taken.begin(), taken.end(), planted.begin(), planted.end()))
            << type;
        EXPECT_EQ(std::count_if(taken.begin(), taken.end(), [](auto row) { return row >= 400; }), 0)
            << type;
    }
}

} // namespace
} // namespace koala
