#include <sys/mount.h>

#include "core/weights/adapter.h"
#include "tests/core/torch/train/training_support.h"

namespace koala {
namespace {

using test::TrainingRuns;

TEST_F(TrainingRuns, TheLossFallsAndEveryEventIsThere)
{
    test::writeTinyModel(model);
    train.saveEvery = 20;
    train.evaluateEvery = 20;
    const fs::path run = makeRun("falls");
    const RunEndedEvent ended = go(run, false);
    EXPECT_EQ(ended.state, "done") << ended.message;
    RunState state;
    state.add(events(run));
    EXPECT_EQ(state.step, 40);
    EXPECT_LT(state.lastStep->loss, state.firstStep->loss - 1.0);
    EXPECT_EQ(state.evaluations.size(), 3U);
    EXPECT_EQ(state.checkpoints.size(), 2U);
    EXPECT_EQ(state.plan->totalSteps, 40);
    EXPECT_EQ(state.lastStep->tokens, 62);
    EXPECT_EQ(state.lastStep->lossBySource.size(), 2U);
    EXPECT_EQ(state.lastStep->batchSha256.size(), 64U);
    EXPECT_NEAR(state.lastStep->epoch, 80.0 / 12.0, 1e-9);
    EXPECT_EQ(state.phase(), RunPhase::Done);
    const auto tuned = openCheckpoint(checkpointDirectory(run, 40));
    ASSERT_TRUE(tuned.ok()) << tuned.error().message;
    EXPECT_EQ((*tuned)->config().ropeLayout, RopeLayout::HalfSplit);
    for (const char* name : {"state.json", "model_card.json", "generation_config.json"})
        EXPECT_TRUE(fs::exists(checkpointDirectory(run, 40) / name)) << name;
}

// Reliability B1: 2.4 epochs, accumulation 4, everything that draws at random turned on.
TEST_F(TrainingRuns, StoppedAfterEachOf59StepsAndResumedTheyAreBitwiseTheSame)
{
    test::writeTinyModel(model);
    train.steps = 60;
    train.sequences = 1;
    train.accumulate = 4;
    sequencesOfEpoch = 100;
    train.residualDropout = train.embeddingDropout = train.attentionDropout = 0.05;
    train.fcmMaxRatio = 0.1;
    const fs::path whole = makeRun("whole");
    ASSERT_EQ(go(whole, false).state, "done");
    const std::vector<float> wanted = losses(whole);
    const std::string state = finalState(whole, 60);
    ASSERT_EQ(wanted.size(), 60U);
    int equal = 0;
    for (std::int64_t stop = 1; stop < 60; ++stop) {
        const fs::path run = makeRun("stopped-" + std::to_string(stop));
        ASSERT_EQ(go(run, false, stop).state, "stopped");
        ASSERT_EQ(go(run, true).state, "done");
        equal += losses(run) == wanted && finalState(run, 60) == state ? 1 : 0;
        fs::remove_all(run);
    }
    EXPECT_EQ(equal, 59);
    std::printf("resumed runs equal to the one that never stopped: %d of 59\n", equal);
}

TEST_F(TrainingRuns, EveryOptimiserAndLossIsResumedBitwise)
{
    test::writeTinyModel(model);
    train.steps = 10;
    train.accumulate = 2;
    train.warmupSteps = 0;
    train.warmupShare = 0.2;
    train.firstUpdate = 0;
    std::set<std::string> states;
    for (const auto& [optimiser, loss] : std::vector<std::pair<std::string, std::string>>{
             {"adamw", "batch_mean"}, {"scaled_adam", "row_mean"}, {"palm", "token_mean"}}) {
        train.optimiser = optimiser;
        train.loss = loss;
        train.schedule = optimiser == "palm" ? "palm" : "cosine";
        train.firstMoment = optimiser == "scaled_adam" ? "bf16" : "fp32";
        const fs::path whole = makeRun(optimiser + "-whole");
        ASSERT_EQ(go(whole, false).state, "done");
        states.insert(finalState(whole, 10));
        for (const std::int64_t stop : {1, 6}) {
            const fs::path run = makeRun(optimiser + "-" + std::to_string(stop));
            go(run, false, stop);
            ASSERT_EQ(go(run, true).state, "done");
            EXPECT_EQ(losses(run), losses(whole)) << optimiser;
            EXPECT_EQ(finalState(run, 10), finalState(whole, 10)) << optimiser;
        }
    }
    EXPECT_EQ(states.size(), 3U);
}

TEST_F(TrainingRuns, TheMomentsOfAnotherOptimiserAreRefused)
{
    test::writeTinyModel(model);
    train.steps = 4;
    const fs::path run = makeRun("run");
    go(run, false, 2);
    std::string changed = *readFile(run / "config.json");
    changed.replace(changed.find("\"adamw\""), 7, "\"palm\"");
    ASSERT_TRUE(writeFileAtomically(run / "config.json", changed).ok());
    const RunEndedEvent ended = go(run, true);
    EXPECT_EQ(ended.state, "failed");
    EXPECT_NE(ended.message.find("moments are those of the optimiser adamw"), std::string::npos)
        << ended.message;
}

TEST_F(TrainingRuns, AnAdapterWithDropoutInBf16IsResumedBitwiseToo)
{
    test::writeTinyModel(model);
    train.method = "lora";
    train.precision = "bf16";
    train.loraDropout = 0.1;
    train.loraRank = 4;
    train.steps = 12;
    const fs::path whole = makeRun("whole");
    ASSERT_EQ(go(whole, false).state, "done");
    const auto base = openCheckpoint(model);
    const auto adapter = openAdapter(checkpointDirectory(whole, 12), (*base)->config());
    ASSERT_TRUE(adapter.ok()) << adapter.error().message;
    EXPECT_EQ(adapter->modules.size(), 14U);
    for (const std::int64_t stop : {0, 1, 5, 11}) {
        const fs::path run = makeRun("stopped-" + std::to_string(stop));
        go(run, false, stop);
        ASSERT_EQ(go(run, true).state, "done");
        EXPECT_EQ(losses(run), losses(whole));
        EXPECT_EQ(finalState(run, 12), finalState(whole, 12));
    }
}

TEST_F(TrainingRuns, WhatDiedBetweenTwoCheckpointsGoesOnFromTheFirst)
{
    test::writeTinyModel(model);
    train.saveEvery = 5;
    train.steps = 12;
    const fs::path whole = makeRun("whole");
    ASSERT_EQ(go(whole, false).state, "done");
    const fs::path run = makeRun("died");
    ASSERT_EQ(go(run, false, 8, StopWish::Now).state, "stopped");
    EXPECT_EQ(latestVerifiedCheckpoint(run)->step, 5);
    ASSERT_EQ(go(run, true).state, "done");
    EXPECT_EQ(losses(run), losses(whole));
    EXPECT_EQ(finalState(run, 12), finalState(whole, 12));
}

TEST_F(TrainingRuns, ADamagedCheckpointIsPassedOverForTheOneBefore)
{
    test::writeTinyModel(model);
    train.saveEvery = 4;
    train.steps = 12;
    const fs::path run = makeRun("damaged");
    ASSERT_EQ(go(run, false).state, "done");
    const std::string state = finalState(run, 12);
    test::writeText(checkpointDirectory(run, 12) / "optimizer.safetensors", "broken");
    ASSERT_EQ(go(run, true).state, "done");
    EXPECT_EQ(finalState(run, 12), state);
}

TEST_F(TrainingRuns, AStopRequestIsObeyedSavedAndTakenAway)
{
    test::writeTinyModel(model);
    const fs::path run = makeRun("asked");
    TrainingRunOptions options;
    ASSERT_TRUE(requestOfRun(run, RunRequest::CheckpointNow).ok());
    // Stop requests of before a start belong to the run that ended.
    ASSERT_TRUE(requestOfRun(run, RunRequest::Stop).ok());
    ASSERT_EQ(go(run, false, 3).state, "stopped");
    EXPECT_FALSE(pendingRequests(run).checkpointNow);
    std::vector<std::int64_t> steps;
    for (const CheckpointInfo& checkpoint : listCheckpoints(run))
        steps.push_back(checkpoint.step);
    EXPECT_THAT(steps, testing::ElementsAre(0, 3));
}

TEST_F(TrainingRuns, OldCheckpointsGoAndPinnedOnesStay)
{
    test::writeTinyModel(model);
    train.saveEvery = 2;
    train.keep = 2;
    train.steps = 10;
    const fs::path run = makeRun("kept");
    ASSERT_EQ(go(run, false, 2).state, "stopped");
    ASSERT_TRUE(pinCheckpoint(run, 2).ok());
    ASSERT_EQ(go(run, true).state, "done");
    std::vector<std::int64_t> steps;
    for (const CheckpointInfo& checkpoint : listCheckpoints(run))
        steps.push_back(checkpoint.step);
    EXPECT_THAT(steps, testing::ElementsAre(2, 8, 10));
}

// A base whose last token has an infinite row: what holds it has no finite loss.
void writePoisonedModel(const fs::path& folder)
{
    const test::TinyModelOptions options{.tied = false};
    auto weights = test::tinyWeights(options);
    weights.front().values.back() = std::numeric_limits<float>::infinity();
    test::writeHfModel(folder, test::tinyConfig(options), weights);
}

std::vector<std::int64_t> leftOut(const std::vector<Event>& events)
{
    std::vector<std::int64_t> steps;
    for (const Event& event : events)
        if (const auto* notice = std::get_if<NoticeEvent>(&event.body))
            if (notice->rule == "step_left_out")
                steps.push_back(notice->step);
    return steps;
}

// Reliability T1.
TEST_F(TrainingRuns, AnUpdateThatIsNotFiniteIsLeftOutAndTheRunGoesOn)
{
    writePoisonedModel(model);
    train.method = "lora";
    train.loraRank = 4;
    train.steps = 8;
    train.saveEvery = 1;
    poisoned = {5}; // in the third update, of two sequences each
    const fs::path whole = makeRun("whole");
    EXPECT_EQ(go(whole, false).state, "done");
    EXPECT_EQ(leftOut(events(whole)), std::vector<std::int64_t>{3});
    EXPECT_EQ(losses(whole).size(), 7U);
    EXPECT_EQ(finalState(whole, 3), finalState(whole, 2));
    EXPECT_NE(finalState(whole, 4), finalState(whole, 3));
    for (const std::int64_t stop : {2, 3, 5}) {
        const fs::path run = makeRun("stopped-" + std::to_string(stop));
        go(run, false, stop);
        ASSERT_EQ(go(run, true).state, "done");
        EXPECT_EQ(finalState(run, 8), finalState(whole, 8)) << stop;
    }
}

// Reliability T2: the fourth in a row ends the run, and so does the eleventh of a thousand, of
// which a resumed run knows.
TEST_F(TrainingRuns, ManyUpdatesThatAreNotFiniteEndTheRunWithTheStateBeforeThem)
{
    writePoisonedModel(model);
    train.method = "lora";
    train.loraRank = 4;
    train.sequences = 1;
    poisoned = {4, 5, 6, 8, 9, 10, 11};
    const fs::path row = makeRun("row");
    const RunEndedEvent ended = go(row, false);
    EXPECT_EQ(ended.state, "failed");
    EXPECT_EQ(ended.cause, "not_finite");
    EXPECT_EQ(ended.step, 11);
    EXPECT_EQ(leftOut(events(row)), (std::vector<std::int64_t>{5, 6, 7, 9, 10, 11}));
    EXPECT_TRUE(verifyCheckpoint(checkpointDirectory(row, 11)).ok());

    poisoned.clear();
    for (std::uint64_t update = 1; update < 40; update += 2)
        poisoned.insert(update);
    const fs::path often = makeRun("often");
    go(often, false, 15);
    const RunEndedEvent resumed = go(often, true);
    EXPECT_EQ(resumed.cause, "not_finite");
    EXPECT_EQ(resumed.step, 21);
}

TEST_F(TrainingRuns, OptionsThatTheDataDependOnMustNotChangeOnResume)
{
    test::writeTinyModel(model);
    train.steps = 4;
    const fs::path run = makeRun("base");
    ASSERT_EQ(go(run, false, 2).state, "stopped");
    Json config = readJsonFile(run / "config.json").value();
    config["train"]["sequences"] = 3;
    ASSERT_TRUE(writeFileAtomically(run / "config.json", config.dump()).ok());
    const RunEndedEvent ended = go(run, true);
    EXPECT_EQ(ended.cause, "bad_config");
    EXPECT_THAT(ended.message, testing::HasSubstr("sequences"));
}

TEST_F(TrainingRuns, AFullDiskEndsTheRunAndTheLastCheckpointStays)
{
    test::writeTinyModel(model);
    train.method = "lora";
    train.loraRank = 8;
    train.saveEvery = 1;
    train.steps = 20;
    const fs::path run = makeRun("full");
    const fs::path disk = run / "checkpoints";
    if (::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=1m") != 0)
        GTEST_SKIP() << "a small disk cannot be made here (needs the right to mount)";
    const RunEndedEvent ended = go(run, false);
    EXPECT_EQ(ended.state, "failed");
    EXPECT_EQ(ended.cause, "disk_full");
    EXPECT_THAT(ended.message, testing::HasSubstr("Free some space"));
    EXPECT_TRUE(latestVerifiedCheckpoint(run).ok());
    ::umount(disk.c_str());
}

TEST_F(TrainingRuns, OneRunHasOneTrainer)
{
    test::writeTinyModel(model);
    const fs::path run = makeRun("locked");
    const auto lock = FileLock::acquire(run / ".lock");
    ASSERT_TRUE(lock.ok());
    TrainingRunOptions options;
    options.runDirectory = run;
    EXPECT_EQ(runTraining(options).error().code, ErrorCode::Unavailable);
}

TEST_F(TrainingRuns, StoriesModelResumesBitwise)
{
    KOALA_SHARED_OR_SKIP(shared);
    model = shared / "models/stories260k-hf";
    train.steps = 8;
    train.learningRate = 1e-3;
    const fs::path whole = makeRun("whole");
    ASSERT_EQ(go(whole, false).state, "done");
    EXPECT_TRUE(fs::exists(checkpointDirectory(whole, 8) / "tokenizer.model"));
    for (std::int64_t stop = 0; stop < 8; ++stop) {
        const fs::path run = makeRun("stopped-" + std::to_string(stop));
        go(run, false, stop);
        ASSERT_EQ(go(run, true).state, "done");
        EXPECT_EQ(losses(run), losses(whole));
        EXPECT_EQ(finalState(run, 8), finalState(whole, 8));
    }
}

} // namespace
} // namespace koala
