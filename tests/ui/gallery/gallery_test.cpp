// tests/ui/gallery/gallery_test.cpp: opens every page on a project in light and dark, at 1280×800
// and 1920×1080, and writes pictures into $KOALA_GALLERY or build/gallery. $KOALA_GALLERY_PROJECT
// names a project with real content; without it a project is made here with the starter's data and
// two runs written as a trainer would write them.
#include <cmath>
#include <fstream>

#include <QApplication>
#include <QElapsedTimer>
#include <QPixmap>
#include <QPushButton>
#include <QTabBar>
#include <QTest>

#include <gtest/gtest.h>

#include "core/data/clean/cleaning.h"
#include "core/run/event_log.h"
#include "core/run/run_list.h"
#include "core/store/project.h"
#include "core/store/starter.h"
#include "tests/support/temporary.h"
#include "ui/pages/data/data_page.h"
#include "ui/pages/data/import_sheet.h"
#include "ui/pages/mixtures/lower_pane.h"
#include "ui/pages/mixtures/mixtures_page.h"
#include "ui/pages/runs/runs_page.h"
#include "ui/shell/project_window.h"
#include "ui/widgets/sheet.h"
#include "ui/widgets/theme.h"

namespace koala {
namespace {

constexpr int kSettleMs = 900;

fs::path pictureFolder()
{
    const char* named = std::getenv("KOALA_GALLERY");
    const fs::path folder =
        named != nullptr ? fs::path(named) : fs::path(KOALA_BINARY_DIR) / "gallery";
    fs::create_directories(folder);
    return folder;
}

// A run as a trainer writes it; the numbers are made by a formula and only ever seen in tests.
void writeRun(
    const Project& project, const std::string& id, const std::string& name, double rate, bool fails)
{
    OrderedJson config;
    config["version"] = 1;
    config["id"] = id;
    config["name"] = name;
    config["recipe"] = "lora";
    config["train"] = {{"model", "smollm2"}, {"mixture", "starter"}, {"method", "lora"},
        {"learning_rate", rate}, {"lora_rank", 16}, {"steps", 240}, {"seed", 42}};
    auto made = createRun(project.runsDirectory(), id, config);
    ASSERT_TRUE(made.ok()) << made.error().message;
    auto log = EventLogWriter::open(*made);
    ASSERT_TRUE(log.ok());
    const auto add = [&](EventBody body) { ASSERT_TRUE((*log)->append(body).ok()); };
    add(RunStartedEvent{.program = "koala-torch", .host = "here", .devices = {"cpu"}});
    add(PlanEvent{.totalSteps = 240,
        .trainedTokensPerEpoch = 40000,
        .parameters = 134515008,
        .trainedParameters = 4884480});
    add(PhaseEvent{.name = "training"});
    const int last = fails ? 131 : 240;
    unsigned noise = 7;
    for (int step = 1; step <= last; ++step) {
        noise = noise * 1664525U + 1013904223U;
        const double shake = (double(noise >> 8) / double(1U << 24) - 0.5) * 0.3;
        StepEvent event;
        event.step = step;
        event.epoch = step / 80.0;
        event.loss = 1.35 + 1.1 * std::exp(-step * rate * 90) + shake;
        event.tokens = 1024;
        event.trainedTokens = 700;
        event.learningRate =
            rate * (step < 8 ? step / 8.0 : 0.5 + 0.5 * std::cos(3.14159 * step / 240));
        event.gradNorm = 0.7 + 1.6 * std::exp(-step / 25.0) + std::abs(shake);
        event.seconds = 1.7;
        event.tokensPerSecond = 600 + 60 * shake;
        event.memoryBytes = 1'900'000'000;
        event.lossBySource = {{"starter-hc3", event.loss + 0.2},
            {"starter-identity", 0.4 + 1.8 * std::exp(-step / 20.0)},
            {"starter-sharegpt", event.loss - 0.1}};
        add(event);
        if (step % 40 == 0) {
            add(EvaluationEvent{.step = step,
                .set = "held_out",
                .loss = 1.42 + 0.7 * std::exp(-step * rate * 80),
                .tokens = 8000});
        }
    }
    add(RunEndedEvent{.state = fails ? "failed" : "done",
        .step = last,
        .message = fails ? "step 131: the loss is not finite after three tries; resume from an "
                           "earlier checkpoint with a lower learning_rate"
                         : "",
        .cause = fails ? "not_finite" : ""});
}

class Gallery : public testing::Test {
protected:
    void SetUp() override
    {
        if (const char* named = std::getenv("KOALA_GALLERY_PROJECT"); named != nullptr) {
            m_project = named;
            return;
        }
        qputenv("KOALA_PROGRAM", KOALA_BINARY_DIR "/bin/koala"); // children of the pages
        m_project = m_folder.path() / "starter";
        // With the small model in its place this is the starter project itself, else an empty one.
        auto sources = findStarterSources();
        auto project = sources.ok() ? makeStarterProject(m_project, *sources)
                                    : Project::create(m_project, "Starter");
        ASSERT_TRUE(project.ok()) << project.error().message;
        addCleaning(m_project);
        writeRun(*project, "20260509-140200-koala-all-1a2b", "koala-all", 2e-4, false);
        writeRun(*project, "20260509-150200-koala-distill-3c4d", "koala-distill", 4e-4, false);
        writeRun(*project, "20260509-160200-lora-r16-5e6f", "lora-r16", 1e-3, true);
    }

