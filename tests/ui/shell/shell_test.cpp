// The window around the pages: which are made when, keys, what it remembers, one window a project.
#include <QAbstractItemModelTester>
#include <QLineEdit>
#include <QListView>
#include <QSignalSpy>
#include <QTest>

#include <gtest/gtest.h>

#include "core/store/project.h"
#include "tests/support/temporary.h"
#include "ui/shell/main_window.h"
#include "ui/shell/single_instance.h"

namespace koala {
namespace {

class FakeRuns final : public RunService {
public:
    explicit FakeRuns(fs::path project) : RunService(std::move(project), NoWorker{}, nullptr) {}
    void give(RunSnapshots runs) { setRuns(std::make_shared<RunSnapshots>(std::move(runs))); }
};

class RememberingPage final : public Page {
public:
    explicit RememberingPage(QWidget* parent) : Page(QStringLiteral("Page"), parent) {}
    void open(const Destination& destination) override { opened = destination; }
    QJsonObject saveState() const override { return {{QStringLiteral("value"), value}}; }
    void restoreState(const QJsonObject& state) override
    {
        value = state[QStringLiteral("value")].toInt();
    }
    Destination opened;
    int value = 0;
};

class Shell : public testing::Test {
protected:
    WindowParts parts(bool readOnly = false)
    {
        const auto entry = [this](const char* id) {
            return PageEntry{QString::fromLatin1(id), QString::fromLatin1(id), "data", false,
                [this](QWidget* parent) {
                    ++made;
                    return new RememberingPage(parent);
                }};
        };
        return {m_folder.path(), QStringLiteral("Test"), readOnly,
            {entry("data"), entry("runs"), entry("chat")}};
    }
    TemporaryDirectory m_folder = test::temporaryDirectory();
    FakeRuns m_runs{m_folder.path()};
    int made = 0;
};

TEST_F(Shell, MakesAPageOnlyWhenItIsFirstLookedAt)
{
    MainWindow window(parts(), m_runs);
    window.show();
    window.activateWindow();
    ASSERT_TRUE(QTest::qWaitForWindowActive(&window));
    EXPECT_EQ(made, 0);
    window.showPage(QStringLiteral("data"));
    EXPECT_EQ(made, 1);
    QTest::keyClick(&window, Qt::Key_2, Qt::ControlModifier);
    EXPECT_EQ(window.currentPage(), QStringLiteral("runs"));
    EXPECT_EQ(made, 2);
    window.showPage(QStringLiteral("nowhere"));
    EXPECT_EQ(window.currentPage(), QStringLiteral("runs"));
}

TEST_F(Shell, RemembersPagesAndTheirStateUnlessReadOnly)
{
    {
        MainWindow window(parts(), m_runs);
        window.showPage(QStringLiteral("data"));
        static_cast<RememberingPage*>(window.page(QStringLiteral("data")))->value = 7;
        window.showPage(QStringLiteral("runs"));
        window.close();
    }
    {
        MainWindow window(parts(true), m_runs);
        EXPECT_EQ(window.lastPage(), QStringLiteral("runs"));
        EXPECT_EQ(static_cast<RememberingPage*>(window.page(QStringLiteral("data")))->value, 7);
        EXPECT_EQ(window.notices().rowCount(), 1); // says that it is read-only
        window.showPage(QStringLiteral("chat"));
        window.close();
    }
    MainWindow window(parts(), m_runs);
    EXPECT_EQ(window.lastPage(), QStringLiteral("runs"));
}

TEST_F(Shell, FindsARunInThePaletteAndGoesThere)
{
    MainWindow window(parts(), m_runs);
    window.resize(1200, 800);
    window.show();
    window.activateWindow();
    ASSERT_TRUE(QTest::qWaitForWindowActive(&window));
    window.showPage(QStringLiteral("data"));
    RunSnapshot run;
    run.summary.id = "20260101-000000-koala-abcd";
    run.summary.name = "koala-all";
    run.summary.phase = RunPhase::Done;
    m_runs.give({run});
    QTest::keyClick(&window, Qt::Key_K, Qt::ControlModifier);
    auto* field = window.findChild<QLineEdit*>(QStringLiteral("palette.field"));
    ASSERT_TRUE(field && field->isVisible());
    QTest::keyClicks(field, QStringLiteral("koala all"));
    QTest::keyClick(field, Qt::Key_Return);
    EXPECT_FALSE(field->isVisible());
    EXPECT_EQ(window.currentPage(), QStringLiteral("runs"));
    EXPECT_EQ(static_cast<RememberingPage*>(window.page(QStringLiteral("runs")))->opened.subject,
        QStringLiteral("20260101-000000-koala-abcd"));
}

TEST(Palette, KeepsPrefixesApart)
{
    std::vector<PaletteItem> items(3);
    items[0].group = PaletteItem::Group::Runs;
    items[0].text = QStringLiteral("stop-gap");
    items[1].group = PaletteItem::Group::Commands;
    items[1].text = QStringLiteral("Stop it");
    items[2].group = PaletteItem::Group::Prompts;
    items[2].text = QStringLiteral("#42");
    EXPECT_EQ(matchPalette(items, QStringLiteral("stop")).size(), 4U); // two headings, two items
    EXPECT_EQ(matchPalette(items, QStringLiteral(">stop")).size(), 2U);
    EXPECT_EQ(matchPalette(items, QStringLiteral("#42")).back().item, &items[2]);
    EXPECT_TRUE(matchPalette(items, QStringLiteral("nothing")).empty());
}

TEST(Notices, StayAndMergeTheSame)
{
    NoticeModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    for (int i = 0; i < NoticeModel::kKept + 5; ++i)
        model.add(Tone::Bad, QString::number(i), {});
    EXPECT_EQ(model.rowCount(), NoticeModel::kKept);
    model.add(Tone::Bad, model.at(0).text, {});
    EXPECT_EQ(model.rowCount(), NoticeModel::kKept);
}

TEST(SingleInstance, RefusesAProjectThatAnotherProcessHolds)
{
    const TemporaryDirectory folder = test::temporaryDirectory();
    SingleInstance first(folder.path());
    EXPECT_EQ(first.claim({}), SingleInstance::Outcome::Owner);
    EXPECT_FALSE(FileLock::acquire(folder.path() / ".lock").ok());
}

} // namespace
} // namespace koala
