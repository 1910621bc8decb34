// What each importer makes of records of its form; the files are in tests/data/made.
#include "core/data/formats/dataset_import.h"
#include "core/data/formats/import_preview.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

ImportPreview preview(const std::string& name, const std::string& columns = "")
{
    const auto map = ColumnMap::parse(columns);
    EXPECT_TRUE(map.ok());
    auto result =
        previewImport(fs::path(KOALA_SOURCE_DIR) / "tests/data/made" / name, "", *map, 100);
    EXPECT_TRUE(result.ok()) << name << ": " << (result.ok() ? "" : result.error().message);
    return result.ok() ? std::move(*result) : ImportPreview{};
}

std::string idOf(const ImportPreview& preview)
{
    return preview.detection.importer == nullptr ? "" : std::string(preview.detection.importer->id);
}

// "user: … | assistant: …"
std::string shown(const Conversation& conversation)
{
    std::string text = conversation.system.empty() ? "" : "(" + conversation.system + ") ";
    for (const Turn& turn : conversation.turns)
        text += fmt::format("{}{}{}: {}", &turn == &conversation.turns.front() ? "" : " | ",
            roleName(turn.role), turn.role == Role::Assistant && !turn.trained ? "*" : "",
            turn.text);
    return text;
}

std::vector<std::string> allShown(const ImportPreview& preview)
{
    std::vector<std::string> all;
    for (const Conversation& conversation : preview.conversations)
        all.push_back(shown(conversation));
    return all;
}

TEST(Importers, KoalaJsonlFollowsItsFieldPrograms)
{
    const ImportPreview rows = preview("koala_jsonl.made.jsonl");
    EXPECT_EQ(idOf(rows), "koala-jsonl");
    EXPECT_THAT(allShown(rows),
        ElementsAre("user: Hello! | assistant: Hi! | user: Bye. | assistant: Goodbye!",
            "user: Help me. | assistant: No.",
            "user: Why is it so? | context: [1] title: T content: C  | assistant: Because [1].",
            "user: Old | assistant*: untrained | assistant: trained"));
    EXPECT_EQ(rows.conversations[0].feedback, Feedback::None);
    EXPECT_EQ(rows.conversations[1].feedback, Feedback::Negative);
    EXPECT_THAT(rows.problems,
        ElementsAre(HasSubstr("field 2 of the program: the row has no key \"gpt_2\""),
            HasSubstr("field 1 of the program: its bracket is not closed"),
            HasSubstr("<|5|> is a token"), HasSubstr("{gpt_1} holds tokens")));
}

TEST(Importers, ShareGptRowsKeepTheirSplitAndTheOrderOfTheirNumbers)
{
    const ImportPreview rows = preview("sharegpt_rows.made.json");
    EXPECT_EQ(idOf(rows), "sharegpt");
    EXPECT_THAT(allShown(rows),
        ElementsAre("user: Hi | assistant: Hello | user: Second | assistant: Second answer | "
                    "user: Third",
            "user: Held out | assistant: Yes"));
    EXPECT_EQ(rows.conversations[0].split, "train");
    EXPECT_EQ(rows.conversations[1].split, "eval");
    EXPECT_EQ(rows.problems.size(), 1u);
}

TEST(Importers, AChatGptExportGivesThePathToItsCurrentNode)
{
    const ImportPreview rows = preview("chatgpt_export.made.json");
    EXPECT_EQ(idOf(rows), "chatgpt");
    EXPECT_THAT(allShown(rows),
        ElementsAre("user: What is 2 + 2? | assistant: 4 | user: And in the picture? | "
                    "tool: print(4) | tool: 4 | assistant: Four things.\nLook closely."));
    EXPECT_EQ(rows.conversations[0].tags.at("model"), "made-2");
    EXPECT_EQ(rows.conversations[0].meta.at("title"), "A made chat");
    EXPECT_THAT(rows.problems, ElementsAre(HasSubstr("circle")));
}

