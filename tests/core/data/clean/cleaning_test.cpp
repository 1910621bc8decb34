#include "core/data/clean/cleaning.h"

#include <gtest/gtest.h>

#include "tests/core/data/clean/cleaning_support.h"

namespace koala {
namespace {

using test::CleaningProject;
using test::run;

std::vector<test::Turns> someDialogues()
{
    std::vector<test::Turns> list;
    for (int i = 0; i < 600; ++i)
        list.push_back({{"human", "Question number " + std::to_string(i % 500) + " about koalas?"},
            {"gpt", "Answer " + std::to_string(i) + " with a\nCopy code\nin it."}});
    return list;
}

CleaningSteps someSteps()
{
    CleaningSteps steps;
    steps.add("page_leftovers");
    steps.add("keywords", {{"words", {"answer 17 "}}});
    steps.add("duplicate_prompts");
    steps.add("near_duplicates", {{"threshold", 0.95}});
    steps.add("exclude", {{"rows", {3, 5}}});
    return steps;
}

TEST(Cleaning, LeavesTheRowsAsTheyAreWithoutSteps)
{
    CleaningProject project;
    const auto dataset = project.make(someDialogues());
    const CleaningReport report = run(*dataset, {});
    EXPECT_EQ(report.kept, 600u);
    EXPECT_EQ(report.effectiveSha256, dataset->manifest().rowsSha256);
    CleaningSteps off = someSteps();
    for (CleaningStep& step : off.steps)
        step.enabled = false;
    EXPECT_EQ(run(*dataset, off).effectiveSha256, dataset->manifest().rowsSha256);
}

TEST(Cleaning, CountsEachStepOnWhatTheOnesBeforeLeft)
{
    CleaningProject project;
    const auto dataset = project.make(someDialogues());
    const CleaningReport report = run(*dataset, someSteps());
    ASSERT_EQ(report.steps.size(), 5u);
    EXPECT_EQ(report.steps[0].edited, 600u);
    EXPECT_EQ(report.steps[1].taken, 1u);
    EXPECT_EQ(report.steps[2].taken, 99u); // 100 repeats; the original of one is gone already
    for (std::size_t i = 0; i < report.steps.size(); ++i) {
        const StepReport& step = report.steps[i];
        EXPECT_EQ(step.rowsAfter, step.rowsBefore - step.taken);
        EXPECT_LE(step.examples.size(), 20u);
        EXPECT_EQ(step.rowsBefore, i == 0 ? 600u : report.steps[i - 1].rowsAfter);
    }
    EXPECT_EQ(report.kept, report.steps.back().rowsAfter);
    EXPECT_EQ(report.edited, report.kept);
}

TEST(Cleaning, GivesTheSameHashForTheSameStepsWhateverTheThreads)
{
    CleaningProject project;
    const auto dataset = project.make(someDialogues());
    const CleaningReport first = run(*dataset, someSteps());
    for (const unsigned threads : {1u, 3u}) {
        CleaningOptions options;
        options.threads = threads;
        options.dryRun = true;
        const CleaningReport again = run(*dataset, someSteps(), options);
        EXPECT_EQ(again.effectiveSha256, first.effectiveSha256);
        ASSERT_EQ(again.steps.size(), first.steps.size());
        for (std::size_t i = 0; i < again.steps.size(); ++i) {
            ASSERT_EQ(again.steps[i].examples.size(), first.steps[i].examples.size());
            for (std::size_t e = 0; e < again.steps[i].examples.size(); ++e)
                EXPECT_EQ(again.steps[i].examples[e].row, first.steps[i].examples[e].row);
        }
    }
}

TEST(Cleaning, GivesTheEffectiveRowsAsADataset)
{
    CleaningProject project;
    const auto dataset = project.make(someDialogues());
    CleaningSteps steps = someSteps();
    ASSERT_TRUE(writeSteps(dataset->directory(), steps).ok());
    const auto effective = openEffectiveDataset(dataset->directory());
    ASSERT_TRUE(effective.ok()) << effective.error().message;
    const auto report = readCleaningReport(dataset->directory());
    ASSERT_TRUE(report.ok() && *report);
    EXPECT_EQ((*effective)->size(), (*report)->kept);
    EXPECT_EQ((*effective)->manifest().rowsSha256, (*report)->effectiveSha256);
    EXPECT_EQ(readSteps(dataset->directory())->effectiveSha256, (*report)->effectiveSha256);
    for (std::uint64_t row = 0; row < (*effective)->size(); ++row) {
        const auto conversation = (*effective)->read(row);
        ASSERT_TRUE(conversation.ok()) << conversation.error().message;
        EXPECT_EQ(conversation->turns[1].text.find("Copy code"), std::string::npos);
        EXPECT_EQ(conversation->uid,
            fmt::format("{:016x}", dataset->rows()[(*effective)->rowNumber(row)].uid));
        EXPECT_NE((*effective)->rowNumber(row), 3u);
    }
    EXPECT_EQ((*effective)->firstMessages(0, 2)->front(), "Question number 0 about koalas?");
    // Another option: other rows at the next opening.
    steps.find("step-5")->enabled = false;
    ASSERT_TRUE(writeSteps(dataset->directory(), steps).ok());
    EXPECT_EQ((*openEffectiveDataset(dataset->directory()))->size(), (*effective)->size() + 2);
    for (const char* id : {"step-1", "step-2", "step-3", "step-4"})
        steps.find(id)->enabled = false;
    ASSERT_TRUE(writeSteps(dataset->directory(), steps).ok());
    EXPECT_EQ((*openEffectiveDataset(dataset->directory()))->size(), 600u);
}

TEST(Cleaning, StopsWhenAskedToAndLeavesNothingHalfMade)
{
    CleaningProject project;
    const auto dataset = project.make(someDialogues());
    std::stop_source stop;
    stop.request_stop();
    CleaningOptions options;
    options.stop = stop.get_token();
    const auto report = runCleaning(*dataset, someSteps(), options);
    ASSERT_FALSE(report.ok());
    EXPECT_EQ(report.error().code, ErrorCode::Cancelled);
    EXPECT_FALSE(fs::exists(dataset->directory() / "cleaned"));
    for (const auto& entry : fs::directory_iterator(dataset->directory()))
        EXPECT_FALSE(entry.path().filename().string().starts_with(".cleaning-")) << entry.path();
}

TEST(Cleaning, NamesAPromptSetThatTheProjectDoesNotHave)
{
    CleaningProject project;
    const auto dataset = project.make(someDialogues());
    CleaningSteps steps;
    steps.add("overlap_bleu", {{"prompt_sets", {"nowhere"}}});
    const auto report = runCleaning(*dataset, steps);
    ASSERT_FALSE(report.ok());
    EXPECT_NE(report.error().message.find("nowhere"), std::string::npos);
}

TEST(CleaningReport, ReadsBackWhatItWrote)
{
    CleaningProject project;
    const auto dataset = project.make(someDialogues());
    const CleaningReport report = run(*dataset, someSteps());
    const OrderedJson json = toJson(report);
    const auto again = cleaningReportFromJson(Json::parse(json.dump()), "report");
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(toJson(*again), json);
}

} // namespace
} // namespace koala
