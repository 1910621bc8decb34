#include "core/eval/checked_questions.h"
#include "core/eval/comparison.h"
#include "core/eval/generate.h"
#include "core/eval/report.h"
#include "core/eval/text_measures.h"

#include "tests/support/echo_engine.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

PromptSet promptSet(int count)
{
    PromptSet set;
    set.slug = "set";
    for (int i = 0; i < count; ++i) {
        Prompt prompt;
        prompt.id = "p" + std::to_string(i);
        prompt.turns = {{"user", "question " + std::to_string(i)}};
        prompt.group = i % 2 == 0 ? "even" : "odd";
        set.prompts.push_back(std::move(prompt));
    }
    return set;
}

class Generating : public testing::Test {
protected:
    Result<GenerateSummary> run(std::size_t stopAfter = 1000)
    {
        GenerateOptions options;
        options.model = *findModel(engine, "shout");
        options.concurrency = 4;
        std::stop_source stop;
        return generateAnswers(
            engine, prompts, file, options,
            [&](const GenerateProgress& progress) {
                if (progress.done >= stopAfter)
                    stop.request_stop();
            },
            stop.get_token());
    }

    test::EchoEngine engine;
    PromptSet prompts = promptSet(12);
    TemporaryDirectory folder = test::temporaryDirectory();
    fs::path file = folder.path() / "answers" / "set" / "shout.jsonl";
};

TEST_F(Generating, AnswersEveryPromptOnceSeveralAtATime)
{
    engine.delay = std::chrono::milliseconds(1);
    const auto summary = run();
    ASSERT_TRUE(summary.ok()) << summary.error().message;
    EXPECT_EQ(summary->progress.done, 12u);
    EXPECT_EQ(engine.mostRunning, 4);
    AnswerSetReader answers(file);
    EXPECT_EQ(*answers.poll(), 12u);
    EXPECT_EQ(answers.find("p11")->text, "QUESTION 11");
    EXPECT_EQ(answers.find("p11")->model.adapterSha256, std::string(64, 'b'));
    EXPECT_EQ(run()->progress.newTokens, 0u); // nothing is missing any more
    EXPECT_EQ(engine.calls, 12);
}

TEST_F(Generating, GoesOnWhereItWasStopped)
{
    const auto first = run(5);
    ASSERT_TRUE(first.ok()) << first.error().message;
    EXPECT_TRUE(first->cancelled);
    AnswerSetReader answers(file);
    const std::size_t before = *answers.poll();
    EXPECT_GE(before, 5u);
    EXPECT_LT(before, 12u);
    const auto second = run();
    EXPECT_FALSE(second->cancelled);
    EXPECT_EQ(second->progress.done, 12u);
    EXPECT_EQ(*answers.poll(), 12u - before);
}

TEST_F(Generating, CountsAFailedPromptAndAnswersTheOthers)
{
    engine.failuresLeft = 2;
    const auto summary = run();
    ASSERT_TRUE(summary.ok()) << summary.error().message;
    EXPECT_EQ(summary->progress.failed, 2u);
    EXPECT_EQ(summary->progress.done, 10u);
    ASSERT_EQ(summary->problems.size(), 2u);
    EXPECT_NE(summary->problems[0].find("the echo broke"), std::string::npos);
    EXPECT_EQ(run()->progress.done, 12u);
}

TEST_F(Generating, AnswersAgainWhenAskedAndLetsTheNewAnswerCount)
{
    ASSERT_TRUE(run().ok());
    GenerateOptions options;
    options.model = *findModel(engine, "echo");
    options.again = true;
    options.promptIds = {"p3"};
    ASSERT_TRUE(generateAnswers(engine, prompts, file, options, {}, {}).ok());
    AnswerSetReader answers(file);
    EXPECT_EQ(*answers.poll(), 13u);
    EXPECT_EQ(answers.size(), 12u);
    EXPECT_EQ(answers.find("p3")->text, "question 3");
    options.promptIds = {"nowhere"};
    EXPECT_EQ(
        generateAnswers(engine, prompts, file, options, {}, {}).error().code, ErrorCode::NotFound);
}

TEST_F(Generating, NamesTheModelsThereAre)
{
    const auto unknown = findModel(engine, "nobody");
    ASSERT_FALSE(unknown.ok());
    EXPECT_NE(unknown.error().message.find("echo, shout"), std::string::npos);
}