    void TearDown() override { qunsetenv("KOALA_PROGRAM"); }
    // Steps on the source that has something to take, as the Cleaning tab shows them.
    static void addCleaning(const fs::path& project)
    {
        const fs::path identity = project / "datasets" / "identity";
        const auto dataset = Dataset::open(identity);
        if (!dataset.ok()) // an empty project, where the small model is missing
            return;
        CleaningSteps steps;
        steps.add("near_duplicates");
        steps.add("duplicate_dialogues");
        steps.add("length");
        ASSERT_TRUE(writeSteps(identity, steps).ok());
        const auto report = runCleaning(**dataset, steps);
        ASSERT_TRUE(report.ok()) << report.error().message;
    }

    static void settle(int ms = kSettleMs) { QTest::qWait(ms); }
    static void save(QWidget& window, const QString& name)
    {
        const QPixmap picture = window.grab();
        ASSERT_FALSE(picture.isNull());
        const std::string path = (pictureFolder() / (name.toStdString() + ".png")).string();
        EXPECT_TRUE(picture.save(QString::fromStdString(path))) << path;
    }

    // The tabs of the Data page and its import sheet.
    template <typename Name>
    static void showData(MainWindow& window, const Name& name)
    {
        window.showPage(QStringLiteral("data"));
        auto* page = static_cast<DataPage*>(window.page(QStringLiteral("data")));
        auto* tabs = page->findChild<QTabBar*>(QStringLiteral("dataTabs"));
        ASSERT_NE(tabs, nullptr);
        const QString first = page->controller().currentSlug();
        for (const auto& [tab, tabName] :
            {std::pair{1, "statistics"}, {3, "tokens"}, {4, "sheet"}, {5, "set-aside"}}) {
            tabs->setCurrentIndex(tab);
            settle();
            save(window, name(QString::fromLatin1(tabName)));
        }
        tabs->setCurrentIndex(2);
        page->controller().choose(QStringLiteral("identity"));
        settle();
        CleaningController& cleaning = page->controller().cleaning();
        while (cleaning.exampleCount() == 0 &&
               cleaning.currentStep() + 1 < cleaning.model().rowCount())
            cleaning.chooseStep(cleaning.currentStep() + 1);
        settle(300);
        save(window, name(QStringLiteral("cleaning")));
        page->controller().choose(first);
        tabs->setCurrentIndex(0);
        page->importFiles({QStringLiteral(KOALA_SOURCE_DIR "/datasets/starter/hc3_questions.jsonl"),
            QStringLiteral(KOALA_SOURCE_DIR "/datasets/starter/alpaca_tasks.json")});
        auto* import = page->findChild<ImportSheet*>(QStringLiteral("importSheet"));
        ASSERT_NE(import, nullptr);
        settle(500);
        save(*import, name(QStringLiteral("import")));
        import->reject();
    }

