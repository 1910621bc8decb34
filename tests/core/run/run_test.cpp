#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/run/checkpoints.h"
#include "core/run/control.h"
#include "core/run/event_log.h"
#include "core/run/run_list.h"
#include "core/run/run_state.h"
#include "core/run/series.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

using test::temporaryDirectory;
using test::writeText;

StepEvent stepOf(std::int64_t step, double loss)
{
    StepEvent event;
    event.step = step;
    event.loss = loss;
    event.tokens = 100;
    event.trainedTokens = 40;
    event.seconds = 2;
    event.tokensPerSecond = 50;
    event.lossBySource = {{"dialogues", loss}};
    event.batchSha256 = "ab";
    return event;
}

RunStartedEvent startedFrom(std::optional<std::int64_t> step)
{
    RunStartedEvent event;
    event.program = "koala-torch";
    event.resumedFrom = step;
    return event;
}

class Runs : public testing::Test {
protected:
    TemporaryDirectory folder = temporaryDirectory();
    const fs::path& run() { return folder.path(); }
    std::unique_ptr<EventLogWriter> writer()
    {
        auto opened = EventLogWriter::open(run());
        EXPECT_TRUE(opened.ok());
        return std::move(opened).value();
    }
};

TEST_F(Runs, EveryEventReadsBackAsItWasWritten)
{
    const std::vector<EventBody> bodies{startedFrom(7), PhaseEvent{"training"},
        PlanEvent{40, 5, 6, 7}, stepOf(8, 1.5), EvaluationEvent{8, "hold-out", 2.5, 0.5, 90},
        SampleEvent{8, "p1", "Hi", {1, 2}},
        CheckpointEvent{8, "checkpoints/step-00000008", 10, 0.5, "end"},
        CheckpointRemovedEvent{4, "checkpoints/step-00000004", 9, 0, "keep"}, HeartbeatEvent{8},
        NoticeEvent{"warning", "r", "m", 8}, RunEndedEvent{"done", 8, "all", ""}};
    const auto log = writer();
    for (const EventBody& body : bodies)
        ASSERT_TRUE(log->append(body).ok());
    EventLogReader reader(run());
    const auto events = reader.poll();
    ASSERT_TRUE(events.ok());
    ASSERT_EQ(events->size(), bodies.size());
    for (std::size_t i = 0; i < bodies.size(); ++i) {
        EXPECT_EQ((*events)[i].seq, std::int64_t(i) + 1);
        EXPECT_EQ(toJson(Event{1, "t", (*events)[i].body}), toJson(Event{1, "t", bodies[i]}));
    }
}

TEST_F(Runs, NumbersThatAreNotFiniteAreNullInTheFile)
{
    const OrderedJson json = toJson(Event{1, "t", stepOf(1, std::nan(""))});
    EXPECT_TRUE(json["loss"].is_null());
    const auto back = eventFromJson(Json::parse(json.dump()), "e");
    EXPECT_TRUE(std::isnan(std::get<StepEvent>(back->body).loss));
}

TEST_F(Runs, AReaderLeavesALineThatIsStillBeingWritten)
{
    writeText(run() / "events.jsonl", R"({"seq":1,"time":"","type":"phase","name":"training"})"
                                      "\n"
                                      R"({"seq":2,"time":"","type":"st)");
    EventLogReader reader(run());
    EXPECT_EQ(reader.poll()->size(), 1U);
    EXPECT_EQ(reader.poll()->size(), 0U);
    std::ofstream(run() / "events.jsonl", std::ios::app) << "ep\",\"step\":1,\"loss\":2}\n";
    const auto more = reader.poll();
    ASSERT_EQ(more->size(), 1U);
    EXPECT_EQ(std::get<StepEvent>(more->front().body).loss, 2.0);
    EXPECT_EQ(reader.brokenLines(), 0U);
}

TEST_F(Runs, AWriterCutsATornLineOffAndGoesOnCounting)
{
    writeText(run() / "events.jsonl",
        "{\"seq\":5,\"time\":\"\",\"type\":\"heartbeat\",\"step\":1}\n{\"seq\":6,\"ti");
    ASSERT_TRUE(writer()->append(HeartbeatEvent{2}).ok());
    EventLogReader reader(run());
    const auto events = reader.poll();
    ASSERT_EQ(events->size(), 2U);
    EXPECT_EQ(events->back().seq, 6);
}

TEST_F(Runs, EventsOfANewerProgramAreSkippedAndBrokenLinesCounted)
{
    writeText(run() / "events.jsonl",
        "{\"seq\":1,\"time\":\"\",\"type\":\"aurora\",\"x\":1}\nnonsense\n"
        "{\"seq\":2,\"time\":\"\",\"type\":\"heartbeat\",\"step\":3}\n");
    EventLogReader reader(run());
    const auto events = reader.poll();
    ASSERT_EQ(events->size(), 2U);
    EXPECT_EQ(eventType(events->front().body), "aurora");
    EXPECT_EQ(reader.brokenLines(), 1U);
}

std::vector<Event> timed(std::vector<EventBody> bodies, const std::string& time)
{
    std::vector<Event> events;
    for (EventBody& body : bodies)
        events.push_back({std::int64_t(events.size()) + 1, time, std::move(body)});
    return events;
}

