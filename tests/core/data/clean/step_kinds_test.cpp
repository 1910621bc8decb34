// Each kind of step on dialogues made for it.
#include <gtest/gtest.h>

#include "core/data/clean/personal_data.h"
#include "tests/core/data/clean/cleaning_support.h"

namespace koala {
namespace {

using test::CleaningProject;
using test::fact;
using test::runOne;

std::vector<std::uint64_t> exampleRows(const StepReport& report)
{
    std::vector<std::uint64_t> rows;
    for (const StepExample& example : report.examples)
        rows.push_back(example.row);
    return rows;
}

TEST(DuplicatePrompts, CompareAllUserTurnsOrTheFirst)
{
    CleaningProject project;
    const auto dataset = project.make({
        {{"human", "What is  a Koala?"}, {"gpt", "one"}},
        {{"human", "what is a koala?"}, {"gpt", "a longer two"}},
        {{"human", "What is a koala?"}, {"gpt", "3"}, {"human", "And a wombat?"}, {"gpt", "4"}},
        {{"human", "What is a koala"}, {"gpt", "five"}},
    });
    EXPECT_EQ(exampleRows(runOne(*dataset, "duplicate_prompts")), std::vector<std::uint64_t>{1});
    EXPECT_EQ(exampleRows(runOne(*dataset, "duplicate_prompts", {{"keep", "longest"}})),
        std::vector<std::uint64_t>{0});
    EXPECT_EQ(exampleRows(runOne(*dataset, "duplicate_prompts", {{"strict", true}})),
        (std::vector<std::uint64_t>{1, 2}));
    EXPECT_EQ(exampleRows(runOne(*dataset, "duplicate_prompts", {{"ignore_punctuation", true}})),
        (std::vector<std::uint64_t>{1, 3}));
    EXPECT_EQ(runOne(*dataset, "duplicate_prompts", {{"ignore_case", false}}).taken, 0u);
    EXPECT_THAT(runOne(*dataset, "duplicate_prompts").examples.front().reason,
        testing::HasSubstr("as in row 1,"))
        << "people count from 1, as every table does";
}

TEST(DuplicatePrompts, KnowWhereATurnEnds)
{
    CleaningProject project;
    const auto dataset = project.make({
        {{"human", "Tell me about koala"}, {"gpt", "1"}, {"human", "s"}, {"gpt", "2"}},
        {{"human", "Tell me about koalas"}, {"gpt", "3"}},
        {{"human", "Tell me about"}, {"gpt", "4"}, {"human", "koalas"}, {"gpt", "5"}},
    });
    EXPECT_EQ(runOne(*dataset, "duplicate_prompts").taken, 0u);
}

TEST(NearDuplicates, ShowWhatIsSharedAndWhichIsKept)
{
    CleaningProject project;
    const std::string text = "The koala sleeps for most of the day in the fork of a tall tree and "
                             "eats its leaves at night while the forest is quiet and cool";
    const auto dataset = project.make({
        {{"human", "Tell me something"}, {"gpt", text}},
        {{"human", "Tell me something"}, {"gpt", text + " again"}},
        {{"human", "Another question"},
            {"gpt", "Wombats dig long burrows with their strong claws"}},
    });
    const StepReport report = runOne(*dataset, "near_duplicates");
    ASSERT_EQ(report.taken, 1u);
    const StepExample& example = report.examples.front();
    EXPECT_EQ(example.row, 1u);
    EXPECT_EQ(example.otherRow, 0u);
    ASSERT_EQ(example.spans.size(), 2u); // the question, and the answer without its last word
    EXPECT_EQ(example.spans[1].turn, 1u);
    EXPECT_EQ(example.spans[1].end, text.size());
    EXPECT_EQ(fact(report, "Groups found"), "1");
    EXPECT_EQ(runOne(*dataset, "near_duplicates", {{"keep", "latest"}}).examples.front().row, 0u);
}

TEST(LanguageStep, KeepsOrDropsWhatIsListed)
{
    CleaningProject project;
    const auto dataset = project.make({
        {{"human", "Could you tell me where koalas live and what they eat?"}, {"gpt", "Yes."}},
        {{"human", "Kannst du mir sagen, wo Koalas leben und was sie fressen?"}, {"gpt", "Ja."}},
        {{"human", "42"}, {"gpt", "43"}},
    });
    EXPECT_EQ(exampleRows(runOne(*dataset, "language")), std::vector<std::uint64_t>{1});
    EXPECT_EQ(exampleRows(runOne(*dataset, "language", {{"unknown", "drop"}})),
        (std::vector<std::uint64_t>{1, 2}));
    EXPECT_EQ(exampleRows(runOne(*dataset, "language", {{"languages", {"de"}}, {"mode", "drop"}})),
        std::vector<std::uint64_t>{1});
}

TEST(Keywords, DropOrTagWhatHoldsThem)
{
    CleaningProject project;
    const auto dataset = project.make({
        {{"human", "Who made you?"}, {"gpt", "I was made by OpenAI."}},
        {{"human", "What is GPT-4?"}, {"gpt", "A model."}},
        {{"human", "use chatGPT please"}, {"gpt", "No."}},
    });
    EXPECT_EQ(exampleRows(runOne(*dataset, "keywords")), (std::vector<std::uint64_t>{0, 2}));
    EXPECT_EQ(exampleRows(runOne(*dataset, "keywords", {{"roles", "user"}})),
        std::vector<std::uint64_t>{2});
    const StepReport tagged = runOne(*dataset, "keywords", {{"action", "tag"}});
    EXPECT_EQ(tagged.taken, 0u);
    EXPECT_EQ(tagged.tagged, 2u);
    EXPECT_EQ(runOne(*dataset, "keywords", {{"words", {"mode"}}}).taken, 1u);
    EXPECT_EQ(runOne(*dataset, "keywords", {{"words", {"mode"}}, {"whole_words", true}}).taken, 0u);
}

TEST(PageLeftovers, RemoveWhatTheyNameAndNothingElse)
{
    CleaningProject project;
    const auto dataset = project.make({
        {{"human", "2 / 2What is it?\nCopy code\nShare Prompt"},
            {"gpt", "python\nCopy code\nprint()\nCopy code\nCopy12 chars / 3 words<br>"}},
        {{"human", "1 / 2 of a cake"}, {"gpt", "Share Prompt is a button, 지금 번역하기"}},
        {{"human", "How do I share prompts?"}, {"gpt", "By hand<br/>only"}},
    });
    CleaningSteps steps;
    steps.add("page_leftovers");
    ASSERT_TRUE(writeSteps(dataset->directory(), steps).ok());
    const auto effective = *openEffectiveDataset(dataset->directory());
    EXPECT_EQ(effective->read(0)->turns[0].text, "What is it?\nCopy code");
    EXPECT_EQ(effective->read(0)->turns[1].text, "python\n\nprint()\n\n<br>");
    EXPECT_EQ(effective->read(1)->turns[1].text, "Share Prompt is a button,");
    EXPECT_EQ(effective->read(2)->turns[1].text, "By hand<br/>only");
    const StepReport breaks = runOne(*dataset, "page_leftovers", {{"line_breaks", true}});
    EXPECT_EQ(fact(breaks, "Literal <br>"), "2");
}

TEST(LengthStep, TakesWhatIsOutsideTheLimits)
{
    CleaningProject project;
    const auto dataset = project.make({
        {{"human", "Hi"}, {"gpt", "考拉"}},
        {{"human", "A question of some length"}, {"gpt", "An answer of some length"}},
    });
    EXPECT_EQ(exampleRows(runOne(*dataset, "length")), std::vector<std::uint64_t>{0});
    EXPECT_EQ(runOne(*dataset, "length", {{"least_characters", 4}}).taken, 0u);
    EXPECT_EQ(exampleRows(runOne(
                  *dataset, "length", {{"least_characters", 0}, {"most_answer_characters", 5}})),
        std::vector<std::uint64_t>{1});
    EXPECT_EQ(runOne(*dataset, "length", {{"least_turns", 3}}).taken, 2u);
}

TEST(TurnOrder, IsRepairedAndUnansweredDialoguesGo)
{
    CleaningProject project;
    const auto dataset = project.make({
        {{"gpt", "Hello"}, {"human", "a"}, {"human", "b"}, {"gpt", "c"}, {"human", "d"}},
        {{"human", "a"}, {"gpt", "b"}},
        {{"human", "a question"}, {"gpt", "an answer"}},
    });
    CleaningSteps steps;
    editRow(steps, 2,
        {{"turns",
            {{{"role", "assistant"}, {"text", "only me"}}, {{"role", "user"}, {"text", "why?"}}}}});
    steps.add("turn_order");
    const StepReport report = test::run(*dataset, steps).steps.back();
    EXPECT_EQ(report.edited, 1u);
    EXPECT_EQ(report.taken, 1u);
    EXPECT_EQ(report.examples.front().after, "user: a\n\nb\nassistant: c\n");
}

TEST(PersonalData, IsFoundByItsForm)
{
    const auto kinds = [](std::string_view text) {
        std::string list;
        for (const PersonalFinding& finding : findPersonalData(text))
            list += "epkc"[int(finding.kind)];
        return list;
    };
    EXPECT_EQ(kinds("write to ann.lee+x@mail.example.org, or not"), "e");
    EXPECT_EQ(kinds("call (555) 123-4567 or +44 20 7946 0958 now"), "pp");
    EXPECT_EQ(kinds("my key is sk-abcdefghijklmnopqrstuvwx and more"), "k");
    EXPECT_EQ(kinds("card 4111 1111 1111 1111 ok"), "c");
    EXPECT_EQ(kinds("not a card: 4111 1111 1111 1112"), "");
    for (const char* plain : {"in 2023 and 1999", "3.14159265358979", "10.0.0.1", "a @ b",
             "2023-04-11", "version 1.2.3-4", "0000 0000 0000 0000", ""})
        EXPECT_EQ(kinds(plain), "") << plain;
    EXPECT_TRUE(passesLuhn("79927398713 00")); // 13 digits
    EXPECT_FALSE(passesLuhn("79927398713"));   // too few
}

TEST(PersonalData, IsMaskedOrCounted)
{
    CleaningProject project;
    const auto dataset = project.make({
        {{"human", "I am ann@example.org"}, {"gpt", "Hello ann@example.org!"}},
        {{"human", "Nothing here"}, {"gpt", "No."}},
    });
    const StepReport counted = runOne(*dataset, "personal_data");
    EXPECT_EQ(counted.edited + counted.taken + counted.tagged, 0u);
    EXPECT_EQ(fact(counted, "Each e-mail address"), "2");
    EXPECT_EQ(runOne(*dataset, "personal_data", {{"action", "drop"}}).taken, 1u);
    CleaningSteps steps;
    steps.add("personal_data", {{"action", "mask"}});
    ASSERT_TRUE(writeSteps(dataset->directory(), steps).ok());
    EXPECT_EQ(
        (*openEffectiveDataset(dataset->directory()))->read(0)->turns[1].text, "Hello [e-mail]!");
}

TEST(Toxic, RowsAreTaggedAndStay)
{
    CleaningProject project;
    const auto dataset = project.make({
        {{"human", "How to kill a process?"}, {"gpt", "With kill."}},
        {{"human", "You scumbag!"}, {"gpt", "I am sorry you feel so."}},
        {{"human", "A nice day"}, {"gpt", "Indeed."}},
    });
    const StepReport report = runOne(*dataset, "toxic");
    EXPECT_EQ(report.taken, 0u);
    EXPECT_EQ(report.tagged, 2u); // a word list understands nothing
    EXPECT_EQ(exampleRows(runOne(*dataset, "toxic",
                  {{"word_list", false}, {"more_words", {"nice day"}}, {"action", "drop"}})),
        std::vector<std::uint64_t>{2});
}

TEST(ByHand, RowsAreExcludedEditedAndPutBack)
{
    CleaningProject project;
    const auto dataset = project.make({
        {{"human", "Same question?"}, {"gpt", "one"}},
        {{"human", "same question?"}, {"gpt", "two"}},
        {{"human", "Other question?"}, {"gpt", "three"}},
    });
    CleaningSteps steps;
    steps.add("duplicate_prompts");
    keepRow(steps, 1);
    excludeRow(steps, 0);
    editRow(steps, 2,
        {{"turns",
            {{{"role", "user"}, {"text", "New?"}}, {{"role", "assistant"}, {"text", "4"}}}}});
    const CleaningReport report = test::run(*dataset, steps);
    EXPECT_EQ(fact(report.steps[1], "Rows put back"), "1");
    ASSERT_TRUE(writeSteps(dataset->directory(), steps).ok());
    const auto effective = *openEffectiveDataset(dataset->directory());
    ASSERT_EQ(effective->size(), 2u);
    EXPECT_EQ(effective->rowNumber(0), 1u);
    EXPECT_EQ(effective->read(1)->turns[0].text, "New?");
    CleaningSteps wrong;
    excludeRow(wrong, 3);
    EXPECT_FALSE(runCleaning(*dataset, wrong).ok());
}

TEST(Overlap, TakesRowsOrListsPrompts)
{
    CleaningProject project;
    const auto dataset = project.make({
        {{"human", "What is the largest animal in the world?"}, {"gpt", "A whale."}},
        {{"human", "Where do koalas live?"}, {"gpt", "In Australia."}},
    });
    project.addPrompts("test", {"What is the largest animal on earth?", "Unrelated entirely"});
    const StepReport rows = runOne(*dataset, "overlap_bleu", {{"prompt_sets", {"test"}}});
    ASSERT_EQ(rows.taken, 1u);
    EXPECT_THAT(rows.examples[0].reason, testing::HasSubstr("BLEU 47.8"));
    EXPECT_EQ(rows.examples[0].otherText, "What is the largest animal on earth?");
    ASSERT_FALSE(rows.examples[0].spans.empty());
    EXPECT_EQ(rows.examples[0].otherSpans.size(), 1u);
    CleaningSteps steps;
    steps.add("overlap_bleu", {{"prompt_sets", {"test"}}, {"side", "prompts"}});
    EXPECT_EQ(test::run(*dataset, steps).kept, 2u);
    const auto list = readFile(dataset->directory() / "cleaned" / "excluded-prompts-bleu.jsonl");
    ASSERT_TRUE(list.ok());
    EXPECT_THAT(*list, testing::HasSubstr("\"id\":\"test_0\",\"row\":0"));
}

TEST(Overlap, LooksAtTheTextsItWasToldTo)
{
    CleaningProject project;
    const std::string prompt = "Which animal of Australia sleeps for most of the day in trees, "
                               "and what does it eat at night?";
    const auto dataset = project.make({
        {{"human", prompt}, {"gpt", "The koala; leaves."}},
        {{"human", "Ask me something."}, {"gpt", prompt}},
        {{"human", "Ask me nothing."}, {"gpt", "As you like."}},
    });
    project.addPrompts("test", {prompt});
    for (const char* type : {"overlap_words", "overlap_bleu"}) {
        const auto rowsFor = [&](const char* text) {
            return exampleRows(runOne(*dataset, type, {{"prompt_sets", {"test"}}, {"text", text}}));
        };
        EXPECT_EQ(rowsFor("user"), std::vector<std::uint64_t>{0}) << type;
        EXPECT_EQ(rowsFor("assistant"), std::vector<std::uint64_t>{1}) << type;
        EXPECT_EQ(rowsFor("any"), (std::vector<std::uint64_t>{0, 1})) << type;
    }
}

} // namespace
} // namespace koala
