// The work that the Data page starts and shows: indexing, statistics, cleaning, edits, drops and
// imports that are cancelled or were cut off. Everything is pressed in the real page; children are
// the real `koala`.
#include <csignal>

#include <QDropEvent>
#include <QLabel>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QTabBar>
#include <QUrl>

#include <gtest/gtest.h>

#include "core/data/formats/dataset_import.h"
#include "tests/ui/support/page_fixture.h"
#include "ui/pages/data/data_page.h"
#include "ui/pages/data/import_sheet.h"

namespace koala {
namespace {

using test::child;
using test::waitFor;

constexpr int kManyRecords = 200'000; // more than a child reads before it can be stopped

class DataWork : public testing::Test {
protected:
    void SetUp() override
    {
        const fs::path koala = fs::path(KOALA_BINARY_DIR) / "bin" / "koala";
        if (!fs::exists(koala))
            GTEST_SKIP() << koala << " is not built";
        qputenv("KOALA_PROGRAM", koala.c_str());
        ASSERT_TRUE(Project::create(project()).ok());
    }
    void TearDown() override
    {
        m_page.reset();
        m_service.reset();
        qunsetenv("KOALA_PROGRAM");
    }
    fs::path project() const { return m_folder.path() / "p"; }
    fs::path datasets() const { return project() / "datasets"; }

    void import(
        const std::string& name, const std::string& text, const std::string& use = "training")
    {
        test::writeText(m_folder.path() / name, text);
        ImportRequest request;
        request.datasetsDirectory = datasets();
        request.files = {m_folder.path() / name};
        request.use = use;
        const auto made = importDataset(request);
        ASSERT_TRUE(made.ok()) << made.error().message;
    }
    void open()
    {
        m_service = std::make_unique<DataService>(project());
        m_page = std::make_unique<DataPage>(*m_service);
        test::showPage(*m_page);
    }
    DataController& controller() { return m_page->controller(); }
    CleaningController& cleaning() { return controller().cleaning(); }
    void press(const char* name)
    {
        auto* button = child<QAbstractButton>(*m_page, name);
        ASSERT_TRUE(waitFor([&] { return button->isVisibleTo(m_page.get()); })) << name;
        ASSERT_TRUE(button->isEnabled()) << name;
        button->click();
    }
    QString words(const char* name) { return child<QLabel>(*m_page, name)->text(); }
    void showTab(int tab) { child<QTabBar>(*m_page, "dataTabs")->setCurrentIndex(tab); }

    QString manyRecords()
    {
        std::string text;
        for (int i = 0; i < kManyRecords; ++i)
            text += R"({"instruction":"Name number )" + std::to_string(i) +
                    R"(","input":"","output":"It is )" + std::to_string(i) + "\"}\n";
        test::writeText(m_folder.path() / "many.jsonl", text);
        return QString::fromStdString((m_folder.path() / "many.jsonl").string());
    }
    // Whether the import leaves nothing behind, hidden folders included.
    bool nothingThere() const
    {
        return !fs::exists(datasets()) ||
               fs::directory_iterator(datasets()) == fs::directory_iterator();
    }
    // An import by hand that is killed once it has saved a first part.
    void cutOffAnImport()
    {
        const QString file = manyRecords();
        QProcess import;
        import.start(qEnvironmentVariable("KOALA_PROGRAM"),
            {QStringLiteral("--project"), QString::fromStdString(project().string()),
                QStringLiteral("data"), QStringLiteral("import"), file});
        const auto saved = [this] {
            std::error_code code;
            for (const auto& entry : fs::directory_iterator(datasets(), code))
                if (fs::exists(entry.path() / "checkpoint.json", code))
                    return true;
            return false;
        };
        ASSERT_TRUE(waitFor(saved));
        import.kill();
        ASSERT_TRUE(import.waitForFinished());
        ASSERT_EQ(import.exitStatus(), QProcess::CrashExit) << "it was over before";
    }

