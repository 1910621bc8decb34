#include "core/torch/train/training_run.h"

#include <cstdlib>
#include <fstream>
#include <thread>

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/torch/train/heartbeat.h"

namespace koala {
namespace {

std::string hostName()
{
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "unknown";
}

std::string processorName()
{
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("model name"))
            return line.substr(line.find(':') + 2);
    return "processor";
}

// Which checkpoint a resumed run goes on from; nothing when none was ever written.
Result<std::optional<CheckpointInfo>> resumePoint(const TrainingRunOptions& options)
{
    if (!options.resume)
        return std::optional<CheckpointInfo>();
    if (options.resumeStep) {
        const fs::path path = checkpointDirectory(options.runDirectory, *options.resumeStep);
        KOALA_RETURN_IF_ERROR(verifyCheckpoint(path));
        return std::optional(inspectCheckpoint(path));
    }
    auto latest = latestVerifiedCheckpoint(options.runDirectory);
    if (latest.ok())
        return std::optional(std::move(latest).value());
    if (listCheckpoints(options.runDirectory).empty())
        return std::optional<CheckpointInfo>(); // it died before its first one: from the start
    return std::move(latest).error();
}

std::int64_t useThreads(std::int64_t wanted)
{
    const auto cores = std::int64_t(std::thread::hardware_concurrency());
    const std::int64_t threads = wanted > 0 ? wanted : std::max<std::int64_t>(1, cores);
    at::set_num_threads(int(threads));
    return threads;
}

// What a resumed run does differently from its config.json, which stays as it is. Options that the
// saved state depends on are refused when the checkpoint is loaded.
Status applyAssignments(const TrainingRunOptions& options, RunConfig& config)
{
    OptionProblems problems;
    for (const std::string& assignment : options.assignments)
        for (OptionProblem& problem : applyAssignment(bindOptions(config.train), assignment))
            problems.push_back(std::move(problem));
    if (problems.empty())
        problems = validate(config.train);
    return toStatus(problems, "--set");
}

// Everything between run_started and run_ended.
Result<RunEndedEvent> trainFrom(const TrainingRunOptions& options, const OpenParts& openParts,
    const RunConfig& config, const std::optional<CheckpointInfo>& from, EventLogWriter& log)
{
    std::atomic<std::int64_t> step = from ? from->step : 0;
    const Heartbeat heartbeat(log, step);
    KOALA_RETURN_IF_ERROR(log.append(PhaseEvent{"loading data"}));
    Result<TrainingParts> parts = openParts(config);
    if (!parts.ok()) {
        const bool cancelled = parts.error().code == ErrorCode::Cancelled;
        return RunEndedEvent{cancelled ? "stopped" : "failed", step, parts.error().message,
            cancelled ? "signal" : "bad_config"};
    }
    KOALA_RETURN_IF_ERROR(removeUnfinishedSaves(options.runDirectory));
    if (options.resume)
        KOALA_RETURN_IF_ERROR(supersedeCheckpoints(options.runDirectory, step));
    TrainLoop loop(*parts, log, step, options.hooks);
    return loop.run(from ? std::optional<fs::path>(from->path) : std::optional<fs::path>());
}

} // namespace

Result<TrainingParts> openTrainingParts(
    const fs::path& runDirectory, const RunConfig& config, const TrainingRunOptions& options)
{
    TrainingParts parts;
    parts.runDirectory = runDirectory;
    parts.config = config;
    KOALA_TRY(parts.tokenizer, loadTokenizer(config.modelPath));
    ResolvedMixture::Options open;
    open.projectDirectory = config.project;
    open.chatTemplate = config.chatTemplate;
    open.stop = options.stop;
    KOALA_TRY(auto mixture, ResolvedMixture::open(config.mixture, parts.tokenizer, open));
    parts.markers = mixture->usesMarkers();
    parts.training = streamSource(mixture, StreamPart::Training);
    if (!mixture->result().holdOut.empty())
        parts.holdOut = streamSource(mixture, StreamPart::HoldOut);
    KOALA_TRY(parts.base, openCheckpoint(config.modelPath));
    return parts;
}

Result<RunEndedEvent> runTraining(const TrainingRunOptions& options)
{
    return runTraining(options, [&](const RunConfig& config) {
        return openTrainingParts(options.runDirectory, config, options);
    });
}

Result<RunEndedEvent> runTraining(const TrainingRunOptions& options, const OpenParts& openParts)
{
    KOALA_TRY(const FileLock lock, FileLock::acquire(options.runDirectory / ".lock"));
    KOALA_TRY(RunConfig config, readTrainingRun(options.runDirectory));
    KOALA_RETURN_IF_ERROR(applyAssignments(options, config));
    KOALA_TRY(const std::optional<CheckpointInfo> from, resumePoint(options));
    KOALA_TRY(const auto log, EventLogWriter::open(options.runDirectory));
    clearStopRequests(options.runDirectory);
    RunStartedEvent started;
    started.program = options.program;
    started.host = hostName();
    started.devices = {
        fmt::format("cpu: {}, {} threads", processorName(), useThreads(config.train.threads))};
    started.configSha256 = config.sha256;
    if (options.resume)
        started.resumedFrom = from ? from->step : 0;
    KOALA_RETURN_IF_ERROR(log->append(started));
    for (const std::string& assignment : options.assignments)
        KOALA_RETURN_IF_ERROR(log->append(NoticeEvent{"info", "resumed_with",
            "from here on with " + assignment, started.resumedFrom.value_or(0)}));
    Result<RunEndedEvent> result = trainFrom(options, openParts, config, from, *log);
    const RunEndedEvent event = result.ok() ? *result
                                            : RunEndedEvent{"failed", from ? from->step : 0,
                                                  result.error().message, "internal"};
    KOALA_RETURN_IF_ERROR(log->append(event));
    KOALA_RETURN_IF_ERROR(log->sync());
    return event;
}

} // namespace koala
