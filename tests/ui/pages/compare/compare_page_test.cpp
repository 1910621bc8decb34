#include "ui/pages/compare/compare_page.h"

#include <QAbstractItemModelTester>
#include <QLabel>
#include <QSignalSpy>
#include <QTableView>

#include <gtest/gtest.h>

#include "core/study/answer_set.h"
#include "tests/ui/support/page_fixture.h"
#include "ui/widgets/answer_text.h"
#include "ui/widgets/histogram_view.h"

namespace koala {
namespace {

using test::child;
using test::waitFor;

void answer(
    const fs::path& project, const std::string& set, const std::string& id, const std::string& text)
{
    auto file = answerSetFile(project, "six", set);
    ASSERT_TRUE(file.ok());
    auto writer = AnswerSetWriter::open(*file);
    ASSERT_TRUE(writer.ok()) << writer.error().message;
    Answer answer;
    answer.promptId = id;
    answer.text = text;
    answer.finishReason = "stop";
    answer.tokens = 4;
    answer.seconds = 0.1;
    answer.model.name = set;
    answer.model.sha256 = "0123456789abcdef";
    ASSERT_TRUE(writer->append(answer).ok());
}

// Two models, six prompts in two groups; all are answered but the last, which only A has.
class OnSixPrompts : public testing::Test {
protected:
    void SetUp() override
    {
        auto made = Project::create(m_folder.path() / "p");
        ASSERT_TRUE(made.ok());
        test::writeText(m_folder.path() / "weights.gguf", "no model, only a name");
        for (const char* slug : {"left", "right"})
            ASSERT_TRUE(
                made->linkModel(m_folder.path() / "weights.gguf", slug, slug, "00", "", "koala")
                    .ok());
        std::string prompts;
        for (int i = 1; i <= 6; ++i)
            prompts += R"({"id":"p)" + std::to_string(i) + R"(","prompt":"Question <b>)" +
                       std::to_string(i) + R"(</b>","group":")" + (i <= 3 ? "Writing" : "Coding") +
                       "\"}\n";
        test::writeText(made->promptSetFile("six"), prompts);
        for (int i = 1; i <= 6; ++i) {
            answer(made->directory(), "left", "p" + std::to_string(i), "one two three four");
            if (i < 6)
                answer(made->directory(), "right", "p" + std::to_string(i),
                    i == 3 ? "nothing of that is here" : "one two three five");
        }
    }
    fs::path project() const { return m_folder.path() / "p"; }
    TemporaryDirectory m_folder = test::temporaryDirectory();
};

void openPair(ComparePage& page)
{
    test::showPage(page);
    ASSERT_TRUE(waitFor([&] { return page.controller().service().models().size() == 2; }));
    page.controller().choose(
        QStringLiteral("six"), QStringLiteral("left"), QStringLiteral("right"));
    ASSERT_TRUE(waitFor([&] {
        return page.controller().comparison().prompts.size() == 6 &&
               page.controller().comparison().b.spec == QStringLiteral("right");
    }));
    page.controller().choosePrompt(0); // a prompt that was shown before stays chosen
}

TEST_F(OnSixPrompts, SortsTheMostDifferentFirstAndCountsWhatIsMissing)
{
    CompareService service(project());
    ComparePage page(service);
    const QAbstractItemModelTester tester(
        &page.controller().prompts(), QAbstractItemModelTester::FailureReportingMode::Fatal);
    openPair(page);
    EXPECT_EQ(page.controller().prompts().at(0)->id, QStringLiteral("p3"));
    EXPECT_DOUBLE_EQ(page.controller().prompts().at(0)->difference, 1.0);
    EXPECT_EQ(page.controller().prompts().at(5)->id, QStringLiteral("p6"));
    EXPECT_EQ(page.controller().missingB(), 1);
    EXPECT_EQ(
        child<QPushButton>(page, "generateMissing")->text(), QStringLiteral("Generate 1 missing"));
    // Foreign text stands as it is.
    EXPECT_EQ(
        child<AnswerText>(page, "promptText")->toPlainText(), QStringLiteral("Question <b>3</b>"));
}

TEST_F(OnSixPrompts, AVoteIsInTheJournalBeforeItsTickAndBackspaceTakesItBack)
{
    CompareService service(project());
    ComparePage page(service);
    openPair(page);
    QSignalSpy voted(&service, &CompareService::voted);
    auto* table = child<QTableView>(page, "promptTable");
    QTest::keyClick(table, Qt::Key_2);
    ASSERT_TRUE(waitFor([&] { return voted.count() == 1; }));
    const auto studies = listStudies(project());
    ASSERT_TRUE(studies.ok());
    ASSERT_EQ(studies->size(), 1U);
    auto journal = readJournal(studies->front().journalFile());
    ASSERT_TRUE(journal.ok()) << journal.error().message;
    ASSERT_EQ(journal->votes.size(), 1U);
    EXPECT_EQ(journal->votes[0].better, Better::Right);
    EXPECT_EQ(journal->votes[0].item, "p3");
    EXPECT_TRUE(child<QLabel>(page, "voteSaved")->text().startsWith(QStringLiteral("✓")));
    EXPECT_EQ(page.controller().voted(), 1);

    QTest::keyClick(table, Qt::Key_Down);
    QTest::keyClick(table, Qt::Key_0);
    QTest::keyClick(table, Qt::Key_Down);
    QTest::keyClick(table, Qt::Key_1);
    ASSERT_TRUE(waitFor([&] { return voted.count() == 3; }));
    QTest::keyClick(table, Qt::Key_Backspace);
    ASSERT_TRUE(waitFor([&] { return voted.count() == 4; }));
    EXPECT_EQ(page.controller().voted(), 2);

    // Another window finds the votes again.
    CompareService later(project());
    ComparePage again(later);
    openPair(again);
    EXPECT_EQ(again.controller().voted(), 2);
}

TEST_F(OnSixPrompts, AGroupAndABarFilterAndANewAnswerArrivesByItself)
{
    CompareService service(project());
    ComparePage page(service);
    openPair(page);
    QTest::mouseClick(
        page.findChild<QAbstractButton*>(QStringLiteral("group-Coding")), Qt::LeftButton);
    EXPECT_EQ(page.controller().prompts().rowCount(), 3);
    QTest::mouseClick(
        page.findChild<QAbstractButton*>(QStringLiteral("group-Coding")), Qt::LeftButton);
    EXPECT_EQ(page.controller().prompts().rowCount(), 6);
    auto* histogram = child<HistogramView>(page, "differenceHistogram");
    QTest::mouseClick(histogram, Qt::LeftButton, {}, QPoint(histogram->width() - 3, 10));
    EXPECT_EQ(page.controller().prompts().rowCount(), 1);
    QTest::mouseClick(histogram, Qt::LeftButton, {}, QPoint(histogram->width() - 3, 10));
    answer(project(), "right", "p6", "one two three four");
    ASSERT_TRUE(waitFor([&] { return page.controller().missingB() == 0; }));
}

TEST_F(OnSixPrompts, FillingGoesOnInAChildAndSaysWhenItCannot)
{
    qputenv("KOALA_PROGRAM", "/nowhere/koala");
    CompareService service(project());
    ComparePage page(service);
    openPair(page);
    service.fill();
    ASSERT_TRUE(waitFor([&] { return service.fillState().failed; }));
    EXPECT_TRUE(service.fillState().message.contains(QStringLiteral("/nowhere/koala")));
    qunsetenv("KOALA_PROGRAM");
}

TEST(ComparePage, FillsMissingAnswersInTheBackground)
{
    KOALA_SMOLLM2_OR_SKIP(model);
    const fs::path koala = fs::path(KOALA_BINARY_DIR) / "bin" / "koala";
    if (!fs::exists(koala))
        GTEST_SKIP() << koala << " is not built";
    qputenv("KOALA_PROGRAM", koala.c_str());
    const auto folder = test::temporaryDirectory();
    const Project project = test::starterProject(folder.path() / "starter");
    test::writeText(project.promptSetFile("two"),
        "{\"id\":\"a\",\"prompt\":\"Say yes.\",\"group\":\"g\"}\n{\"id\":\"b\",\"prompt\":\"Say "
        "no.\",\"group\":\"g\"}\n");
    CompareService service(project.directory());
    ComparePage page(service);
    test::showPage(page);
    ASSERT_TRUE(waitFor([&] { return !service.models().empty(); }));
    page.controller().choose(
        QStringLiteral("two"), QStringLiteral("smollm2"), QStringLiteral("smollm2"));
    ASSERT_TRUE(waitFor([&] { return page.controller().missingA() == 2; }));
    QTest::mouseClick(child<QPushButton>(page, "generateMissing"), Qt::LeftButton);
    ASSERT_TRUE(waitFor(
        [&] { return page.controller().missingA() == 0 && !service.fillState().running; }, 60'000))
        << service.fillState().message.toStdString();
    EXPECT_FALSE(service.fillState().failed) << service.fillState().message.toStdString();
    EXPECT_EQ(
        child<QPushButton>(page, "generateMissing")->text(), QStringLiteral("Answers complete"));
    qunsetenv("KOALA_PROGRAM");
}

// A picture of a project with a finished run, where $KOALA_PICTURES_PROJECT names one.
TEST(ComparePage, PicturesOfARealProject)
{
    const char* project = std::getenv("KOALA_PICTURES_PROJECT");
    if (project == nullptr)
        GTEST_SKIP() << "set KOALA_PICTURES and KOALA_PICTURES_PROJECT";
    CompareService service{fs::path(project)};
    ComparePage page(service);
    test::showPage(page);
    ASSERT_TRUE(waitFor([&] { return page.controller().comparison().prompts.size() == 180; }));
    QTest::qWait(300);
    test::picture(page, "compare");
}

} // namespace
} // namespace koala