    TemporaryDirectory m_folder = test::temporaryDirectory();
    std::unique_ptr<DataService> m_service;
    std::unique_ptr<DataPage> m_page;
};

constexpr const char* kTasks = R"([
    {"instruction":"Name a colour","input":"","output":"Green"},
    {"instruction":"name a colour","input":"","output":"Blue"},
    {"instruction":"Nenne mir bitte eine schöne Farbe für die Küche","input":"","output":"Grün"}])";

TEST_F(DataWork, LanguagesAppearWhenTheIndexIsBuiltAndNothingMoves)
{
    import("tasks.json", kTasks);
    open();
    ASSERT_TRUE(waitFor([&] { return controller().rows().rowCount() == 3; }));
    controller().chooseRow(2);
    ASSERT_TRUE(waitFor([&] {
        return controller().dataset()->indexedRows() == 3 && controller().facts() &&
               !m_service->index().state().running;
    }));
    EXPECT_EQ(controller().currentRow(), 2);
    EXPECT_GT(controller().facts()->languageRows.count("de"), 0U);
    EXPECT_EQ(words("indexWords"), QStringLiteral("words and languages indexed"));
    EXPECT_FALSE(child<QAbstractButton>(*m_page, "indexAction")->isVisible());
}

TEST_F(DataWork, StatisticsSayHowMuchWasReadAndCanBeStoppedAndReadAgain)
{
    import("tasks.json", kTasks);
    open();
    showTab(1);
    ASSERT_TRUE(waitFor([&] {
        return words("statisticsState").startsWith(QStringLiteral("3 conversations read"));
    })) << words("statisticsState").toStdString();
    ASSERT_TRUE(waitFor([&] { return controller().charts() != nullptr; }));
    EXPECT_EQ(controller().charts()->turns.maximum, 2);
    m_service->gatherFacts(); // as when the source is opened
    m_service->stopFacts();
    EXPECT_FALSE(m_service->gatheringFacts());
}

TEST_F(DataWork, ReplaySaysThatTheResultIsTheSame)
{
    import("tasks.json", kTasks);
    open();
    ASSERT_TRUE(waitFor([&] { return controller().rows().rowCount() == 3; }));
    showTab(2);
    cleaning().addStep(QStringLiteral("duplicate_prompts"));
    ASSERT_TRUE(waitFor([&] { return cleaning().state().report && cleaning().state().current; }));
    EXPECT_EQ(cleaning().state().report->kept, 2U);
    ASSERT_TRUE(waitFor([&] { return cleaning().exampleCount() == 1; }));
    EXPECT_TRUE(words("exampleReason").contains(QStringLiteral("row 1,")))
        << words("exampleReason").toStdString();
    press("replayCleaning");
    ASSERT_TRUE(waitFor([&] {
        return words("replayWords").startsWith(QStringLiteral("same result"));
    })) << words("replayWords").toStdString();
}

TEST_F(DataWork, AnEditOfARowIsUndoneAndRedone)
{
    import("tasks.json", kTasks);
    open();
    ASSERT_TRUE(waitFor([&] { return controller().rows().rowCount() == 3; }));
    controller().chooseRow(0);
    ASSERT_TRUE(waitFor([&] { return words("conversationTitle") == QStringLiteral("Row 1"); }));
    press("editRow");
    auto* answer = child<QPlainTextEdit>(*m_page, "editTurn1");
    answer->selectAll();
    QTest::keyClicks(answer, QStringLiteral("Violet"));
    press("editRowSave");
    const auto edited = [&](std::uint64_t rows) {
        const auto& report = cleaning().state().report;
        return report && cleaning().state().current && report->edited == rows;
    };
    ASSERT_TRUE(waitFor([&] { return edited(1); }));
    press("undoCleaning");
    ASSERT_TRUE(waitFor([&] { return cleaning().state().steps.steps.empty(); }));
    ASSERT_TRUE(waitFor([&] { return cleaning().state().canRedo; }));
    press("redoCleaning");
    ASSERT_TRUE(waitFor([&] { return edited(1); }));
}