TEST(WordDifference, CountsReplacedAddedAndRemovedWords)
{
    EXPECT_EQ(wordDifference("", ""), 0);
    EXPECT_EQ(wordDifference("a b c", "a  b\nc"), 0);
    EXPECT_DOUBLE_EQ(wordDifference("a b c d", "a x c d"), 0.25);
    EXPECT_DOUBLE_EQ(wordDifference("a b", "a b c d"), 0.5);
    EXPECT_EQ(wordDifference("a b", "x y z"), 1);
    EXPECT_EQ(wordDifference("a", ""), 1);
}

TEST(RepetitionShare, TellsProseFromALoop)
{
    EXPECT_EQ(repetitionShare("the quick brown fox jumps over the lazy dog"), 0);
    EXPECT_DOUBLE_EQ(repetitionShare("a b c d a b c d"), 0.5);
    std::string loop;
    for (int i = 0; i < 100; ++i)
        loop += "and so on ";
    EXPECT_GT(repetitionShare(loop), 0.95);
}

TEST(Refusal, IsSeenAtTheBeginningOnly)
{
    EXPECT_TRUE(looksLikeRefusal("I\xE2\x80\x99m sorry, but I can't do that."));
    EXPECT_TRUE(looksLikeRefusal("As an AI language model, I have no taste."));
    EXPECT_FALSE(looksLikeRefusal("Write to them: \"We can help.\""));
}

TEST(Expectation, WantsTheWordWhateverItsCaseAndDigitsAlone)
{
    EXPECT_TRUE(meetsExpectation("I am KOALA.", {"Koala"}));
    EXPECT_TRUE(meetsExpectation("There are 7.", {"seven", "7"}));
    EXPECT_FALSE(meetsExpectation("There are 17.", {"seven", "7"}));
    EXPECT_FALSE(meetsExpectation("", {"x"}));
    EXPECT_FALSE(meetsExpectation("anything", {}));
}

TEST(Report, EscapesEverythingThatModelsAndFilesSay)
{
    PromptSet set = promptSet(1);
    set.prompts[0].turns[0].text = "<script>alert(1)</script>";
    set.prompts[0].group = "\"><img src=x>";
    Answer answer;
    answer.promptId = "p0";
    answer.text = "</div><iframe src='//evil'> & \x01 \u202E turned";
    Report report;
    report.title = "<b>t</b>";
    report.left = "<a>";
    report.right = "b";
    report.facts = {{"<k>", "<v>"}};
    report.tables = {{"<t>", "<n>", {{"<row>", {3, 1, 0, 0}}}}};
    report.sections = {{"<s>", {{&set.prompts[0], &answer, nullptr, 0, Better::Left}}}};
    const std::string html = renderReport(report);
    for (const char* bad : {"<script", "<img", "<iframe", "<b>t", "<a>", "<k>", "<v>", "<t>", "<n>",
             "<row>", "<s>", "\u202E", "\x01"})
        EXPECT_EQ(html.find(bad), std::string::npos) << bad;
    EXPECT_NE(html.find("&lt;script&gt;alert(1)&lt;/script&gt;"), std::string::npos);
    EXPECT_NE(html.find("not answered yet"), std::string::npos);
    EXPECT_NE(html.find("p = 0.250"), std::string::npos);
    EXPECT_EQ(html.find("http://"), std::string::npos);
}

TEST(Comparison, MeasuresWhatBothAnsweredAndSortsByDifference)
{
    const auto folder = test::temporaryDirectory();
    const PromptSet set = promptSet(3);
    const auto write = [&](const char* name, const std::vector<std::string>& texts) {
        auto writer = AnswerSetWriter::open(folder.path() / name);
        for (std::size_t i = 0; i < texts.size(); ++i) {
            Answer answer;
            answer.promptId = "p" + std::to_string(i);
            answer.text = texts[i];
            EXPECT_TRUE(writer->append(answer).ok());
        }
        AnswerSetReader reader(folder.path() / name);
        EXPECT_TRUE(reader.poll().ok());
        return reader;
    };
    const AnswerSetReader left = write("a.jsonl", {"same words here", "one two", "x"});
    const AnswerSetReader right = write("b.jsonl", {"same words here", "three four"});
    Vote vote;
    vote.item = "p1";
    vote.better = Better::Right;
    AnswerComparison comparison = compareAnswers(set, left, right, {vote});
    EXPECT_EQ(comparison.bothAnswered, 2u);
    EXPECT_EQ(comparison.equalTexts, 1u);
    EXPECT_DOUBLE_EQ(comparison.meanDifference, 0.5);
    EXPECT_EQ(comparison.votesByGroup.at("odd").wins, 1);
    sortMostDifferentFirst(comparison.rows);
    EXPECT_EQ(comparison.rows[0].prompt->id, "p1");
    EXPECT_EQ(comparison.rows[2].prompt->id, "p2");
}

} // namespace
} // namespace koala