    // The tabs and the sheets of the Mixtures page, with an edit that has not been saved.
    template <typename Name>
    static void showMixtures(MainWindow& window, const Name& name)
    {
        window.showPage(QStringLiteral("mixtures"));
        auto* page = static_cast<MixturesPage*>(window.page(QStringLiteral("mixtures")));
        settle();
        if (page->editor().sources().empty())
            return; // an empty project
        for (int i = 0; i < int(page->editor().sources().size()); ++i)
            if (page->editor().sources()[std::size_t(i)].hasPairs)
                page->editor().setMarkers(i, MarkerMode::Both);
        settle();
        save(window, name(QStringLiteral("mixture-markers")));
        page->editor().undo();
        page->editor().setShare(0, 0.6);
        for (const auto& [tab, tabName] : {std::pair{LowerPane::TokensTab, "mixture-tokens"},
                 {LowerPane::Diversity, "mixture-diversity"},
                 {LowerPane::Differences, "mixture-differences"},
                 {LowerPane::Recipe, "mixture-recipe"}}) {
            page->showTab(tab);
            settle(tab == LowerPane::Diversity ? 2500 : kSettleMs);
            page->showLower();
            settle(100);
            save(window, name(QString::fromLatin1(tabName)));
        }
        page->showTab(LowerPane::Conversations);
        page->editor().undo();
        for (const auto& [button, sheet, picture] :
            {std::tuple{"mixtureOptions", "mixtureOptionsSheet", "mixture-options"},
                {"showTerms", "termsSheet", "mixture-terms"}, {"", "templateSheet", "template"}}) {
            if (auto* opens = page->findChild<QPushButton*>(QString::fromLatin1(button)))
                opens->click();
            else
                page->openTemplates(QStringLiteral("koala-all"));
            settle(300);
            save(window, name(QString::fromLatin1(picture)));
            window.findChild<Sheet*>(QString::fromLatin1(sheet))->dismiss();
            settle(50);
        }
    }

    TemporaryDirectory m_folder = test::temporaryDirectory();
    fs::path m_project;
};

TEST_F(Gallery, ShowsEveryPageInLightAndDarkAndInTwoSizes)
{
    Preferences preferences(QString::fromStdString((m_folder.path() / "preferences.ini").string()));
    ProjectWindow open(m_project, true, QStringLiteral("data"), preferences);
    MainWindow& window = open.window();
    window.notices().clear();
    for (const auto& [theme, themeName] :
        {std::pair{ThemeKind::Light, "light"}, std::pair{ThemeKind::Dark, "dark"}}) {
        applyTheme(*qApp, theme);
        for (const QSize size : {QSize(1280, 800), QSize(1920, 1080)}) {
            window.resize(size);
            window.show();
            const auto name = [&](const QString& page) {
                return QStringLiteral("%1-%2-%3x%4")
                    .arg(page, QString::fromLatin1(themeName))
                    .arg(size.width())
                    .arg(size.height());
            };
            for (const char* id : {"data", "mixtures", "runs", "chat", "compare", "studies",
                     "machines", "settings"}) {
                const QString page = QString::fromLatin1(id);
                window.showPage(page);
                EXPECT_EQ(window.currentPage(), page);
                settle();
                save(window, name(page));
            }
            showMixtures(window, name);
            showData(window, name);
            auto* runs = static_cast<RunsPage*>(window.page(QStringLiteral("runs")));
            window.showPage(QStringLiteral("runs"));
            for (const auto& [tab, tabName] :
                {std::pair{2, "checkpoints"}, std::pair{3, "configuration"}, std::pair{4, "log"}}) {
                runs->showTab(tab);
                settle(300);
                save(window, name(QString::fromLatin1(tabName)));
            }
            runs->showTab(0);
            window.go({QStringLiteral("runs"), QStringLiteral("new"), {}});
            settle();
            save(window, name(QStringLiteral("new-run")));
            runs->open({}); // back to the list
        }
    }
    QTest::keyClick(&window, Qt::Key_K, Qt::ControlModifier);
    settle(200);
    save(window, QStringLiteral("palette-dark"));
    applyTheme(*qApp, ThemeKind::Light);
}

TEST_F(Gallery, ShowsAnEmptyProject)
{
    auto made = Project::create(m_folder.path() / "first", "first");
    ASSERT_TRUE(made.ok()) << made.error().message;
    Preferences preferences(QString::fromStdString((m_folder.path() / "preferences.ini").string()));
    ProjectWindow open(m_folder.path() / "first", true, QStringLiteral("data"), preferences);
    MainWindow& window = open.window();
    window.resize(1280, 800);
    window.show();
    for (const char* id : {"data", "mixtures", "runs", "chat", "compare", "studies"}) {
        window.showPage(QString::fromLatin1(id));
        settle(400);
        save(window, QStringLiteral("empty-%1-light").arg(QString::fromLatin1(id)));
    }
}

} // namespace
} // namespace koala