TEST_F(DataWork, AFileThatIsDroppedIsShownBeforeItIsImported)
{
    test::writeText(m_folder.path() / "tasks.json", kTasks);
    open();
    QMimeData mime;
    mime.setUrls(
        {QUrl::fromLocalFile(QString::fromStdString((m_folder.path() / "tasks.json").string()))});
    QDragEnterEvent enter(QPoint(10, 10), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(m_page.get(), &enter);
    EXPECT_TRUE(enter.isAccepted());
    QDropEvent drop(QPointF(10, 10), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(m_page.get(), &drop);
    auto* sheet = child<ImportSheet>(*m_page, "importSheet");
    ASSERT_TRUE(sheet->isVisible());
    ASSERT_TRUE(waitFor([&] { return !sheet->drafts().reading(); }));
    EXPECT_EQ(sheet->drafts().at(0).facts.kind, QStringLiteral("alpaca"));
    EXPECT_TRUE(m_service->sources().empty()) << "nothing is imported unasked";
}

TEST_F(DataWork, ACancelledImportLeavesNothing)
{
    open();
    m_service->importFiles({manyRecords()});
    ASSERT_TRUE(waitFor([&] { return m_service->importState().rows > 0; }));
    press("cancelImport");
    ASSERT_TRUE(waitFor([&] { return !m_service->importState().running; }));
    EXPECT_TRUE(words("importWords").contains(QStringLiteral("nothing was kept")))
        << words("importWords").toStdString();
    EXPECT_TRUE(nothingThere());
}

TEST_F(DataWork, AnImportThatWasCutOffIsGoneOnWith)
{
    cutOffAnImport();
    open();
    ASSERT_TRUE(waitFor([&] { return m_service->unfinished().size() == 1; }));
    EXPECT_TRUE(child<QWidget>(*m_page, "unfinishedList")->isVisible());
    test::picture(*m_page, "unfinished");
    QSignalSpy imported(m_service.get(), &DataService::imported);
    press("continueImport");
    ASSERT_TRUE(waitFor([&] { return imported.count() == 1; }, 60'000))
        << m_service->importState().message.toStdString();
    ASSERT_TRUE(waitFor([&] { return controller().rows().rowCount() == kManyRecords; }));
    EXPECT_TRUE(waitFor([&] { return m_service->unfinished().empty(); }));
    EXPECT_FALSE(child<QWidget>(*m_page, "unfinishedList")->isVisible());
}

TEST_F(DataWork, AnImportThatWasCutOffIsDiscardedWhenPressedTwice)
{
    cutOffAnImport();
    open();
    ASSERT_TRUE(waitFor([&] { return m_service->unfinished().size() == 1; }));
    press("discardImport");
    EXPECT_FALSE(nothingThere()) << "it asks first";
    press("discardImport");
    ASSERT_TRUE(waitFor([&] { return m_service->unfinished().empty(); }));
    EXPECT_TRUE(nothingThere());
    EXPECT_TRUE(
        waitFor([&] { return child<QAbstractButton>(*m_page, "importFirst")->isVisible(); }));
}

TEST_F(DataWork, TheListMarksWhatIsForTestingAndWhatHasNoLicence)
{
    import("tasks.json", kTasks, "evaluation");
    open();
    ASSERT_TRUE(waitFor([&] { return m_service->sources().size() == 1; }));
    const QModelIndex name = controller().sources().index(0, SourceListModel::Name);
    EXPECT_EQ(name.data(kMarksRole).toStringList(),
        (QStringList{QStringLiteral("lock"), QStringLiteral("warning")}));
    const QString read = name.data(Qt::AccessibleTextRole).toString();
    EXPECT_TRUE(read.contains(QStringLiteral("for testing only"))) << read.toStdString();
    EXPECT_TRUE(read.contains(QStringLiteral("licence is not stated"))) << read.toStdString();
    EXPECT_TRUE(controller().headline().contains(QStringLiteral("1 without a licence")));
}

} // namespace
} // namespace koala
