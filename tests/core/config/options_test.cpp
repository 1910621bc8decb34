#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/train_config.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

using testing::HasSubstr;

struct Sample {
    bool flag = false;
    std::int64_t count = 3;
    double rate = 0.5;
    std::string shape = "round";
    std::vector<std::string> names{"a"};

    template <typename Visitor>
    void visit(Visitor& visitor)
    {
        visitor("flag", flag, {.help = "yes or no"});
        visitor("count", count, {.help = "how many", .min = 1, .max = 9, .unit = "steps"});
        visitor("rate", rate, {.help = "how fast", .min = 0.0, .max = 1.0});
        visitor("shape", shape, {.help = "which", .choices = {"round", "square"}});
        visitor("names", names, {.help = "who", .choices = {"a", "b"}});
    }
};

TEST(Options, TomlSetsEveryKindOfField)
{
    Sample sample;
    const auto problems = readToml(bindOptions(sample),
        "flag = true\ncount = 7\nrate = 1 # whole numbers are numbers\nshape = \"square\"\n"
        "names = [\"a\", \"b\"]\n");
    EXPECT_TRUE(problems.empty());
    EXPECT_TRUE(sample.flag);
    EXPECT_EQ(sample.count, 7);
    EXPECT_EQ(sample.rate, 1.0);
    EXPECT_EQ(sample.shape, "square");
    EXPECT_THAT(sample.names, testing::ElementsAre("a", "b"));
}

TEST(Options, AnUnknownKeyIsNamedWithTheNearestKnownOne)
{
    Sample sample;
    const auto problems = readToml(bindOptions(sample), "cuont = 3\nzebra = 1\n");
    ASSERT_EQ(problems.size(), 2U);
    EXPECT_THAT(problems[0].message, HasSubstr("did you mean \"count\"?"));
    EXPECT_THAT(problems[1].message, HasSubstr("there is no option \"zebra\""));
}

TEST(Options, AllProblemsComeAtOnceInWordsThatNameTheField)
{
    Sample sample;
    EXPECT_EQ(readJson(bindOptions(sample), Json{{"count", "many"}, {"flag", 3}}).size(), 2U);
    sample.count = 10;
    sample.rate = std::nan("");
    sample.shape = "oval";
    sample.names = {"a", "c"};
    const auto problems = validateOptions(bindOptions(sample));
    ASSERT_EQ(problems.size(), 4U);
    EXPECT_EQ(problems[0].message, "count is 10; it must be at most 9");
    EXPECT_EQ(problems[1].key, "rate");
    EXPECT_THAT(problems[2].message, HasSubstr("one of round, square"));
    EXPECT_EQ(problems[3].key, "names");
    EXPECT_THAT(toStatus(problems, "recipe x").error().message, HasSubstr("recipe x: 4 problems"));
}

TEST(Options, AnAssignmentNeedsAKeyAndAValueOfItsKind)
{
    Sample sample;
    EXPECT_TRUE(applyAssignment(bindOptions(sample), "rate=2.5e-1").empty());
    EXPECT_EQ(sample.rate, 0.25);
    EXPECT_TRUE(applyAssignment(bindOptions(sample), "names=b, a").empty());
    EXPECT_THAT(sample.names, testing::ElementsAre("b", "a"));
    EXPECT_FALSE(applyAssignment(bindOptions(sample), "count=2x").empty());
    EXPECT_FALSE(applyAssignment(bindOptions(sample), "count").empty());
}

TEST(Options, BrokenTomlGivesItsLine)
{
    Sample sample;
    const auto problems = readToml(bindOptions(sample), "count = 1\nrate = = 2\n");
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_THAT(problems[0].message, HasSubstr("line 2"));
}

TEST(TrainConfig, JsonAndTomlBringBackTheSameValues)
{
    TrainConfig config;
    config.learningRate = 3e-4;
    config.samplePrompts = {"Who are \"you\"?"};
    const OrderedJson json = optionsToJson(bindOptions(config));
    TrainConfig fromJson;
    EXPECT_TRUE(readJson(bindOptions(fromJson), Json::parse(json.dump())).empty());
    EXPECT_EQ(optionsToJson(bindOptions(fromJson)), json);
    TrainConfig fromToml;
    EXPECT_TRUE(readToml(bindOptions(fromToml), optionsToToml(bindOptions(config))).empty());
    EXPECT_EQ(optionsToJson(bindOptions(fromToml)), json);
    EXPECT_THAT(helpText(bindOptions(config)), HasSubstr("learning_rate"));
}

TEST(TrainConfig, WhatMustFitBetweenOptionsIsChecked)
{
    TrainConfig config;
    EXPECT_TRUE(validate(config).empty());
    config.steps = 3;
    config.warmupSteps = 5;
    config.finalLearningRate = 0.5;
    config.loraTargets.clear();
    EXPECT_EQ(validate(config).size(), 3U);
}

TEST(TrainConfig, TokensOfAnUpdateDecideHowManyBatchesItHas)
{
    TrainConfig config;
    config.sequences = 2;
    config.maxTokens = 512;
    config.globalBatchTokens = 4097;
    EXPECT_EQ(config.batchesPerUpdate(), 5);
}

TEST(Recipes, EachOneIsCompleteAndSaysHowToRunIt)
{
    const auto files = listDirectory(fs::path(KOALA_SOURCE_DIR) / "resources/recipes");
    ASSERT_TRUE(files.ok());
    EXPECT_GE(files->size(), 3U);
    for (const fs::path& file : *files) {
        const auto text = readFile(file);
        ASSERT_TRUE(text.ok());
        const auto recipe = parseRecipe(*text, file.string());
        EXPECT_TRUE(recipe.ok()) << recipe.error().message;
        const std::string_view head = std::string_view(*text).substr(0, 300);
        EXPECT_TRUE(head.starts_with("# "));
        EXPECT_THAT(std::string(head), HasSubstr("koala train " + file.stem().string()));
    }
}

} // namespace
} // namespace koala
