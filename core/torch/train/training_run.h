// core/torch/train/training_run.h: one run from its folder to its last event: opens data and model,
// holds the run's lock, keeps the heartbeat, and turns whatever happens into run_ended.
#pragma once

#include <optional>
#include <string>

#include "core/torch/train/train_loop.h"

namespace koala {

struct TrainingRunOptions {
    fs::path runDirectory;
    bool resume = false;
    std::optional<std::int64_t> resumeStep; // else the newest checkpoint that verifies
    std::vector<std::string> assignments;   // key=value that differs in this part of a resumed run
    std::string program;                    // "koala-torch 0.1.0", for run_started
    TrainHooks hooks;
    std::stop_token stop; // while data are counted
};

// Runs to the end. The event is in the log as well; an error means that not even that could be
// written, or that another process is training this run.
Result<RunEndedEvent> runTraining(const TrainingRunOptions& options);

// The parts of a run as its configuration names them.
Result<TrainingParts> openTrainingParts(
    const fs::path& runDirectory, const RunConfig& config, const TrainingRunOptions& options);
// The same with parts of the caller's own, for tests.
using OpenParts = std::function<Result<TrainingParts>(const RunConfig& config)>;
Result<RunEndedEvent> runTraining(const TrainingRunOptions& options, const OpenParts& openParts);

} // namespace koala