TEST(Importers, WebGptComparesInBothFormsAndKeepsTies)
{
    const ImportPreview card = preview("webgpt.made.jsonl");
    EXPECT_EQ(idOf(card), "webgpt");
    EXPECT_THAT(allShown(card),
        ElementsAre("user: Why is the sky blue? | context: [1] title: Air (made) content: Short "
                    "waves scatter more. | assistant: Because air scatters short waves [1].",
            "user: Why is the sky blue? | assistant: Because of the sea.",
            "user: Do fish sleep? | context: [1] title: Fish (made) content: They rest. [2] title: "
            "Rest (made) content: Most do. | assistant: They rest [1, 2].",
            "user: Do fish sleep? | assistant: Yes."));
    EXPECT_EQ(card.conversations[0].pair->rank, PairRank::Chosen);
    EXPECT_EQ(card.conversations[0].pair->score, 0.5);
    EXPECT_EQ(card.conversations[1].pair->rank, PairRank::Rejected);
    EXPECT_EQ(card.conversations[3].pair->rank, PairRank::Tie);
    EXPECT_EQ(card.conversations[3].feedback, Feedback::None);
    EXPECT_THAT(card.problems, ElementsAre(HasSubstr("line 3: answer 0 is empty")));

    const ImportPreview raw = preview("webgpt_raw.made.jsonl");
    EXPECT_EQ(idOf(raw), "webgpt");
    ASSERT_EQ(raw.conversations.size(), 4u);
    EXPECT_EQ(shown(raw.conversations[0]), "user: Is salt a rock? | assistant: It can be.");
    EXPECT_EQ(raw.conversations[1].turns[1].role, Role::Context);
}

TEST(Importers, SummariesAreAskedForInOneOfTheEightWays)
{
    const ImportPreview rows = preview("summaries.made.jsonl");
    EXPECT_EQ(idOf(rows), "summaries");
    ASSERT_EQ(rows.conversations.size(), 6u);
    EXPECT_EQ(rows.conversations[0].turns[1].text, "Second one.");
    EXPECT_EQ(rows.conversations[0].pair->rank, PairRank::Chosen);
    EXPECT_EQ(rows.conversations[1].turns[1].text, "First one.");
    EXPECT_EQ(rows.conversations[0].turns[0].text, rows.conversations[1].turns[0].text);
    EXPECT_TRUE(rows.conversations[0].turns[0].text.ends_with(": I lost my keys."));
    EXPECT_TRUE(rows.conversations[4].turns[0].text.ends_with(": A bridge opened."));
    EXPECT_EQ(rows.conversations[4].split, "valid1");
    EXPECT_THAT(rows.problems, ElementsAre(HasSubstr("neither 0 nor 1")));
}

TEST(Importers, ScoredAnswersGiveAllPairsButEqualOnes)
{
    const ImportPreview scored = preview("gpt4_comparisons_scored.made.json");
    EXPECT_EQ(idOf(scored), "gpt4-comparisons");
    ASSERT_EQ(scored.conversations.size(), 4u);
    EXPECT_EQ(shown(scored.conversations[0]), "user: Name a colour. | assistant: Red.");
    EXPECT_EQ(shown(scored.conversations[1]), "user: Name a colour. | assistant: A colour.");
    EXPECT_EQ(shown(scored.conversations[3]), "user: Name a colour. | assistant: Blue, of course.");
    EXPECT_EQ(scored.conversations[3].pair->score, 4.5);
    EXPECT_NE(scored.conversations[1].pair->id, scored.conversations[3].pair->id);
    EXPECT_THAT(scored.problems, ElementsAre(HasSubstr("same score")));

    const ImportPreview better = preview("gpt4_comparisons_ab.made.json");
    EXPECT_EQ(idOf(better), "gpt4-comparisons");
    EXPECT_EQ(better.conversations.size(), 2u);
    EXPECT_THAT(better.problems, ElementsAre(HasSubstr("\"completion_b\" is true, not a text")));
}

TEST(Importers, TheOtherFormsOfTheField)
{
    const ImportPreview zh = preview("gpt4_llm_zh.made.json");
    EXPECT_EQ(idOf(zh), "alpaca");
    EXPECT_EQ(shown(zh.conversations[1]), "user: 翻译成英文。 谢谢 | assistant: Thank you");

    const ImportPreview oig = preview("oig.made.jsonl");
    EXPECT_EQ(idOf(oig), "oig");
    EXPECT_THAT(allShown(oig), ElementsAre("user: How much is 2 + 3? | assistant: 5",
                                   "user: Hi | assistant: Hello | user: Bye | assistant: See you"));
    EXPECT_THAT(oig.problems,
        ElementsAre(HasSubstr("no answer of the assistant"), HasSubstr("no known marks")));

    const ImportPreview unnatural = preview("unnatural_core.made.jsonl");
    EXPECT_EQ(idOf(unnatural), "self-instruct");
    EXPECT_THAT(allShown(unnatural),
        ElementsAre("user: Name the capital of this country: France Answer with one word. | "
                    "assistant: Paris",
            "user: Name the capital of this country: Japan | assistant: Tokyo"));

    const ImportPreview chat = preview("chat_tools.made.jsonl");
    EXPECT_EQ(idOf(chat), "chat");
    ASSERT_EQ(chat.conversations.size(), 1u);
    EXPECT_EQ(shown(chat.conversations[0]),
        "(Be brief.) user: Weather? | tool: "
        R"([{"function":{"arguments":"{}","name":"weather"},"id":"c1","type":"function"}])"
        " | tool: sunny | assistant: Sunny.");
    EXPECT_THAT(chat.problems, ElementsAre(HasSubstr("unknown role \"martian\"")));

    const ImportPreview pairs = preview("dpo_trl.made.jsonl");
    EXPECT_EQ(idOf(pairs), "pairs");
    EXPECT_THAT(allShown(pairs),
        ElementsAre("user: Say hi. | assistant: Hi!", "user: Say hi. | assistant: No.",
            "user: Say bye. | assistant: Bye!", "user: Say bye. | assistant: Stay.",
            "user: Q | assistant: A", "user: Q | assistant: B"));
    EXPECT_EQ(pairs.problems.size(), 1u);

    const ImportPreview transcript = preview("transcript.made.txt");
    EXPECT_EQ(idOf(transcript), "marked");
    EXPECT_THAT(allShown(transcript),
        ElementsAre("user: Hello there,\nhow are you? | assistant: Fine. | user: Good. | "
                    "assistant: And you?",
            "user: Bye | assistant: See you"));
}

