#include "ui/services/study_results.h"

#include <gtest/gtest.h>

#include "core/study/journal.h"
#include "core/study/study.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

class StudyResults : public testing::Test {
protected:
    void SetUp() override
    {
        std::string prompts;
        for (int i = 0; i < 6; ++i)
            prompts += R"({"id":"p)" + std::to_string(i) + R"(","prompt":"Question","group":")" +
                       (i < 4 ? "Coding" : "Writing") + "\"}\n";
        test::writeText(project() / "prompts" / "six.jsonl", prompts);
        study = openBrowsingStudy(project(), "six", "base", "tuned").value();
    }

    void vote(const std::string& item, Better better, const std::string& rater = "me")
    {
        JournalWriter journal = JournalWriter::open(study.journalFile()).value();
        Vote one;
        one.study = study.slug;
        one.item = item;
        one.rater = rater;
        one.left = "base";
        one.right = "tuned";
        one.better = better;
        one.seconds = 4;
        ASSERT_TRUE(journal.append(one).ok());
    }
    fs::path project() const { return folder.path(); }
    StudyResult read() { return readStudy(project(), study.directory); }

    TemporaryDirectory folder = test::temporaryDirectory();
    Study study;
};

TEST_F(StudyResults, CountsTotalsAndGroupsOfTheStandingVotes)
{
    vote("p0", Better::Right);
    vote("p1", Better::Right);
    vote("p2", Better::Left);
    vote("p3", Better::BothBad);
    vote("p4", Better::Left);
    vote("p4", Better::Right); // changed his mind
    vote("p5", Better::Tie);
    vote("p5", Better::Skip); // took it back
    const StudyResult result = read();
    EXPECT_EQ(result.problem, "");
    EXPECT_EQ(result.total.outcome.counts, (PreferenceCounts{3, 0, 1, 1}));
    EXPECT_EQ(result.total.outcome.decided, 4);
    EXPECT_DOUBLE_EQ(result.total.outcome.share, 0.75);
    EXPECT_NEAR(result.total.outcome.pValue, 0.625, 1e-12);
    EXPECT_NEAR(result.total.outcome.interval.low, 0.3006, 1e-4);
    EXPECT_EQ(result.recorded, 8);
    EXPECT_EQ(result.votes, 5);
    EXPECT_EQ(result.judged, 5);
    EXPECT_EQ(result.prompts, 6);
    ASSERT_EQ(result.groups.size(), 2U);
    EXPECT_EQ(result.groups[0].name, "Coding");
    EXPECT_EQ(result.groups[0].outcome.counts, (PreferenceCounts{2, 0, 1, 1}));
    EXPECT_EQ(result.groups[1].outcome.counts, (PreferenceCounts{1, 0, 0, 0}));
    EXPECT_EQ(result.groups[1].prompts, 2);
    EXPECT_TRUE(result.criteria.empty());
    ASSERT_EQ(result.raters.size(), 1U);
    EXPECT_EQ(result.raters[0].judged, 5);
    EXPECT_DOUBLE_EQ(result.raters[0].medianSeconds, 4);
}

TEST_F(StudyResults, SeveralRatersOfAPromptAreOneTrialByMajority)
{
    vote("p0", Better::Right, "one");
    vote("p0", Better::Right, "two");
    vote("p0", Better::Left, "three");
    vote("p1", Better::Right, "one");
    vote("p1", Better::Left, "two");
    const StudyResult result = read();
    EXPECT_EQ(result.total.outcome.counts, (PreferenceCounts{1, 1, 0, 0}));
    EXPECT_EQ(result.votes, 5);
    EXPECT_EQ(result.judged, 2);
    EXPECT_EQ(result.raters.size(), 3U);
}

TEST_F(StudyResults, AVoteWithSwappedSidesCountsForTheSameModel)
{
    JournalWriter journal = JournalWriter::open(study.journalFile()).value();
    Vote one;
    one.item = "p0";
    one.left = "tuned";
    one.right = "base";
    one.better = Better::Left;
    ASSERT_TRUE(journal.append(one).ok());
    EXPECT_EQ(read().total.outcome.counts, (PreferenceCounts{1, 0, 0, 0}));
}

TEST_F(StudyResults, AChangedJournalIsNamedAndGivesNoFigures)
{
    vote("p0", Better::Right);
    vote("p1", Better::Right);
    std::string text = readFile(study.journalFile()).value();
    text.replace(text.find("right\",\"acceptable"), 5, "left ");
    test::writeText(study.journalFile(), text);
    const StudyResult result = read();
    EXPECT_NE(result.problem.find("line"), std::string::npos) << result.problem;
    EXPECT_EQ(result.votes, 0);
}

TEST_F(StudyResults, WithoutItsPromptSetThereAreTotalsButNoGroups)
{
    vote("p0", Better::Right);
    fs::remove(project() / "prompts" / "six.jsonl");
    const StudyResult result = read();
    EXPECT_EQ(result.total.outcome.counts.wins, 1);
    EXPECT_TRUE(result.groups.empty());
    EXPECT_NE(result.promptProblem.find("six.jsonl"), std::string::npos);
}

TEST_F(StudyResults, TheStudyVotedOnLastComesFirstAndABrokenOneIsListed)
{
    vote("p0", Better::Right);
    test::writeText(project() / "studies" / "a-broken" / "study.json", "{");
    test::writeText(project() / "studies" / "not-a-study" / "notes.txt", "x");
    const std::vector<StudyResult> studies = readStudies(project());
    ASSERT_EQ(studies.size(), 2U);
    EXPECT_EQ(studies[0].slug, study.slug);
    EXPECT_EQ(studies[1].slug, "a-broken");
    EXPECT_NE(studies[1].problem, "");
}

TEST_F(StudyResults, TheCsvHasARowForEachPartAndNoFormulas)
{
    vote("p0", Better::Right);
    StudyResult result = read();
    result.title = "=cmd(), \"x\"";
    const std::string csv = resultsCsv(result);
    EXPECT_NE(csv.find("\"'=cmd(), \"\"x\"\"\",base,tuned,total,quality,1,0,0,1,0,1,1.0000,"),
        std::string::npos)
        << csv;
    EXPECT_NE(csv.find(",group,Writing,2,0,0,0,0,0,,,,\r\n"), std::string::npos) << csv;
}

} // namespace
} // namespace koala
