#include "core/data/clean/steps.h"

#include <gtest/gtest.h>

#include "core/data/clean/step_types.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

TEST(Steps, AreUndoneAndDoneAgainFromTheirHistory)
{
    const TemporaryDirectory folder = test::temporaryDirectory();
    const auto ids = [&] {
        std::string list;
        const CleaningSteps present = readSteps(folder.path()).value();
        for (const CleaningStep& step : present.steps)
            list += step.type + " ";
        return list;
    };
    CleaningSteps steps;
    steps.add("length");
    ASSERT_TRUE(writeSteps(folder.path(), steps).ok());
    steps.add("language");
    ASSERT_TRUE(writeSteps(folder.path(), steps).ok());
    EXPECT_EQ(ids(), "length language ");
    ASSERT_TRUE(undoSteps(folder.path()).ok());
    EXPECT_EQ(ids(), "length ");
    ASSERT_TRUE(undoSteps(folder.path()).ok());
    EXPECT_EQ(ids(), "");
    EXPECT_EQ(undoSteps(folder.path()).error().code, ErrorCode::NotFound);
    ASSERT_TRUE(redoSteps(folder.path()).ok());
    ASSERT_TRUE(redoSteps(folder.path()).ok());
    EXPECT_EQ(ids(), "length language ");
    EXPECT_EQ(redoSteps(folder.path()).error().code, ErrorCode::NotFound);
    // A new change after an undo: what was undone is gone.
    ASSERT_TRUE(undoSteps(folder.path()).ok());
    steps = *readSteps(folder.path());
    steps.add("toxic");
    ASSERT_TRUE(writeSteps(folder.path(), steps).ok());
    EXPECT_EQ(redoSteps(folder.path()).error().code, ErrorCode::NotFound);
    ASSERT_TRUE(undoSteps(folder.path()).ok());
    EXPECT_EQ(ids(), "length ");
}

TEST(Steps, ThatOnlyLearnTheirHashAreNoChange)
{
    const TemporaryDirectory folder = test::temporaryDirectory();
    CleaningSteps steps;
    steps.add("length");
    ASSERT_TRUE(writeSteps(folder.path(), steps).ok());
    steps.effectiveSha256 = "ab";
    ASSERT_TRUE(writeSteps(folder.path(), steps).ok());
    EXPECT_EQ(readSteps(folder.path())->effectiveSha256, "ab");
    ASSERT_TRUE(undoSteps(folder.path()).ok());
    EXPECT_TRUE(readSteps(folder.path())->steps.empty());
}

TEST(Steps, ByHandGatherInOneStep)
{
    CleaningSteps steps;
    excludeRow(steps, 4);
    excludeRow(steps, 2);
    excludeRow(steps, 4);
    editRow(steps, 1, {{"turns", {{{"role", "user"}, {"text", "a"}}}}});
    editRow(steps, 1, {{"turns", {{{"role", "user"}, {"text", "b"}}}}});
    keepRow(steps, 4);
    ASSERT_EQ(steps.steps.size(), 3u);
    EXPECT_EQ(steps.steps[0].options, (Json{{"rows", {4, 2}}}));
    EXPECT_EQ(steps.steps[1].options["edits"].size(), 1u);
    EXPECT_EQ(steps.steps[1].options["edits"][0]["turns"][0]["text"], "b");
    EXPECT_EQ(steps.steps[2].type, "keep");
}

TEST(Steps, SayWhatIsWrongWithAFile)
{
    const auto message = [](const char* text) {
        const auto steps = stepsFromJson(Json::parse(text), "steps.json");
        return steps.ok() ? std::string("fine") : steps.error().message;
    };
    EXPECT_THAT(message(R"({"version":2,"steps":[]})"), testing::HasSubstr("newer version"));
    EXPECT_THAT(message(R"({"steps":[{"id":"a","type":"magic"}]})"), testing::HasSubstr("magic"));
    EXPECT_THAT(message(R"({"steps":[{"id":"a","type":"length","options":{"size":1}}]})"),
        testing::HasSubstr("least_turns"));
    EXPECT_THAT(
        message(R"({"steps":[{"id":"a","type":"near_duplicates","options":{"threshold":7}}]})"),
        testing::HasSubstr("from 0.3 to 1"));
    EXPECT_THAT(message(R"({"steps":[{"id":"a","type":"toxic"},{"id":"a","type":"toxic"}]})"),
        testing::HasSubstr("two steps"));
    EXPECT_EQ(message(R"({"version":1,"steps":[{"id":"a","type":"toxic"}]})"), "fine");
}

class EveryStepType : public testing::TestWithParam<std::string> {};

TEST_P(EveryStepType, HasDefaultsThatItAcceptsAndASummary)
{
    const StepType* type = findStepType(GetParam());
    ASSERT_NE(type, nullptr);
    const auto complete = completeOptions(*type, Json::object());
    ASSERT_TRUE(complete.ok()) << complete.error().message;
    EXPECT_TRUE(completeOptions(*type, *complete).ok());
    EXPECT_FALSE(type->summary(*complete).empty());
    EXPECT_FALSE(type->help.empty());
    EXPECT_FALSE(completeOptions(*type, {{"no such option", 1}}).ok());
    for (const StepOption& option : type->options)
        EXPECT_FALSE(completeOptions(*type, {{std::string(option.name), nullptr}}).ok());
}

std::vector<std::string> typeIds()
{
    std::vector<std::string> ids;
    for (const StepType& type : stepTypes())
        ids.emplace_back(type.id);
    return ids;
}
INSTANTIATE_TEST_SUITE_P(, EveryStepType, testing::ValuesIn(typeIds()));

TEST(StepOptions, AreReadFromTheCommandLine)
{
    Json options = Json::object();
    const StepType& language = *findStepType("language");
    EXPECT_TRUE(setOption(language, options, "languages", "en,de").ok());
    EXPECT_TRUE(setOption(language, options, "least_share", "0.25").ok());
    EXPECT_TRUE(setOption(language, options, "mode", "drop").ok());
    EXPECT_EQ(
        options, (Json{{"languages", {"en", "de"}}, {"least_share", 0.25}, {"mode", "drop"}}));
    EXPECT_FALSE(setOption(language, options, "least_share", "much").ok());
    EXPECT_FALSE(setOption(language, options, "mode", "sideways").ok());
    EXPECT_TRUE(setOption(*findStepType("exclude"), options, "rows", "1,22").ok());
    EXPECT_EQ(options.at("rows"), Json({0, 21})) << "typed from 1, kept from 0";
    EXPECT_FALSE(setOption(*findStepType("exclude"), options, "rows", "0").ok());
    EXPECT_FALSE(setOption(*findStepType("exclude"), options, "rows", "1,x").ok());
}

} // namespace
} // namespace koala
