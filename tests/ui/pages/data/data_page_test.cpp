#include "ui/pages/data/data_page.h"

#include <QAbstractItemModelTester>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QTabBar>
#include <QTableView>
#include <QToolButton>

#include <gtest/gtest.h>

#include "core/data/formats/dataset_import.h"
#include "tests/ui/support/page_fixture.h"
#include "ui/pages/data/cleaning_model.h"
#include "ui/pages/data/import_sheet.h"
#include "ui/pages/data/set_aside_tab.h"
#include "ui/widgets/answer_text.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/token_view.h"

namespace koala {
namespace {

using test::child;
using test::waitFor;

class OnAStarterProject : public testing::Test {
protected:
    void SetUp() override
    {
        if (!test::smollm2File())
            GTEST_SKIP() << "SmolLM2 is not in the cache folder (packaging/quickstart.sh deps)";
        test::starterProject(m_folder.path() / "starter");
    }
    fs::path project() const { return m_folder.path() / "starter"; }
    TemporaryDirectory m_folder = test::temporaryDirectory();
};

TEST(DataPage, AnEmptyProjectHasOneSentenceAndOneFilledButton)
{
    const auto folder = test::temporaryDirectory();
    ASSERT_TRUE(Project::create(folder.path() / "new").ok());
    DataService service(folder.path() / "new");
    DataPage page(service);
    test::showPage(page);
    EXPECT_TRUE(child<QPushButton>(page, "importFirst")->isVisible());
    EXPECT_FALSE(child<QPushButton>(page, "addToMixture")->isVisible());
    test::picture(page, "first");
}

TEST(DataController, KeepsOnlyTheAnswerToTheNewestSearch)
{
    const auto folder = test::temporaryDirectory();
    auto project = Project::create(folder.path() / "p");
    ASSERT_TRUE(project.ok());
    test::writeText(folder.path() / "tasks.json",
        R"([{"instruction":"Name a colour","input":"","output":"Green"},
            {"instruction":"Name an animal","input":"","output":"A koala"},
            {"instruction":"Count to two","input":"","output":"one two"}])");
    ImportRequest request;
    request.datasetsDirectory = project->datasetsDirectory();
    request.files = {folder.path() / "tasks.json"};
    ASSERT_TRUE(importDataset(request).ok());
    DataService service(project->directory());
    DataController controller(service);
    const QAbstractItemModelTester sources(
        &controller.sources(), QAbstractItemModelTester::FailureReportingMode::Fatal);
    const QAbstractItemModelTester rows(
        &controller.rows(), QAbstractItemModelTester::FailureReportingMode::Fatal);
    service.refresh();
    ASSERT_TRUE(waitFor([&] { return controller.rows().rowCount() == 3; }));
    RowFilter first, second;
    first.text = "count";
    second.text = "KOALA";
    controller.setFilter(first);
    controller.setFilter(second);
    ASSERT_TRUE(waitFor([&] { return controller.rows().rowCount() == 1; }));
    EXPECT_EQ(controller.rows().datasetRow(0), 1U);
    RowFilter broken;
    broken.text = "([";
    broken.regex = true;
    QSignalSpy problems(&controller, &DataController::problem);
    controller.setFilter(broken);
    ASSERT_TRUE(waitFor([&] { return problems.count() == 1; }));
    EXPECT_TRUE(problems.at(0).at(0).toString().contains(QStringLiteral("regular expression")));
    controller.setFilter({});
    EXPECT_EQ(controller.rows().rowCount(), 3);
}

TEST(DataPage, ImportsInAChildNamesTheKindAndListsWhatWasSetAside)
{
    const fs::path koala = fs::path(KOALA_BINARY_DIR) / "bin" / "koala";
    if (!fs::exists(koala))
        GTEST_SKIP() << koala << " is not built";
    qputenv("KOALA_PROGRAM", koala.c_str());
    const auto folder = test::temporaryDirectory();
    ASSERT_TRUE(Project::create(folder.path() / "p").ok());
    test::writeText(folder.path() / "talk.jsonl",
        "{\"id\":\"1\",\"conversations\":[{\"from\":\"human\",\"value\":\"Hi\"},{\"from\":\"gpt\","
        "\"value\":\"<b>Hello</b>\"}]}\n"
        "{\"id\":\"2\",\"conversations\": broken\n"
        "{\"id\":\"3\",\"conversations\":[{\"from\":\"human\",\"value\":\"Bye\"},{\"from\":\"gpt\","
        "\"value\":\"See you\"}]}\n");
    test::writeText(folder.path() / "unknown.bin", "no conversation at all");
    DataService service(folder.path() / "p");
    DataPage page(service);
    test::showPage(page);
    QSignalSpy imported(&service, &DataService::imported);
    page.importFiles({QString::fromStdString((folder.path() / "talk.jsonl").string()),
        QString::fromStdString((folder.path() / "unknown.bin").string())});
    auto* import = child<QPushButton>(page, "importStart");
    auto* sheet = child<ImportSheet>(page, "importSheet");
    ASSERT_TRUE(waitFor([&] { return !sheet->drafts().reading(); }));
    EXPECT_EQ(sheet->drafts().at(0).facts.kind, QStringLiteral("sharegpt"));
    EXPECT_EQ(sheet->drafts().at(0).facts.rows.size(), 2U);
    EXPECT_EQ(sheet->drafts().at(0).facts.problems.size(), 1);
    EXPECT_NE(sheet->drafts().at(1).state, ImportDraft::State::Ready);
    EXPECT_TRUE(child<SafeTextView>(page, "previewRows")
            ->toPlainText()
            .contains(QStringLiteral("<b>Hello</b>")));
    test::picture(*sheet, "import");
    child<QLineEdit>(page, "importLicence")->setText(QStringLiteral("CC BY 4.0"));
    QTest::mouseClick(import, Qt::LeftButton);
    ASSERT_TRUE(waitFor([&] {
        return imported.count() == 1 && page.controller().rows().rowCount() == 2;
    })) << service.importState().message.toStdString();
    EXPECT_EQ(service.importState().kind, QStringLiteral("sharegpt"));
    EXPECT_FALSE(service.importState().reason.isEmpty());
    EXPECT_TRUE(service.importState().message.contains(QStringLiteral("1 broken")));
    auto* aside = child<QTableView>(page, "setAsideTable")->model();
    ASSERT_TRUE(waitFor([&] { return aside->rowCount() == 1; }));
    EXPECT_EQ(service.sources().front().manifest.licence, "CC BY 4.0");
    service.importFiles({QString::fromStdString((folder.path() / "unknown.bin").string())});
    ASSERT_TRUE(waitFor([&] { return service.importState().failed; }));
    EXPECT_TRUE(service.importState().message.contains(QStringLiteral("unknown.bin")));
    EXPECT_EQ(service.sources().size(), 1U);
    qunsetenv("KOALA_PROGRAM");
}

TEST(SetAsideModel, GroupsReasonsThatDifferInFiguresAndNamesOnly)
{
    SetAsideModel model;
    const QAbstractItemModelTester tester(
        &model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.set({{.line = 3, .reason = "turn 2 has no \"from\"", .head = "=1+1"},
        {.line = 9, .reason = "turn 14 has no \"value\"", .head = "{\"a\": \"b\"}"},
        {.line = 12, .reason = "not closed", .head = "[["}});
    const auto kinds = model.kinds();
    ASSERT_EQ(kinds.size(), 2U);
    EXPECT_EQ(kinds[0].records, 2);
    model.setKind(kinds[0].kind);
    EXPECT_EQ(model.rowCount(), 2);
    const QByteArray csv = setAsideAsCsv(model);
    EXPECT_TRUE(csv.contains("\"'=1+1\"")) << "a spreadsheet would run it";
    EXPECT_TRUE(csv.contains("\"{\"\"a\"\": \"\"b\"\"}\""));
    EXPECT_EQ(setAsideAsJsonLines(model).count('\n'), 2);
}

TEST(CleaningModel, ShowsWhatEachStepTookAndAsksForMovesInsteadOfMaking)
{
    CleaningModel model;
    const QAbstractItemModelTester tester(
        &model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    CleaningState state;
    state.steps.add("length");
    state.steps.add("language");
    state.steps.steps[1].enabled = false;
    state.report = CleaningReport{};
    state.report->rows = 100;
    state.report->steps = {{.id = state.steps.steps[0].id,
        .type = "length",
        .rowsBefore = 100,
        .rowsAfter = 88,
        .taken = 12}};
    state.current = true;
    model.set(state);
    ASSERT_EQ(model.rowCount(), 2);
    EXPECT_EQ(model.index(0, CleaningModel::Before).data().toString(), QStringLiteral("100"));
    EXPECT_EQ(model.index(0, CleaningModel::After).data().toString(), QStringLiteral("88"));
    EXPECT_EQ(model.index(0, CleaningModel::Took).data().toString(), QStringLiteral("12"));
    EXPECT_EQ(model.index(1, CleaningModel::Took).data().toString(), QStringLiteral("off"));
    QSignalSpy moved(&model, &CleaningModel::moved);
    const std::unique_ptr<QMimeData> dragged(model.mimeData({model.index(1, 0)}));
    EXPECT_FALSE(model.dropMimeData(dragged.get(), Qt::MoveAction, 0, 0, {}));
    ASSERT_EQ(moved.count(), 1);
    EXPECT_EQ(moved.at(0).at(0).toInt(), 1);
    EXPECT_EQ(moved.at(0).at(1).toInt(), 0);
    EXPECT_EQ(model.step(0)->type, "length") << "the list changes when its file has";
}

TEST(SourceFiles, ChangeNamesAndMoveASourceAwayAndBackWithoutTouchingRows)
{
    const auto folder = test::temporaryDirectory();
    auto project = Project::create(folder.path() / "p");
    ASSERT_TRUE(project.ok());
    test::writeText(folder.path() / "tasks.json",
        R"([{"instruction":"Name a colour","input":"","output":"Green"}])");
    ImportRequest request;
    request.datasetsDirectory = project->datasetsDirectory();
    request.files = {folder.path() / "tasks.json"};
    const auto made = importDataset(request);
    ASSERT_TRUE(made.ok());
    ASSERT_TRUE(editSource(project->directory(), made->slug,
        {.title = "Colours", .licence = "CC0", .use = "evaluation"})
            .ok());
    const auto edited = readDatasetManifest(project->datasetsDirectory() / made->slug);
    ASSERT_TRUE(edited.ok());
    EXPECT_EQ(edited->title, "Colours");
    EXPECT_EQ(edited->use, "evaluation");
    EXPECT_EQ(edited->rowsSha256, made->rowsSha256);
    EXPECT_FALSE(editSource(project->directory(), made->slug, {.title = ""}).ok());
    const auto trashed = trashSource(project->directory(), made->slug);
    ASSERT_TRUE(trashed.ok());
    EXPECT_FALSE(fs::exists(project->datasetsDirectory() / made->slug));
    ASSERT_TRUE(restoreSource(project->directory(), made->slug, *trashed).ok());
    EXPECT_TRUE(Dataset::open(project->datasetsDirectory() / made->slug).ok());
}

TEST(ImportQueue, StartsAgainWhatAnEarlierWindowDidNotEnd)
{
    const fs::path koala = fs::path(KOALA_BINARY_DIR) / "bin" / "koala";
    if (!fs::exists(koala))
        GTEST_SKIP() << koala << " is not built";
    qputenv("KOALA_PROGRAM", koala.c_str());
    const auto folder = test::temporaryDirectory();
    ASSERT_TRUE(Project::create(folder.path() / "p").ok());
    test::writeText(folder.path() / "tasks.json",
        R"([{"instruction":"Name a colour","input":"","output":"Green"}])");
    {
        ImportQueue closed(folder.path() / "p");
        closed.add({.files = {QString::fromStdString((folder.path() / "tasks.json").string())},
            .licence = QStringLiteral("CC0")});
    } // the window is closed before the child has done anything
    EXPECT_TRUE(fs::exists(folder.path() / "p" / "imports.json"));
    ImportQueue again(folder.path() / "p");
    QSignalSpy imported(&again, &ImportQueue::imported);
    EXPECT_EQ(again.resume(), 1);
    ASSERT_TRUE(waitFor([&] { return imported.count() == 1; }));
    const auto manifest = readDatasetManifest(
        folder.path() / "p" / "datasets" / imported.at(0).at(0).toString().toStdString());
    ASSERT_TRUE(manifest.ok());
    EXPECT_EQ(manifest->licence, "CC0");
    EXPECT_FALSE(fs::exists(folder.path() / "p" / "imports.json"));
    qunsetenv("KOALA_PROGRAM");
}

TEST(ConversationPane, OpensAnyRowBoundedAndShowsTheRestAsPlainText)
{
    const auto folder = test::temporaryDirectory();
    auto project = Project::create(folder.path() / "p");
    ASSERT_TRUE(project.ok());
    std::string turns;
    for (int i = 0; i < 10'000; ++i)
        turns += std::string(i > 0 ? "," : "") + "{\"from\":\"" + (i % 2 == 0 ? "human" : "gpt") +
                 "\",\"value\":\"turn " + std::to_string(i) + "\"}";
    test::writeText(folder.path() / "long.jsonl",
        "{\"id\":\"1\",\"conversations\":[{\"from\":\"human\",\"value\":\"" +
            std::string(1'000'000, 'a') + "\"},{\"from\":\"gpt\",\"value\":\"" +
            std::string(5'000'000, 'b') + " end\"}]}\n{\"id\":\"2\",\"conversations\":[" + turns +
            "]}\n");
    ImportRequest request;
    request.datasetsDirectory = project->datasetsDirectory();
    request.files = {folder.path() / "long.jsonl"};
    ASSERT_TRUE(importDataset(request).ok());
    DataService service(project->directory());
    DataPage page(service);
    test::showPage(page);
    auto* title = child<QLabel>(page, "conversationTitle");
    auto* notice = child<QWidget>(page, "shortenedNotice");
    ASSERT_TRUE(waitFor([&] { return title->text() == QStringLiteral("Row 1"); }));
    EXPECT_TRUE(notice->isVisible());
    QTest::mouseClick(child<QPushButton>(*notice, "noticeAction"), Qt::LeftButton);
    auto* whole = child<QPlainTextEdit>(page, "wholeConversation");
    const QString all = whole->toPlainText();
    EXPECT_TRUE(all.endsWith(QStringLiteral(" end\n\n")))
        << all.size() << all.right(40).toStdString();
    QTest::mouseClick(child<QToolButton>(page, "nextRow"), Qt::LeftButton);
    ASSERT_TRUE(waitFor([&] { return title->text() == QStringLiteral("Row 2"); }));
    EXPECT_TRUE(whole->toPlainText().isEmpty());
    EXPECT_LE(page.findChildren<AnswerText*>().size(), 200) << "ten thousand turns, few widgets";
}

TEST_F(OnAStarterProject, ShowsWhatTheStepsOfASourceTook)
{
    const fs::path identity = project() / "datasets" / "identity";
    const auto dataset = Dataset::open(identity);
    ASSERT_TRUE(dataset.ok());
    CleaningSteps steps;
    steps.add("duplicate_prompts");
    steps.add("near_duplicates");
    steps.add("length");
    excludeRow(steps, 4);
    ASSERT_TRUE(writeSteps(identity, steps).ok());
    const auto report = runCleaning(**dataset, steps);
    ASSERT_TRUE(report.ok()) << report.error().message;
    DataService service(project());
    DataPage page(service);
    test::showPage(page);
    auto& controller = page.controller();
    ASSERT_TRUE(waitFor([&] { return service.sources().size() == 5; }));
    controller.choose(QStringLiteral("identity"));
    auto& cleaning = controller.cleaning();
    ASSERT_TRUE(waitFor([&] { return cleaning.rows() && !cleaning.rows()->kept.empty(); }));
    EXPECT_EQ(cleaning.rows()->taken, report->rows - report->kept);
    EXPECT_FALSE(cleaning.isKept(4));
    EXPECT_EQ(cleaning.model().rowCount(), 4);
    ASSERT_TRUE(waitFor([&] { return controller.rows().rowCount() == 378; }));
    EXPECT_EQ(controller.rows().index(4, RowTableModel::Flags).data().toString(),
        QStringLiteral("taken"));
    child<QTabBar>(page, "dataTabs")->setCurrentIndex(2);
    EXPECT_TRUE(child<QLabel>(page, "keptRows")->text().contains(QStringLiteral("378")));
    int step = 0;
    while (step < 3 && cleaning.exampleCount() == 0)
        cleaning.chooseStep(++step);
    ASSERT_GT(cleaning.exampleCount(), 0);
    auto* text = child<QPlainTextEdit>(page, "exampleRight");
    auto* left = child<QPlainTextEdit>(page, "exampleLeft");
    ASSERT_TRUE(
        waitFor([&] { return !text->toPlainText().isEmpty() || !left->toPlainText().isEmpty(); }));
    test::picture(page, "cleaning");
}

TEST_F(OnAStarterProject, ShowsSourcesRowsAndTokens)
{
    DataService service(project());
    DataPage page(service);
    test::showPage(page);
    auto& controller = page.controller();
    ASSERT_TRUE(waitFor([&] { return service.sources().size() == 5; }));
    controller.choose(QStringLiteral("dialogues"));
    ASSERT_TRUE(waitFor([&] {
        return controller.tokens() != nullptr && controller.facts() != nullptr &&
               controller.currentSlug() == QStringLiteral("dialogues");
    }));
    ASSERT_TRUE(waitFor([&] {
        return std::ranges::all_of(
            service.sources(), [](const DataSource& source) { return source.tokens.has_value(); });
    }));
    EXPECT_GT(controller.rows().rowCount(), 50);
    test::picture(page, "data");
    auto* tabs = child<QTabBar>(page, "dataTabs");
    tabs->setCurrentIndex(1);
    test::picture(page, "statistics");
    tabs->setCurrentIndex(3);
    auto* view = child<TokenView>(page, "tokenView");
    ASSERT_TRUE(waitFor([&] { return !view->boxes().empty(); }));
    EXPECT_TRUE(std::ranges::any_of(view->boxes(), &TokenBox::trained));
    EXPECT_TRUE(std::ranges::any_of(view->boxes(), &TokenBox::special));
    test::picture(page, "tokens");
    tabs->setCurrentIndex(4);
    auto* sheet = child<QTextEdit>(page, "sheetText");
    ASSERT_TRUE(waitFor([&] { return !sheet->toPlainText().isEmpty(); }));
    EXPECT_TRUE(sheet->toPlainText().contains(QStringLiteral("Apache-2.0")));
    test::picture(page, "sheet");
    auto* search = child<QLineEdit>(page, "dataSearch");
    QTest::keyClicks(search, QStringLiteral("koala"));
    tabs->setCurrentIndex(0);
    ASSERT_TRUE(waitFor([&] { return controller.filter().text == "koala"; }));
}

} // namespace
} // namespace koala
