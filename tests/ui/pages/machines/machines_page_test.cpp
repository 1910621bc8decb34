#include "ui/pages/machines/machines_page.h"

#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QGuiApplication>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

#include <gtest/gtest.h>

#include "tests/support/temporary.h"
#include "ui/pages/machines/machine_runs_model.h"
#include "ui/pages/machines/machine_words.h"

namespace koala {
namespace {

class FakeMachine final : public MachineService {
public:
    FakeMachine() : MachineService("/nowhere") {}
    void probe() override { ++probed; }
    void measureWriteSpeed() override { ++measured; }
    void give(MachineFacts facts) { setFacts(std::move(facts), 0.4); }
    void give(MachineLoad load) { setLoad(std::move(load)); }
    void give(Result<WriteSpeed> speed) { setSpeed(std::move(speed)); }
    int probed = 0, measured = 0;
};

MachineFacts sample()
{
    MachineFacts facts;
    facts.hostName = "sample";
    facts.system = "Sample OS 12";
    facts.processor = "Sample 9000";
    facts.cores = 8;
    facts.threads = 16;
    facts.instructionSets = {{"AVX2", "eight at a time", true}, {"AMX", "tiles", false}};
    facts.gpuNote = "No NVIDIA GPU found: there is no nvidia-smi on this computer.";
    facts.programs = {{"koala", "serves", "/bin/koala", "0.1.0", ""},
        {"koala-torch", "trains", "/bin/koala-torch", "", "not there"}};
    return facts;
}

RunSummary running(const std::string& id, std::int64_t step)
{
    RunSummary run;
    run.id = id;
    run.name = "starter";
    run.activity = "training";
    run.step = step;
    run.totalSteps = 40;
    run.lastLoss = 1.5;
    run.secondsLeft = 30;
    return run;
}

TEST(MachineWords, WriteFactsAsPeopleReadThem)
{
    EXPECT_EQ(durationText(30), QStringLiteral("30 s"));
    EXPECT_EQ(durationText(61), QStringLiteral("1 min"));
    EXPECT_EQ(durationText(4320), QStringLiteral("1 h 12 min"));
    EXPECT_EQ(tookText(0.0123), QStringLiteral("12 ms"));
    EXPECT_EQ(headline(sample(), std::nullopt), QStringLiteral("8 cores, 16 threads · no GPU"));
    EXPECT_TRUE(writeSpeedText({540'000'000, 1.0}).endsWith(QStringLiteral("270 MB takes 0.5 s")));
    EXPECT_FALSE(programsComplete(sample()));
}

TEST(MachineRunsModel, ChangesFiguresWithoutAReset)
{
    MachineRunsModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
    model.setRuns({running("20261122-1-a", 3), running("20261122-2-b", 3)});
    model.setRuns({running("20261122-1-a", 4), running("20261122-2-b", 4)});
    EXPECT_EQ(reset.count(), 1);
    EXPECT_EQ(model.runId(0), QStringLiteral("20261122-2-b"));
    EXPECT_EQ(model.index(0, MachineRunsModel::Progress).data().toString(),
        QStringLiteral("step 4 / 40"));
    model.setRuns({});
    EXPECT_EQ(reset.count(), 2);
}

class MachinesPageTest : public testing::Test {
protected:
    FakeMachine service;
    MachinesController controller{service};
    MachinesPage page{controller};
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

TEST_F(MachinesPageTest, ProbesWhenItComesToTheFrontAndShowsWhatWasFound)
{
    EXPECT_FALSE(find<QPushButton>("machineCopy")->isEnabled());
    page.activated();
    EXPECT_EQ(service.probed, 1);
    service.give(sample());
    EXPECT_EQ(find<QLabel>("machineHost")->text(), QStringLiteral("sample"));
    EXPECT_TRUE(
        find<QLabel>("machineGpuNote")->text().contains(QStringLiteral("No NVIDIA GPU found")));
    QTest::mouseClick(find<QPushButton>("machineCopy"), Qt::LeftButton);
    const QString copied = QGuiApplication::clipboard()->text();
    EXPECT_TRUE(copied.contains(QStringLiteral("Sample 9000")) &&
                copied.contains(QStringLiteral("koala-torch: not there")))
        << copied.toStdString();
    page.deactivated();
}

TEST_F(MachinesPageTest, ButtonsProbeMeasureAndLeadToANewRun)
{
    QTest::mouseClick(find<QPushButton>("machineProbe"), Qt::LeftButton);
    QTest::mouseClick(find<QPushButton>("machineMeasure"), Qt::LeftButton);
    EXPECT_EQ(service.probed, 1);
    EXPECT_EQ(service.measured, 1);
    service.give(Result<WriteSpeed>(WriteSpeed{540'000'000, 1.0}));
    EXPECT_TRUE(
        find<QLabel>("machineWriteSpeed")->text().contains(QStringLiteral("270 MB takes 0.5 s")));
    service.give(Result<WriteSpeed>(unavailable("the disk is full; free some space")));
    EXPECT_EQ(find<QLabel>("machineWriteSpeed")->text(),
        QStringLiteral("the disk is full; free some space"));
    QSignalSpy gone(&page, &Page::goTo);
    QTest::mouseClick(find<QPushButton>("machineNewRun"), Qt::LeftButton);
    ASSERT_EQ(gone.count(), 1);
    EXPECT_EQ(gone[0][0].value<Destination>().verb, QStringLiteral("new"));
}

TEST_F(MachinesPageTest, ListsTheRunsThatGoOnHere)
{
    MachineLoad load;
    load.memoryTotal = 32'000'000'000;
    load.memoryFree = 8'000'000'000;
    service.give(load);
    EXPECT_TRUE(find<QLabel>("machineNoRuns")->isVisible());
    load.runs = {running("20261122-1-a", 3)};
    service.give(load);
    EXPECT_FALSE(find<QLabel>("machineNoRuns")->isVisible());
    QSignalSpy gone(&page, &Page::goTo);
    auto* table = find<QTableView>("machineRuns");
    Q_EMIT table->activated(table->model()->index(0, 0));
    ASSERT_EQ(gone.count(), 1);
    EXPECT_EQ(gone[0][0].value<Destination>().subject, QStringLiteral("20261122-1-a"));
}

TEST(MachineService, ProbesThisComputerInTheBackground)
{
    const TemporaryDirectory folder = test::temporaryDirectory();
    ProbePlaces places;
    places.nvidiaSmi = "no-such-program-here";
    places.programs = folder.path();
    MachineService service(folder.path(), places);
    QSignalSpy probed(&service, &MachineService::factsChanged);
    QSignalSpy loaded(&service, &MachineService::loadChanged);
    service.probe();
    EXPECT_TRUE(service.probing());
    ASSERT_TRUE(probed.wait());
    EXPECT_TRUE(QTest::qWaitFor([&] { return !service.probing(); }));
    EXPECT_EQ(service.facts()->programs.size(), 2U);
    EXPECT_GT(service.facts()->threads, 0);
    EXPECT_TRUE(loaded.count() > 0 || loaded.wait());
    EXPECT_GT(service.load()->memoryTotal, 0U);
    EXPECT_TRUE(service.load()->runs.empty());
}

} // namespace
} // namespace koala
