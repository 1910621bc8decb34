#include "core/study/answer_set.h"
#include "core/study/prompt_set.h"
#include "core/study/study.h"

#include "tests/support/temporary.h"

namespace koala {
namespace {

TEST(PromptSet, ListsBadLinesAndKeepsTheOthers)
{
    const auto folder = test::temporaryDirectory();
    const fs::path file = folder.path() / "mine.jsonl";
    test::writeText(file,
        "\xEF\xBB\xBF{\"id\":\"a\",\"prompt\":\"One?\",\"group\":\"G\",\"expect\":[\"1\"]}\n"
        "{broken\n"
        "\n"
        "{\"id\":\"a\",\"prompt\":\"again\"}\n"
        "{\"id\":\"b\",\"turns\":[{\"role\":\"user\",\"text\":\"x\"},{\"role\":\"assistant\","
        "\"text\":"
        "\"y\"},{\"role\":\"user\",\"text\":\"z\"}]}\n"
        "{\"id\":\"c\",\"turns\":[{\"role\":\"assistant\",\"text\":\"y\"}]}\n"
        "{\"id\":7,\"prompt\":\"x\"}\n"
        "{\"id\":\"d\"}");
    const auto set = loadPromptSet(file);
    ASSERT_TRUE(set.ok()) << set.error().message;
    EXPECT_EQ(set->slug, "mine");
    ASSERT_EQ(set->prompts.size(), 2u);
    EXPECT_EQ(set->prompts[0].expect, std::vector<std::string>{"1"});
    EXPECT_EQ(set->prompts[1].text(), "z");
    ASSERT_EQ(set->badLines.size(), 5u);
    EXPECT_EQ(set->badLines[0].line, 2u);
    EXPECT_EQ(set->badLines[0].head, "{broken");
    EXPECT_EQ(set->badLines.back().line, 8u);
    EXPECT_EQ(set->find("b")->turns.size(), 3u);
    EXPECT_EQ(set->find("c"), nullptr);
}

TEST(PromptSet, RefusesAFileWithoutAnyPrompt)
{
    const auto folder = test::temporaryDirectory();
    test::writeText(folder.path() / "empty.jsonl", "");
    EXPECT_FALSE(loadPromptSet(folder.path() / "empty.jsonl").ok());
    EXPECT_EQ(loadPromptSet(folder.path() / "none.jsonl").error().code, ErrorCode::NotFound);
}

TEST(PromptSet, TheStartersHave180PromptsEach)
{
    for (const char* name : {"prompts_instruction.jsonl", "prompts_conversation.jsonl"}) {
        const auto set = loadPromptSet(fs::path(KOALA_SOURCE_DIR) / "datasets" / "starter" / name);
        ASSERT_TRUE(set.ok()) << set.error().message;
        EXPECT_EQ(set->prompts.size(), 180u);
        EXPECT_TRUE(set->badLines.empty());
    }
}

Answer answer(const std::string& prompt, const std::string& text)
{
    Answer made;
    made.promptId = prompt;
    made.text = text;
    made.finishReason = "stop";
    made.tokens = 2;
    made.model = {"m", "aa", "bb", ""};
    made.settings = {0.5, 0.9, 40, 64, 7, "chatml", ""};
    made.tokenIds = {1, 2};
    return made;
}

TEST(AnswerSet, ReadsWhatIsAddedMeanwhileAndLetsTheLastAnswerCount)
{
    const auto folder = test::temporaryDirectory();
    const auto file = answerSetFile(folder.path(), "set", "model");
    ASSERT_TRUE(file.ok());
    AnswerSetReader reader(*file);
    EXPECT_EQ(*reader.poll(), 0u); // nothing yet
    auto writer = AnswerSetWriter::open(*file);
    ASSERT_TRUE(writer.ok()) << writer.error().message;
    EXPECT_EQ(AnswerSetWriter::open(*file).error().code, ErrorCode::Unavailable);
    ASSERT_TRUE(writer->append(answer("a", "first")).ok());
    EXPECT_EQ(*reader.poll(), 1u);
    EXPECT_EQ(*reader.poll(), 0u);
    ASSERT_TRUE(writer->append(answer("a", "se\ncond")).ok());
    std::ofstream(*file, std::ios::app) << "{\"prompt_id\":\"torn";
    EXPECT_EQ(*reader.poll(), 1u);
    const Answer* found = reader.find("a");
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->text, "se\ncond");
    EXPECT_EQ(found->model.adapterSha256, "bb");
    EXPECT_EQ(found->settings.topK, 40);
    EXPECT_EQ(found->tokenIds, (std::vector<std::int32_t>{1, 2}));
    EXPECT_EQ(*listAnswerSets(folder.path(), "set"), std::vector<std::string>{"model"});
    EXPECT_FALSE(answerSetFile(folder.path(), "..", "x").ok());
}

TEST(Study, OfAPairIsMadeOnceAndFoundAgain)
{
    const auto folder = test::temporaryDirectory();
    const auto made = openBrowsingStudy(folder.path(), "set", "base", "tuned");
    ASSERT_TRUE(made.ok()) << made.error().message;
    const auto again = openBrowsingStudy(folder.path(), "set", "base", "tuned");
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_EQ(again->slug, made->slug);
    EXPECT_EQ(again->created, made->created);
    EXPECT_FALSE(again->blind);
    EXPECT_NE(openBrowsingStudy(folder.path(), "set", "tuned", "base")->slug, made->slug);
    EXPECT_EQ(listStudies(folder.path())->size(), 2u);
    test::writeText(folder.path() / "studies" / "odd" / "study.json", "{");
    EXPECT_EQ(listStudies(folder.path())->size(), 2u);
}

} // namespace
} // namespace koala