TEST(RunStates, AfterASeamLaterStepsAreForgotten)
{
    RunState state;
    RunSeries series;
    const auto events =
        timed({startedFrom({}), EvaluationEvent{0, "hold-out", 4, 0, 1}, stepOf(1, 5), stepOf(2, 4),
                  CheckpointEvent{2, "c", 1, 1, "scheduled"}, stepOf(3, 3),
                  CheckpointEvent{3, "c", 1, 1, "scheduled"}, startedFrom(2), stepOf(3, 2)},
            "2026-11-22T10:00:00.000Z");
    state.add(events);
    series.add(events);
    EXPECT_EQ(state.step, 3);
    EXPECT_EQ(state.lastStep->loss, 2.0);
    EXPECT_EQ(state.totalTokens, 300);
    ASSERT_EQ(state.checkpoints.size(), 1U);
    EXPECT_EQ(state.evaluations.size(), 1U);
    EXPECT_THAT(series.column(SeriesColumn::Loss), testing::ElementsAre(5, 4, 2));
    EXPECT_THAT(series.axis(SeriesAxis::Tokens), testing::ElementsAre(100, 200, 300));
    ASSERT_EQ(series.seams().size(), 1U);
    EXPECT_EQ(series.seams()[0].step, 2);
    EXPECT_EQ(series.generation(), 1U);
    EXPECT_EQ(series.sourceLoss("dialogues", SeriesAxis::Seconds).x.back(), 6.0F);
    EXPECT_EQ(series.evaluationLoss("hold-out", SeriesAxis::Step).x.front(), 0.0F);
}

TEST(RunStates, ARunThatSaysNothingForFifteenSecondsIsLost)
{
    RunState state;
    EXPECT_EQ(state.phase(), RunPhase::Waiting);
    state.add(timed({startedFrom({}), stepOf(1, 5)}, "2026-11-22T10:00:00.000Z"));
    const auto at = parseUtc("2026-11-22T10:00:00Z").value();
    EXPECT_EQ(state.phase(at + std::chrono::seconds(14)), RunPhase::Running);
    EXPECT_EQ(state.phase(at + std::chrono::seconds(16)), RunPhase::Lost);
    state.add(timed({RunEndedEvent{"failed", 1, "m", "disk_full"}}, "2026-11-22T10:00:20.000Z"));
    EXPECT_EQ(state.phase(at + std::chrono::hours(1)), RunPhase::Failed);
    state.add(timed({startedFrom(1)}, "2026-11-22T11:00:00.000Z"));
    EXPECT_EQ(state.phase(at + std::chrono::hours(1)), RunPhase::Running);
}

TEST(RunSeriesTest, SmoothingStartsWithoutABiasTowardsZero)
{
    const std::vector<float> values{4, 4, std::nanf(""), 4};
    EXPECT_THAT(RunSeries::smoothed(values, 0.9), testing::Each(testing::FloatNear(4, 1e-5F)));
}

TEST_F(Runs, RequestsLieInControlUntilTheRunObeys)
{
    EXPECT_FALSE(requestOfRun(run() / "none", RunRequest::Stop).ok());
    writeText(run() / "config.json", "{}");
    ASSERT_TRUE(requestOfRun(run(), RunRequest::Stop).ok());
    ASSERT_TRUE(requestPin(run(), 40).ok());
    PendingRequests pending = pendingRequests(run());
    EXPECT_TRUE(pending.stop);
    EXPECT_FALSE(pending.stopNow);
    EXPECT_THAT(pending.pins, testing::ElementsAre(40));
    removeRequest(run(), RunRequest::Stop);
    removePinRequest(run(), 40);
    EXPECT_FALSE(pendingRequests(run()).stop);
}

TEST_F(Runs, ACheckpointIsWholeOnlyIfEveryFileIsAsItsManifestSays)
{
    for (const std::int64_t step : {10, 20}) {
        const fs::path directory = checkpointDirectory(run(), step);
        writeText(directory / "weights", "abc");
        EXPECT_FALSE(inspectCheckpoint(directory).complete);
        ASSERT_TRUE(
            writeManifest(directory, {.step = step, .basePath = "b", .baseSha256 = "c"}).ok());
        EXPECT_TRUE(verifyCheckpoint(directory).ok());
    }
    EXPECT_EQ(latestVerifiedCheckpoint(run())->step, 20);
    writeText(checkpointDirectory(run(), 20) / "weights", "abd"); // same size, other bytes
    EXPECT_TRUE(inspectCheckpoint(checkpointDirectory(run(), 20)).complete);
    EXPECT_EQ(latestVerifiedCheckpoint(run())->step, 10);
    writeText(checkpointDirectory(run(), 10) / "weights", "abcd");
    EXPECT_THAT(
        inspectCheckpoint(checkpointDirectory(run(), 10)).problem, testing::HasSubstr("4 bytes"));
    EXPECT_FALSE(latestVerifiedCheckpoint(run()).ok());
    EXPECT_EQ(listCheckpoints(run()).size(), 2U);
}

TEST_F(Runs, ANewRunAppearsWholeAndOnlyOnce)
{
    const OrderedJson config{{"version", 1}, {"name", "first"}, {"train", {{"model", "tiny"}}}};
    const auto made = createRun(run() / "runs", "20261122-100000-a-0001", config);
    ASSERT_TRUE(made.ok()) << made.error().message;
    EXPECT_TRUE(fs::is_directory(*made / "control"));
    EXPECT_FALSE(createRun(run() / "runs", "20261122-100000-a-0001", config).ok());
    EXPECT_FALSE(createRun(run() / "runs", "../a", config).ok());
    const auto runs = listRuns(run() / "runs");
    ASSERT_EQ(runs->size(), 1U);
    EXPECT_EQ(runs->front().name, "first");
    EXPECT_EQ(runs->front().model, "tiny");
    EXPECT_TRUE(findRun(run() / "runs", "0001").ok());
    EXPECT_FALSE(findRun(run() / "runs", "0002").ok());
}

} // namespace
} // namespace koala
