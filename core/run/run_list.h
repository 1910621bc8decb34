// core/run/run_list.h: the runs of a project, each as one line for a table; and the folders of a
// new run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/run/checkpoints.h"
#include "core/run/run_state.h"

namespace koala {

struct RunSummary {
    std::string id;
    fs::path directory;
    std::string name; // as the person called it, else the recipe's
    std::string recipe;
    std::string model;
    std::string mixture;
    std::string method;
    std::string machine; // "" here
    RunPhase phase = RunPhase::Waiting;
    std::string activity;
    std::int64_t step = 0;
    std::int64_t totalSteps = 0;
    std::optional<double> firstLoss;
    std::optional<double> lastLoss;
    std::optional<double> heldOutFirst;
    std::optional<double> heldOutLast;
    std::optional<double> tokensPerSecond;
    std::optional<double> secondsLeft;
    std::string created;
    std::string startedAt;
    std::string lastEventAt;
    std::string endedAt;
    std::string message; // of its end
    std::string cause;
    std::vector<std::int64_t> checkpoints; // steps of complete ones
    std::string problem;                   // why its config.json could not be read, else ""
};

// config.json of a run.
Result<Json> readRunConfig(const fs::path& runDirectory);
// Makes runs/<id> with control/, checkpoints/ and log/ and writes config.json: all or nothing.
Result<fs::path> createRun(
    const fs::path& runsDirectory, const std::string& id, const OrderedJson& config);

RunSummary summarise(const fs::path& runDirectory, const RunState& state,
    WallTime now = std::chrono::system_clock::now());
// Reads the whole event log; use a RunState of your own to follow one.
Result<RunSummary> readRunSummary(const fs::path& runDirectory);
// Newest first. A folder that is no run is left out.
Result<std::vector<RunSummary>> listRuns(const fs::path& runsDirectory);
// By its id, or by an unambiguous beginning or end of it.
Result<fs::path> findRun(const fs::path& runsDirectory, const std::string& name);

OrderedJson toJson(const RunSummary& summary);

} // namespace koala