TEST(Importers, TablesAreReadByTheirHeaderOrByTheColumnsOneNames)
{
    const ImportPreview table = preview("table.made.csv");
    EXPECT_EQ(idOf(table), "questions");
    EXPECT_THAT(allShown(table), ElementsAre("user: What is \"CSV\"? | assistant: Two\r\nlines; "
                                             "quoted",
                                     "user: Last | assistant: one"));
    EXPECT_THAT(
        table.problems, ElementsAre("line 4: it has 2 cells, and the first row names 3 columns"));

    const ImportPreview named =
        preview("table.made.csv", "user=question,assistant=\"notes, if any\",system=answer");
    EXPECT_EQ(shown(named.conversations[1]), "(one) user: Last | assistant: n3");

    for (const char* wrong : {"user", "user=a", "user=a,assistant=", "user=a,assistant=b,user=c",
             "user=a,assistant=b,colour=c", "user=\"a,assistant=b"})
        EXPECT_FALSE(ColumnMap::parse(wrong).ok()) << wrong;
    const auto missing =
        previewImport(fs::path(KOALA_SOURCE_DIR) / "tests/data/made/table.made.csv", "",
            *ColumnMap::parse("user=question,assistant=nowhere"), 10);
    ASSERT_TRUE(missing.ok());
    EXPECT_THAT(missing->problems[0], HasSubstr("no column \"nowhere\""));
}

class EveryImporter : public testing::TestWithParam<ImporterInfo> {};

// Whatever stands in a record, the answer is conversations or a reason, never a crash.
TEST_P(EveryImporter, TakesAnyRecordAndSaysWhatIsWrongWithIt)
{
    const char* records[] = {"{}", "[]", "null", "true", "1", "\"text\"", "[[]]", "[{}]",
        R"({"instruction":1,"output":[],"input":{}})", R"({"conversations":[1,null,{}]})",
        R"({"messages":[{"role":1,"content":{}}],"label":true})", R"({"mapping":{"a":1}})",
        R"({"mapping":{"a":{"parent":"a"}},"current_node":"a"})",
        R"({"message_tree_id":"x","prompt":{"text":1,"replies":[1,[],{}]}})",
        R"({"chosen":[],"rejected":[]})", R"({"chosen":{},"rejected":{}})",
        R"({"question":{"full_text":"q"},"answer_0":"a","score_0":1})",
        R"({"info":{},"summaries":[1,2],"choice":0})",
        R"({"user_input":"q","responses_and_scores":[1,{}]})", R"({"fields":"a+b,[c]"})",
        R"({"question":"q","human_answers":[1],"chatgpt_answers":{}})",
        R"({"instruction":"i","instances":[1,{}]})", R"({"text":"<human>:"})",
        R"({"user":"u","assistant":1})", R"({"uid":"u","turns":[{"role":"x"}]})",
        R"({"groups":[{"questions":[1],"answers":[2]}],"defaults":{}})"};
    for (const char* text : records) {
        ConvertedRow row;
        const Status status = GetParam().convert(Json::parse(text), row);
        if (status.ok())
            EXPECT_FALSE(row.conversations.empty()) << text;
        else
            EXPECT_FALSE(status.error().message.empty()) << text;
    }
}

INSTANTIATE_TEST_SUITE_P(All, EveryImporter,
    testing::ValuesIn(importers().begin(), importers().end()), [](const auto& each) {
        std::string name(each.param.id);
        std::replace(name.begin(), name.end(), '-', '_');
        return name;
    });

} // namespace
} // namespace koala
