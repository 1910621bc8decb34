#include "ui/pages/studies/studies_page.h"

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

#include <gtest/gtest.h>

#include "core/study/journal.h"
#include "core/study/study.h"
#include "tests/support/temporary.h"
#include "ui/pages/studies/outcome_table_model.h"
#include "ui/pages/studies/study_words.h"
#include "ui/pages/studies/trust_card.h"

namespace koala {
namespace {

class FakeStudies final : public StudiesService {
public:
    FakeStudies() : StudiesService("/nowhere") {}
    void refresh() override { ++refreshed; }
    void exportCsv(const std::string& slug, const fs::path& file) override
    {
        exportedSlug = slug;
        Q_EMIT exported(QString::fromStdString(file.string()));
    }
    void give(std::vector<StudyResult> studies) { setStudies(std::move(studies)); }
    int refreshed = 0;
    std::string exportedSlug;
};

StudyResult study(const std::string& slug, PreferenceCounts counts)
{
    StudyResult result;
    result.slug = slug;
    result.title = "Title of " + slug;
    result.left = "base";
    result.right = "tuned";
    result.promptSet = "six";
    result.prompts = 60;
    result.judged = counts.total();
    result.votes = counts.total();
    result.recorded = counts.total();
    result.total = {"quality", "Which answer is better?", outcomeOf(counts), counts.total()};
    result.groups = {{"Coding", "", outcomeOf(counts), 30}, {"Writing", "", outcomeOf({}), 30}};
    result.raters = {{"me", counts.total(), 4.0, "2026-11-22T20:00:00.000Z"}};
    result.lastVote = "2026-11-22T20:00:00.000Z";
    return result;
}

QString plain(QString text)
{
    return text.replace(QChar(0xA0), QLatin1Char(' '));
}

TEST(StudyWords, SayWhoIsBetterWithIntervalAndExactTest)
{
    EXPECT_EQ(plain(verdict(study("s", {24, 3, 7, 1}))),
        QStringLiteral(
            "B is better: 24 of 31 decided votes, 95 % interval 60–89 %, exact test p = 0.0033."));
    EXPECT_EQ(plain(verdict(study("s", {7, 3, 24, 1}))),
        QStringLiteral(
            "A is better: 24 of 31 decided votes, 95 % interval 60–89 %, exact test p = 0.0033."));
}

TEST(StudyWords, ClaimNothingThatTheVotesDoNotShow)
{
    EXPECT_EQ(plain(verdict(study("s", {12, 0, 8, 0}))),
        QStringLiteral("No difference is shown yet: B won 12 of 20 decided votes, 95 % interval "
                       "39–78 %, exact "
                       "test p = 0.50."));
    EXPECT_EQ(verdict(study("s", {})), QStringLiteral("No votes yet."));
    EXPECT_EQ(verdict(study("s", {0, 3, 0, 2})),
        QStringLiteral("Nothing is decided yet: every vote is a tie or both bad."));
}

TEST(StudyWords, SayHowManyMustAgree)
{
    EXPECT_EQ(reachInWords(31),
        QStringLiteral("Of 31 decided votes, 22 must go one way before p falls under 0.05."));
    EXPECT_EQ(reachInWords(6),
        QStringLiteral("Of 6 decided votes, 6 must go one way before p falls under 0.05."));
    EXPECT_TRUE(reachInWords(5).startsWith(QStringLiteral("At least 6")));
}

TEST(OutcomeTableModel, KeepsItsRowsWhenOnlyFiguresChange)
{
    OutcomeTableModel model(QStringLiteral("group"));
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    model.setRows({{"Coding", "", outcomeOf({3, 1, 2, 0}), 10}, {"", "", outcomeOf({}), 4}});
    model.setRows({{"Coding", "", outcomeOf({4, 1, 2, 0}), 10}, {"", "", outcomeOf({}), 4}});
    EXPECT_EQ(reset.count(), 1);
    EXPECT_EQ(changed.count(), 1);
    EXPECT_EQ(model.index(0, OutcomeTableModel::BWins).data().toString(), QStringLiteral("4"));
    EXPECT_EQ(model.index(0, OutcomeTableModel::Bar).data(Qt::AccessibleTextRole).toString(),
        QStringLiteral("A wins 2, ties 1, B wins 4, both bad 0"));
    EXPECT_EQ(model.index(1, OutcomeTableModel::Name).data().toString(),
        QStringLiteral("without a name"));
    EXPECT_EQ(model.index(1, OutcomeTableModel::Share).data().toString(), QStringLiteral("–"));
    model.setRows({});
    EXPECT_EQ(model.rowCount(), 0);
}

TEST(TrustChecks, NameWhatSpeaksAgainstTheFigures)
{
    StudyResult one = study("s", {3, 0, 0, 0});
    one.tornTail = true;
    QStringList titles;
    for (const TrustCheck& check : trustChecks(one))
        titles << check.title;
    EXPECT_EQ(titles, QStringList({QStringLiteral("The last line was cut off"),
                          QStringLiteral("3 of 60 prompts judged"),
                          QStringLiteral("Names were seen"), QStringLiteral("One rater")}));
}

class StudiesPageTest : public testing::Test {
protected:
    FakeStudies service;
    StudiesController controller{service};
    StudiesPage page{controller};
    template <typename T>
    T* find(const char* name)
    {
        return page.findChild<T*>(QLatin1StringView(name));
    }
    void SetUp() override
    {
        page.resize(1100, 800);
        page.show();
    }
};

TEST_F(StudiesPageTest, WithoutStudiesOneButtonLeadsToCompare)
{
    service.give({});
    QSignalSpy gone(&page, &Page::goTo);
    QTest::mouseClick(find<QPushButton>("studiesEmptyButton"), Qt::LeftButton);
    ASSERT_EQ(gone.count(), 1);
    EXPECT_EQ(gone[0][0].value<Destination>().page, QStringLiteral("compare"));
    EXPECT_FALSE(find<QPushButton>("studyExport")->isVisible());
}

TEST_F(StudiesPageTest, ShowsTheChosenStudyAndFollowsItsVotes)
{
    service.give({study("first", {3, 0, 1, 0}), study("second", {1, 0, 9, 0})});
    EXPECT_TRUE(find<QLabel>("studyVerdict")->text().contains(QStringLiteral("B won 3 of 4")));
    find<QTableView>("allStudiesTable")->setFocus();
    Q_EMIT find<QTableView>("allStudiesTable")
        ->clicked(find<QTableView>("allStudiesTable")->model()->index(1, 0));
    EXPECT_EQ(find<QComboBox>("studyChoice")->currentData().toString(), QStringLiteral("second"));
    EXPECT_TRUE(
        find<QLabel>("studyVerdict")->text().startsWith(QStringLiteral("A is better: 9 of 10")));
    // Another vote brings it to the front of the list; it stays the chosen one.
    service.give({study("second", {1, 0, 10, 0}), study("first", {3, 0, 1, 0})});
    EXPECT_TRUE(
        find<QLabel>("studyVerdict")->text().startsWith(QStringLiteral("A is better: 10 of 11")));
    EXPECT_EQ(page.saveState().value(QStringLiteral("study")).toString(), QStringLiteral("second"));
}

TEST_F(StudiesPageTest, ReportAndExportArePressableOnlyWhenThereIsSomething)
{
    StudyResult one = study("one", {});
    one.votes = 0;
    service.give({one});
    EXPECT_FALSE(find<QPushButton>("studyReport")->isVisible());
    EXPECT_FALSE(find<QPushButton>("studyExport")->isEnabled());
    one = study("one", {3, 0, 1, 0});
    one.report = "/some/report/index.html";
    service.give({one});
    EXPECT_TRUE(find<QPushButton>("studyReport")->isVisible());
    EXPECT_TRUE(find<QPushButton>("studyExport")->isEnabled());
    controller.exportTo(QStringLiteral("/tmp/x.csv"));
    EXPECT_EQ(service.exportedSlug, "one");
}

TEST_F(StudiesPageTest, ABrokenJournalShowsItsReasonAndNoFigures)
{
    StudyResult one = study("one", {3, 0, 1, 0});
    one.problem = "journal.jsonl: line 7 does not follow the line before it";
    service.give({one});
    EXPECT_FALSE(find<QLabel>("studyVerdict")->isVisible());
    bool told = false;
    for (const QLabel* label : page.findChildren<QLabel*>())
        told |= label->isVisible() && label->text().contains(QStringLiteral("line 7"));
    EXPECT_TRUE(told);
}

TEST_F(StudiesPageTest, ABlindStudyKeepsItsResults)
{
    StudyResult one = study("one", {30, 0, 1, 0});
    one.blind = true;
    service.give({one});
    EXPECT_FALSE(find<QLabel>("studyVerdict")->isVisible());
    EXPECT_FALSE(controller.canExport());
}

TEST(StudiesService, NewVotesOfAnotherProcessAppearByThemselves)
{
    const TemporaryDirectory folder = test::temporaryDirectory();
    const Study made = openBrowsingStudy(folder.path(), "six", "base", "tuned").value();
    StudiesService service(folder.path());
    QSignalSpy changed(&service, &StudiesService::studiesChanged);
    service.refresh();
    ASSERT_TRUE(QTest::qWaitFor([&] { return changed.count() >= 2; })); // read, watched, read again
    ASSERT_EQ(service.studies().size(), 1U);
    EXPECT_EQ(service.studies()[0].votes, 0);
    for (const char* item : {"p0", "p1"}) {
        JournalWriter journal = JournalWriter::open(made.journalFile()).value();
        Vote vote;
        vote.item = item;
        vote.better = Better::Right;
        ASSERT_TRUE(journal.append(vote).ok());
        const std::int64_t want = item[1] - '0' + 1;
        EXPECT_TRUE(QTest::qWaitFor([&] { return service.studies()[0].votes == want; })) << item;
    }
}

TEST(StudiesService, ExportsAFileOrSaysWhyNot)
{
    const TemporaryDirectory folder = test::temporaryDirectory();
    const Study made = openBrowsingStudy(folder.path(), "six", "base", "tuned").value();
    StudiesService service(folder.path());
    QSignalSpy changed(&service, &StudiesService::studiesChanged);
    service.refresh();
    ASSERT_TRUE(changed.wait());
    QSignalSpy exported(&service, &StudiesService::exported);
    service.exportCsv(made.slug, folder.path() / "out.csv");
    ASSERT_TRUE(exported.wait());
    EXPECT_TRUE(readFile(folder.path() / "out.csv").value().starts_with("study,a,b,"));
    QSignalSpy failed(&service, &StudiesService::exportFailed);
    service.exportCsv(made.slug, folder.path() / "gone" / "out.csv");
    ASSERT_TRUE(failed.wait());
    EXPECT_TRUE(failed[0][0].toString().contains(QStringLiteral("gone")));
}

} // namespace
} // namespace koala
