// The Runs page on a fake service: rows, stopping, the form and its command line.
#include <QAbstractItemModelTester>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QTableView>
#include <QTest>

#include <gtest/gtest.h>

#include "ui/pages/runs/failure_card.h"
#include "ui/pages/runs/run_list_model.h"
#include "ui/pages/runs/runs_page.h"
#include "ui/services/run_planner.h"

namespace koala {
namespace {

RunSnapshot snapshot(const std::string& id, RunPhase phase, std::int64_t step)
{
    RunSnapshot run;
    run.summary.id = id;
    run.summary.name = id;
    run.summary.phase = phase;
    run.summary.step = step;
    run.summary.totalSteps = 100;
    run.summary.lastLoss = 1.5;
    run.config = std::make_shared<Json>(Json::object());
    run.state = std::make_shared<RunState>();
    run.series = std::make_shared<RunSeries>();
    return run;
}

class FakeRuns final : public RunService {
public:
    FakeRuns() : RunService("/nowhere", NoWorker{}, nullptr) {}
    void give(RunSnapshots runs) { setRuns(std::make_shared<RunSnapshots>(std::move(runs))); }
    void request(const QString& id, RunRequest request) override
    {
        requests.emplace_back(id, request);
    }
    void start(const QStringList& arguments) override { starts.push_back(arguments); }
    void resume(const QString& id, qint64 step, const QStringList&) override
    {
        resumes.emplace_back(id, step);
    }
    std::vector<std::pair<QString, RunRequest>> requests;
    std::vector<QStringList> starts;
    std::vector<std::pair<QString, qint64>> resumes;
};

class FakePlanner final : public RunPlanner {
public:
    FakePlanner() : RunPlanner("/nowhere")
    {
        TrainConfig lora;
        lora.steps = 40;
        m_choices.recipes = {{QStringLiteral("lora"), QStringLiteral("an adapter"), lora}};
        m_choices.models = QStringList{QStringLiteral("smollm2")};
        m_choices.mixtures = QStringList{QStringLiteral("starter"), QStringLiteral("mine")};
    }
    void readChoices() override { Q_EMIT choicesChanged(); }
    void plan(const TrainConfig&) override
    {
        m_facts.sequenceTokens = 1024;
        Q_EMIT factsChanged();
    }
};

TEST(RunListModel, ChangesInPlaceWhileTheRunsStayTheSame)
{
    RunListModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.setRuns(std::make_shared<RunSnapshots>(
        RunSnapshots{snapshot("b", RunPhase::Running, 1), snapshot("a", RunPhase::Done, 100)}));
    QPersistentModelIndex kept(model.index(1, RunListModel::Name));
    model.setRuns(std::make_shared<RunSnapshots>(
        RunSnapshots{snapshot("b", RunPhase::Done, 100), snapshot("a", RunPhase::Done, 100)}));
    EXPECT_TRUE(kept.isValid());
    EXPECT_EQ(model.index(0, RunListModel::State).data().toString(), QStringLiteral("done"));
    model.setFilter(QStringLiteral("a"));
    EXPECT_EQ(model.rowCount(), 1);
}

TEST(RunsPage, StopsTheChosenRunAndResumesOneThatEndedEarly)
{
    FakeRuns runs;
    FakePlanner planner;
    RunsPage page(runs, planner);
    page.resize(1280, 800);
    page.show();
    RunSnapshot stopped = snapshot("older", RunPhase::Stopped, 40);
    stopped.summary.checkpoints = {40};
    runs.give({snapshot("newer", RunPhase::Running, 10), stopped});
    auto* stop = page.findChild<QPushButton*>(QStringLiteral("runs.stop"));
    auto* resume = page.findChild<QPushButton*>(QStringLiteral("runs.resume"));
    ASSERT_TRUE(stop && resume);
    EXPECT_TRUE(stop->isVisible());
    auto* menu = page.findChild<QMenu*>(QStringLiteral("runs.stopMenu"));
    ASSERT_NE(menu, nullptr);
    menu->actions().front()->trigger();
    ASSERT_EQ(runs.requests.size(), 1U);
    EXPECT_EQ(runs.requests[0].first, QStringLiteral("newer"));
    EXPECT_EQ(runs.requests[0].second, RunRequest::Stop);

    page.open({QStringLiteral("runs"), {}, QStringLiteral("older")});
    EXPECT_FALSE(stop->isVisible());
    ASSERT_TRUE(resume->isEnabled());
    QTest::mouseClick(resume, Qt::LeftButton);
    ASSERT_EQ(runs.resumes.size(), 1U);
    EXPECT_EQ(runs.resumes[0], std::pair(QStringLiteral("older"), qint64(-1)));
}

TEST(RunForm, HasTheLengthOfTheMixtureUnlessAnotherIsAskedFor)
{
    FakeRuns runs;
    FakePlanner planner;
    RunFormController form(planner, runs);
    form.open(QStringLiteral("mine"));
    EXPECT_EQ(form.text("max_tokens"), QStringLiteral("1024")) << "not the recipe's 512";
    EXPECT_FALSE(form.arguments().contains(QStringLiteral("max_tokens=1024")));
    form.set("max_tokens", QStringLiteral("256"));
    EXPECT_TRUE(form.arguments().contains(QStringLiteral("max_tokens=256")));
    form.reset("max_tokens");
    EXPECT_EQ(form.text("max_tokens"), QStringLiteral("1024"));
}

TEST(RunForm, StartsExactlyTheCommandItShows)
{
    FakeRuns runs;
    FakePlanner planner;
    RunsPage page(runs, planner);
    page.resize(1280, 800);
    page.show();
    page.open({QStringLiteral("runs"), QStringLiteral("new"), QStringLiteral("mine")});
    auto* rate = page.findChild<QLineEdit*>(QStringLiteral("form.learning_rate"));
    auto* start = page.findChild<QPushButton*>(QStringLiteral("form.start"));
    ASSERT_TRUE(rate && start);
    EXPECT_TRUE(start->isEnabled());
    rate->selectAll();
    QTest::keyClicks(rate, QStringLiteral("-3"));
    EXPECT_FALSE(start->isEnabled()); // out of bounds: the reason stands in the preview
    rate->selectAll();
    QTest::keyClicks(rate, QStringLiteral("0.0005"));
    ASSERT_TRUE(start->isEnabled());
    QTest::mouseClick(start, Qt::LeftButton);
    ASSERT_EQ(runs.starts.size(), 1U);
    EXPECT_EQ(runs.starts[0].mid(0, 5),
        (QStringList{QStringLiteral("lora"), QStringLiteral("--mixture"), QStringLiteral("mine"),
            QStringLiteral("--model"), QStringLiteral("smollm2")}));
    EXPECT_EQ(runs.starts[0].size(), 7);
    EXPECT_TRUE(runs.starts[0].last().startsWith(QStringLiteral("learning_rate=")));
}

TEST(FailureCard, NamesTheCauseTheSafePointAndTheCommand)
{
    RunSnapshot run = snapshot("20260101-000000-x-abcd", RunPhase::Failed, 131);
    run.summary.cause = "disk_full";
    run.summary.message = "write model.safetensors: No space left on device";
    run.summary.checkpoints = {80, 120};
    const FailureWords words = failureWords(run);
    EXPECT_EQ(words.title, QStringLiteral("The disk is full at step 131"));
    EXPECT_EQ(words.command, QStringLiteral("koala run resume 20260101-000000-x-abcd@120"));
    EXPECT_TRUE(failureWords(snapshot("y", RunPhase::Done, 1)).title.isEmpty());
}

} // namespace
} // namespace koala
