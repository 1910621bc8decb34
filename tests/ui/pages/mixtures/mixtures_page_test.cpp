#include "ui/pages/mixtures/mixtures_page.h"

#include <fstream>
#include <numeric>

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QProcess>
#include <QSignalSpy>
#include <QSlider>
#include <QSpinBox>
#include <QTableView>
#include <QToolButton>

#include <gtest/gtest.h>

#include "tests/ui/support/page_fixture.h"
#include "ui/pages/mixtures/diversity_model.h"
#include "ui/pages/mixtures/lower_pane.h"
#include "ui/pages/mixtures/options_sheet.h"
#include "ui/pages/mixtures/template_sheet.h"
#include "ui/services/words.h"

namespace koala {
namespace {

using test::child;
using test::waitFor;

// The page on the starter project, with its first figures and checks on screen.
class MixturesPageOnStarter : public testing::Test {
protected:
    void SetUp() override
    {
        KOALA_SMOLLM2_OR_SKIP(model);
        m_project.emplace(test::starterProject(m_folder.path() / "starter"));
        m_service = std::make_unique<MixtureService>(m_project->directory());
        m_page = std::make_unique<MixturesPage>(*m_service);
        test::showPage(*m_page);
        settle();
    }
    // Until figures and checks are those of what is on the page.
    void settle()
    {
        const MixturesController& controller = m_page->controller();
        ASSERT_TRUE(waitFor(
            [&] { return controller.open() && !controller.counting() && !controller.checking(); }));
    }
    template <typename Widget>
    Widget* find(const char* name)
    {
        return child<Widget>(*m_page, name);
    }
    void press(const char* name) { QTest::mouseClick(find<QAbstractButton>(name), Qt::LeftButton); }
    // Sheets lie over the window, which here is the page itself.
    Json build()
    {
        QProcess koala;
        koala.start(QStringLiteral(KOALA_BINARY_DIR "/bin/koala"),
            {QStringLiteral("--project"), qtext(m_project->directory().string()),
                QStringLiteral("mixture"), QStringLiteral("build"), m_page->editor().slug(),
                QStringLiteral("--json")});
        koala.waitForFinished(60'000);
        EXPECT_EQ(koala.exitCode(), 0) << koala.readAllStandardError().toStdString();
        return Json::parse(koala.readAllStandardOutput().toStdString(), nullptr, false);
    }

    TemporaryDirectory m_folder = test::temporaryDirectory();
    std::optional<Project> m_project;
    std::unique_ptr<MixtureService> m_service;
    std::unique_ptr<MixturesPage> m_page;
};

TEST_F(MixturesPageOnStarter, ASliderChangesExactFiguresWithoutWaiting)
{
    auto* rows = find<QLabel>("figureRows");
    EXPECT_EQ(find<QLabel>("checkBothSides")->text(), QStringLiteral("0"));
    test::picture(*m_page, "mixtures");
    const QString before = rows->text();
    QElapsedTimer timer;
    QSignalSpy figures(m_service.get(), &MixtureService::figuresReady);
    timer.start();
    find<QSlider>("share-tasks")->setValue(600);
    ASSERT_TRUE(waitFor([&] { return figures.count() > 0; }));
    std::printf("slider to figures: %lld ms\n", static_cast<long long>(timer.elapsed()));
    EXPECT_NE(rows->text(), before);
    EXPECT_TRUE(find<QLabel>("figureRowsNote")->text().contains(QStringLiteral("since saved")));
    QSignalSpy saved(m_service.get(), &MixtureService::saved);
    QSignalSpy gone(m_page.get(), &Page::goTo);
    press("trainMixture");
    ASSERT_TRUE(waitFor([&] { return gone.count() == 1; }));
    EXPECT_EQ(saved.count(), 1);
    const auto written = readMixture(m_project->mixtureFile("starter"));
    ASSERT_TRUE(written.ok()) << written.error().message;
    EXPECT_NEAR(
        std::accumulate(written->sources.begin(), written->sources.end(), 0.0,
            [](double sum, const MixtureSource& source) { return sum + source.share.value_or(0); }),
        1.0, 1e-3);
}

TEST_F(MixturesPageOnStarter, TotalsOnScreenAreThoseOfTheCommandLine)
{
    find<QSlider>("share-tasks")->setValue(333);
    find<QSpinBox>("repeat-identity")->setValue(3);
    find<QSpinBox>("cap-pairs")->setValue(90);
    find<QComboBox>("markers-pairs")->setCurrentIndex(int(MarkerMode::Both));
    auto* slice = find<QLineEdit>("slice-dialogues");
    slice->setText(QStringLiteral("10–60"));
    Q_EMIT slice->editingFinished();
    press("saveMixture");
    ASSERT_TRUE(waitFor([&] { return !m_page->editor().changed(); }));
    settle();
    const Json built = build();
    const auto amount = [](const Json& json, const char* key) {
        return grouped(qint64(integerOr(json, key, -1)));
    };
    EXPECT_EQ(find<QLabel>("figureRows")->text(), amount(built["total"], "rows"));
    EXPECT_EQ(find<QLabel>("allRows")->text(), amount(built["total"], "rows"));
    EXPECT_EQ(find<QLabel>("figureHeldOut")->text(), amount(built["held_out"], "rows"));
    EXPECT_EQ(find<QLabel>("figureSequences")->text(), amount(built, "sequences"));
    EXPECT_TRUE(
        find<QLabel>("figureTokens")->toolTip().startsWith(amount(built["total"], "tokens")))
        << find<QLabel>("figureTokens")->toolTip().toStdString();
    EXPECT_EQ(find<QLabel>("checkOrder")->toolTip().toStdString(), built["order_sha256"]);
    ASSERT_EQ(built["sources"].size(), 5U);
    for (const Json& source : built["sources"])
        EXPECT_EQ(m_page
                      ->findChild<QLabel*>(
                          QStringLiteral("rows-") + qtext(source["dataset"].get<std::string>()))
                      ->text(),
            amount(source, "rows"));
}

TEST_F(MixturesPageOnStarter, LockedSharesStayWhileOthersMove)
{
    const double before = find<QDoubleSpinBox>("sharePercent-identity")->value();
    press("lock-identity");
    EXPECT_FALSE(find<QSlider>("share-identity")->isEnabled());
    auto* box = find<QDoubleSpinBox>("sharePercent-tasks");
    box->setFocus();
    QTest::keyClick(box, Qt::Key_Up); // the keyboard reaches the shares
    box->setValue(30);
    EXPECT_DOUBLE_EQ(find<QDoubleSpinBox>("sharePercent-identity")->value(), before);
    double sum = 0;
    for (const char* name : {"identity", "dialogues", "tasks", "questions", "pairs"})
        sum += m_page->editor().sources()[0].used
                   ? find<QDoubleSpinBox>((std::string("sharePercent-") + name).c_str())->value()
                   : 0;
    EXPECT_NEAR(sum, 100, 0.3);
    EXPECT_NEAR(box->value(), 30, 1e-9);
}

TEST_F(MixturesPageOnStarter, UndoWorksFromInsideABox)
{
    auto* cap = find<QSpinBox>("cap-identity");
    cap->setFocus();
    QTest::keyClick(cap, Qt::Key_Up);
    cap->interpretText();
    EXPECT_EQ(m_page->editor().sources()[0].source.cap, 1);
    QTest::keyClick(cap, Qt::Key_Z, Qt::ControlModifier);
    EXPECT_EQ(m_page->editor().sources()[0].source.cap, 0);
    EXPECT_FALSE(m_page->editor().changed());
    QTest::keyClick(
        find<QSpinBox>("cap-identity"), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
    EXPECT_EQ(m_page->editor().sources()[0].source.cap, 1);
}

TEST_F(MixturesPageOnStarter, MarkersAreOnlyOfferedWhereThereArePairs)
{
    EXPECT_TRUE(find<QComboBox>("markers-pairs")->isVisible());
    EXPECT_FALSE(find<QComboBox>("markers-identity")->isVisible());
    EXPECT_TRUE(find<QLabel>("noMarkers-identity")->isVisible());
}

TEST_F(MixturesPageOnStarter, AltUpMovesASourceAndRepeatZeroLeavesItOut)
{
    const QString second = m_page->editor().sources()[1].slug;
    QTest::keyClick(m_page->findChild<QWidget*>(QStringLiteral("title-") + second), Qt::Key_Up,
        Qt::AltModifier);
    ASSERT_TRUE(waitFor([&] { return m_page->editor().sources()[0].slug == second; }));
    auto* moved = m_page->findChild<QSpinBox*>(QStringLiteral("repeat-") + second);
    ASSERT_NE(moved, nullptr);
    moved->setValue(0);
    EXPECT_FALSE(m_page->editor().sources()[0].used);
    EXPECT_FALSE(m_page->findChild<QCheckBox*>(QStringLiteral("use-") + second)->isChecked());
}

TEST_F(MixturesPageOnStarter, AsksBeforeUnsavedChangesAreLost)
{
    press("duplicateMixture");
    ASSERT_TRUE(
        waitFor([&] { return m_service->mixtures().contains(QStringLiteral("starter-copy")); }));
    settle();
    find<QSpinBox>("mixtureSeed")->setValue(7);
    auto* which = find<QComboBox>("mixtureChoice");
    which->setCurrentIndex(which->findData(QStringLiteral("starter")));
    ASSERT_NE(find<QWidget>("unsavedSheet"), nullptr);
    EXPECT_EQ(which->currentData().toString(), QStringLiteral("starter-copy"));
    press("unsavedStay");
    EXPECT_EQ(m_page->editor().slug(), QStringLiteral("starter-copy"));
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    which->setCurrentIndex(which->findData(QStringLiteral("starter")));
    press("unsavedSave");
    ASSERT_TRUE(waitFor([&] { return m_page->editor().slug() == QStringLiteral("starter"); }));
    EXPECT_EQ(readMixture(m_project->mixtureFile("starter-copy"))->seed, 7U);
    EXPECT_EQ(m_page->editor().base().seed, 42U);
}

TEST_F(MixturesPageOnStarter, KeepsChangesThatWereNotSavedForTheNextStart)
{
    find<QSpinBox>("mixtureSeed")->setValue(99);
    const QJsonObject state = m_page->saveState();
    MixturesPage again(*m_service);
    again.restoreState(state);
    ASSERT_TRUE(waitFor([&] { return again.editor().base().seed == 99; }));
    EXPECT_TRUE(again.editor().changed());
    EXPECT_EQ(readMixture(m_project->mixtureFile("starter"))->seed, 42U);
}

TEST_F(MixturesPageOnStarter, NoticesThatAnotherProgramChangedTheFile)
{
    Mixture mixture = m_page->controller().saved();
    mixture.seed = 11;
    ASSERT_TRUE(writeMixture(m_project->mixtureFile("starter"), mixture).ok());
    ASSERT_TRUE(waitFor([&] { return m_page->editor().base().seed == 11; }));
    find<QSpinBox>("mixtureSeed")->setValue(12); // an edit here, and one there
    mixture.seed = 13;
    QSignalSpy outside(&m_page->controller(), &MixturesController::changedOutside);
    ASSERT_TRUE(writeMixture(m_project->mixtureFile("starter"), mixture).ok());
    ASSERT_TRUE(waitFor([&] { return outside.count() == 1; }));
    EXPECT_EQ(m_page->editor().base().seed, 12U); // nothing is taken without being asked
    press("noticeAction");
    ASSERT_TRUE(waitFor([&] { return m_page->editor().base().seed == 13; }));
}

TEST_F(MixturesPageOnStarter, RenamesDeletesAndBringsBack)
{
    m_page->controller().rename(QStringLiteral("My mixture"));
    ASSERT_TRUE(waitFor([&] { return m_page->editor().slug() == QStringLiteral("my-mixture"); }));
    EXPECT_FALSE(fs::exists(m_project->mixtureFile("starter")));
    EXPECT_EQ(readMixture(m_project->mixtureFile("my-mixture"))->name, "my-mixture");
    QSignalSpy removed(&m_page->controller(), &MixturesController::removed);
    m_page->controller().remove();
    ASSERT_TRUE(waitFor([&] { return removed.count() == 1; }));
    EXPECT_FALSE(fs::exists(m_project->mixtureFile("my-mixture")));
    ASSERT_TRUE(waitFor([&] { return m_service->mixtures().isEmpty(); }));
    m_page->controller().undoRemove();
    ASSERT_TRUE(waitFor([&] { return fs::exists(m_project->mixtureFile("my-mixture")); }));
    EXPECT_EQ(m_page->editor().slug(), QStringLiteral("my-mixture"));
    EXPECT_EQ(m_page->editor().used(), 5);
}

TEST_F(MixturesPageOnStarter, OptionsReachTheFigures)
{
    press("mixtureOptions");
    auto* sheet = find<OptionsSheet>("mixtureOptionsSheet");
    ASSERT_NE(sheet, nullptr);
    find<QSpinBox>("optionMaxTokens")->setValue(64);
    EXPECT_EQ(find<QSpinBox>("optionPackingLength")->minimum(), 64);
    find<QCheckBox>("exclude-starter-instruction")->setChecked(true);
    test::picture(*m_page, "mixture-options");
    press("optionsApply");
    EXPECT_EQ(m_page->editor().base().maxTokens, 64);
    EXPECT_EQ(
        m_page->editor().base().excludePrompts, std::vector<std::string>{"starter-instruction"});
    settle();
    EXPECT_NE(find<QLabel>("figureLongestNote")->text(), QStringLiteral("nothing is cut"));
    m_page->editor().undo();
    EXPECT_FALSE(m_page->editor().changed());
}

TEST_F(MixturesPageOnStarter, OptionsKeepAWayOfSplittingThatAFileChose)
{
    MixtureOptions split = optionsOf(m_page->editor().base());
    split.tooLong = TooLong::Split;
    m_page->editor().setOptions(split);
    press("mixtureOptions");
    find<QSpinBox>("optionMaxTokens")->setValue(128);
    press("optionsApply");
    EXPECT_EQ(m_page->editor().base().maxTokens, 128);
    EXPECT_EQ(m_page->editor().base().tooLong, TooLong::Split);
}

TEST_F(MixturesPageOnStarter, TheChecksLeaveRoomForLongerFiguresInANarrowWindow)
{
    // 1,060 px beside the rail at 1280; a licence that forbids trade adds about 150.
    auto* strip = find<QWidget>("checksStrip");
    EXPECT_LE(strip->minimumSizeHint().width(), 910);
    EXPECT_FALSE(find<QLabel>("checkOrder")->text().isEmpty());
}

TEST_F(MixturesPageOnStarter, SaysWhatDiffersFromTheSavedVersion)
{
    m_page->showTab(LowerPane::Differences);
    auto* table = find<QTableView>("differenceTable");
    auto* sentence = find<QLabel>("differenceSentence");
    ASSERT_TRUE(waitFor([&] { return sentence->text().startsWith(QStringLiteral("The same")); }));
    const QAbstractItemModelTester tester(
        table->model(), QAbstractItemModelTester::FailureReportingMode::Fatal);
    find<QCheckBox>("use-tasks")->setChecked(false);
    ASSERT_TRUE(waitFor([&] { return sentence->text().contains(QStringLiteral("lost")); }));
    ASSERT_EQ(table->model()->rowCount(), 6); // five sources and all
    const auto details = find<QPlainTextEdit>("differenceDetails")->toPlainText();
    EXPECT_TRUE(details.contains(QStringLiteral("tasks:"))) << details.toStdString();
    test::picture(*m_page, "mixture-differences");
}

TEST_F(MixturesPageOnStarter, MeasuresDiversityInAChildAndDrawsIntervals)
{
    qputenv("KOALA_PROGRAM", KOALA_BINARY_DIR "/bin/koala");
    find<QComboBox>("markers-pairs")->setCurrentIndex(int(MarkerMode::Both));
    settle();
    m_page->showTab(LowerPane::Diversity);
    auto* verbs = find<QTableView>("verbTable")->model();
    auto* features = find<QTableView>("associationTable")->model();
    const QAbstractItemModelTester verbTester(
        verbs, QAbstractItemModelTester::FailureReportingMode::Fatal);
    const QAbstractItemModelTester featureTester(
        features, QAbstractItemModelTester::FailureReportingMode::Fatal);
    ASSERT_TRUE(waitFor([&] { return features->rowCount() > 0; }, 60'000));
    EXPECT_GT(verbs->rowCount(), 0);
    int drawn = 0;
    for (int row = 0; row < features->rowCount(); ++row) {
        const QVariantList places =
            features->index(row, AssociationModel::Drawn).data(kIntervalRole).toList();
        if (places.size() != 3)
            continue;
        ++drawn;
        EXPECT_LE(places[0].toDouble(), places[1].toDouble());
        EXPECT_LE(places[1].toDouble(), places[2].toDouble());
    }
    EXPECT_GT(drawn, 0);
    const QString state = find<QLabel>("diversityState")->text();
    EXPECT_TRUE(state.contains(QStringLiteral("different rows read"))) << state.toStdString();
    test::picture(*m_page, "mixture-diversity");
    find<QSpinBox>("mixtureSeed")->setValue(5);
    EXPECT_TRUE(
        find<QLabel>("diversityState")->text().contains(QStringLiteral("before the last changes")));
    qunsetenv("KOALA_PROGRAM");
}

TEST_F(MixturesPageOnStarter, MakesAMixtureFromATemplateAndNamesWhatIsMissing)
{
    m_page->openTemplates(QStringLiteral("koala-all"));
    auto* sheet = find<TemplateSheet>("templateSheet");
    ASSERT_NE(sheet, nullptr);
    test::picture(*m_page, "mixture-template");
    EXPECT_GT(sheet->plan().missing(), 0); // the starter has no WebGPT and no summaries
    const QString question = sheet->plan().lines()[0].source;
    auto* box = m_page->findChild<QComboBox*>(QStringLiteral("templateDataset-") + question);
    ASSERT_NE(box, nullptr);
    int dialogues = -1;
    const auto& choices = sheet->plan().lines()[0].choices;
    for (std::size_t i = 0; i < choices.size(); ++i)
        if (choices[i].slugs == QStringList{QStringLiteral("dialogues")})
            dialogues = int(i);
    ASSERT_GE(dialogues, 0);
    box->setCurrentIndex(dialogues);
    EXPECT_TRUE(m_page->findChild<QLabel*>(QStringLiteral("templateOurs-") + question)
            ->text()
            .contains(QStringLiteral("80")));
    press("templateMake");
    ASSERT_TRUE(waitFor([&] { return fs::exists(m_project->mixtureFile("koala-all")); }));
    const auto made = readMixture(m_project->mixtureFile("koala-all"));
    ASSERT_TRUE(made.ok()) << made.error().message;
    EXPECT_EQ(made->chatTemplate, "koala");
    EXPECT_EQ(made->sources.front().dataset, "dialogues");
    settle();
    EXPECT_NE(find<QLabel>("figureRows")->text(), QStringLiteral("0"));
}

TEST_F(MixturesPageOnStarter, ListsLicencesAndShowsTheRecipe)
{
    press("showTerms");
    EXPECT_NE(find<QWidget>("termsSheet"), nullptr);
    press("termsClose");
    m_page->showTab(LowerPane::Recipe);
    const QString text = find<QPlainTextEdit>("mixtureFile")->toPlainText();
    const auto parsed = parseJson(text.toStdString(), "the recipe");
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(mixtureFromJson(*parsed, "the recipe")->sources.size(), 5U);
}

// Real published files, imported as a user would; what the gathered files lack stays missing.
TEST(MixturesPage, BuildsKoalaAllFromRealFilesAndNamesWhatIsMissing)
{
    KOALA_SHARED_OR_SKIP(shared);
    KOALA_SMOLLM2_OR_SKIP(model);
    const fs::path koala = fs::path(KOALA_BINARY_DIR) / "bin" / "koala";
    if (!fs::exists(koala))
        GTEST_SKIP() << koala << " is not built";
    const auto folder = test::temporaryDirectory();
    auto project = Project::create(folder.path() / "real", "real");
    ASSERT_TRUE(project.ok()) << project.error().message;
    ASSERT_TRUE(project->linkModel(model, "smollm2", "SmolLM2", "", "Apache-2.0", "chatml").ok());
    for (const char* file :
        {"sharegpt/sharegpt_v3_sample.json.gz", "hc3/all_5372_to_6185.first600.jsonl",
            "alpaca/alpaca_en_demo.json", "hh_rlhf/harmless-base.test.first1800.jsonl",
            "schema_examples/oig_unified_basic.4.jsonl"}) {
        QProcess import;
        import.start(qtext(koala.string()),
            {QStringLiteral("--project"), qtext(project->directory().string()),
                QStringLiteral("data"), QStringLiteral("import"),
                qtext((shared / "data" / file).string())});
        ASSERT_TRUE(import.waitForFinished(120'000)) << file;
        ASSERT_TRUE(import.exitCode() == 0 || import.exitCode() == 3)
            << file << import.readAllStandardError().toStdString();
    }
    MixtureService service(project->directory());
    MixturesPage page(service);
    test::showPage(page);
    ASSERT_TRUE(waitFor([&] { return service.listed(); }));
    page.openTemplates(QStringLiteral("koala-all"));
    auto* sheet = child<TemplateSheet>(page, "templateSheet");
    ASSERT_NE(sheet, nullptr);
    test::picture(page, "mixture-template-real");
    QStringList missing;
    for (const TemplatePlan::Line& line : sheet->plan().lines())
        if (line.missing() && !line.optional) {
            missing.append(line.source);
            EXPECT_TRUE(child<QLabel>(page, ("templateState-" + line.source.toStdString()).c_str())
                    ->text()
                    .contains(QStringLiteral("Where to get it")))
                << line.source.toStdString();
        }
    EXPECT_EQ(missing,
        (QStringList{QStringLiteral("webgpt"), QStringLiteral("summarize-from-feedback")}));
    QTest::mouseClick(child<QPushButton>(page, "templateMake"), Qt::LeftButton);
    ASSERT_TRUE(waitFor(
        [&] {
            return page.controller().open() && !page.controller().counting() &&
                   !page.controller().checking();
        },
        120'000));
    test::picture(page, "mixture-real");
    EXPECT_EQ(page.editor().used(), 5);
    EXPECT_TRUE(page.controller().figures().problem.isEmpty())
        << page.controller().figures().problem.toStdString();
    EXPECT_GT(page.controller().figures().total.rows, 5000U);
    EXPECT_EQ(child<QLabel>(page, "checkBothSides")->text(), QStringLiteral("0"));
}

TEST(MixturesPage, SaysWhatToDoInAProjectWithoutData)
{
    const auto folder = test::temporaryDirectory();
    ASSERT_TRUE(Project::create(folder.path() / "first", "first").ok());
    MixtureService service(folder.path() / "first");
    MixturesPage page(service);
    test::showPage(page);
    auto* button = child<QPushButton>(page, "newFirstMixture");
    ASSERT_TRUE(waitFor([&] { return button->isVisible(); }));
    QSignalSpy gone(&page, &Page::goTo);
    QTest::mouseClick(button, Qt::LeftButton);
    ASSERT_EQ(gone.count(), 1);
    EXPECT_EQ(gone.front().front().value<Destination>().page, QStringLiteral("data"));
}

} // namespace
} // namespace koala
