#include "core/run/run_list.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/run/event_log.h"

namespace koala {
namespace {

OrderedJson orNull(const std::optional<double>& value)
{
    return value && std::isfinite(*value) ? OrderedJson(*value) : OrderedJson();
}

} // namespace

Result<Json> readRunConfig(const fs::path& runDirectory)
{
    return readJsonFile(runDirectory / "config.json");
}

Result<fs::path> createRun(
    const fs::path& runsDirectory, const std::string& id, const OrderedJson& config)
{
    if (!isSafeName(id))
        return invalidInput(fmt::format(
            "\"{}\" cannot be the name of a run: use letters, digits, dots and dashes", id));
    KOALA_RETURN_IF_ERROR(createDirectories(runsDirectory));
    KOALA_TRY(TemporaryDirectory staging, TemporaryDirectory::create(runsDirectory, ".new-run"));
    for (const char* folder : {"control", "checkpoints", "log"})
        KOALA_RETURN_IF_ERROR(createDirectories(staging.path() / folder));
    KOALA_RETURN_IF_ERROR(writeJsonFile(staging.path() / "config.json", config));
    KOALA_RETURN_IF_ERROR(publishDirectory(staging.path(), runsDirectory / id).within("run " + id));
    staging.release();
    return runsDirectory / id;
}

RunSummary summarise(const fs::path& runDirectory, const RunState& state, WallTime now)
{
    RunSummary summary;
    summary.id = runDirectory.filename().string();
    summary.directory = runDirectory;
    if (const auto config = readRunConfig(runDirectory); config.ok()) {
        const Json& train = memberOr(*config, "train");
        summary.recipe = stringOr(memberOr(*config, "recipe"), "name", "");
        summary.name = stringOr(*config, "name", summary.recipe);
        summary.created = stringOr(*config, "created", "");
        summary.model = stringOr(train, "model", "");
        summary.mixture = stringOr(train, "mixture", "");
        summary.method = stringOr(train, "method", "");
        summary.machine = stringOr(*config, "machine", "");
    } else {
        summary.problem = config.error().message;
    }
    summary.phase = state.phase(now);
    summary.activity = state.activity;
    summary.step = state.step;
    summary.totalSteps = state.plan ? state.plan->totalSteps : 0;
    if (state.firstStep)
        summary.firstLoss = state.firstStep->loss;
    if (state.lastStep) {
        summary.lastLoss = state.lastStep->loss;
        summary.tokensPerSecond = state.lastStep->tokensPerSecond;
    }
    if (state.firstEvaluation)
        summary.heldOutFirst = state.firstEvaluation->loss;
    if (state.lastEvaluation)
        summary.heldOutLast = state.lastEvaluation->loss;
    summary.secondsLeft = state.secondsLeft();
    summary.startedAt = state.startedAt;
    summary.lastEventAt = state.lastEventAt;
    summary.endedAt = state.endedAt;
    if (state.ended) {
        summary.message = state.ended->message;
        summary.cause = state.ended->cause;
    }
    for (const RunCheckpointFact& checkpoint : state.checkpoints)
        summary.checkpoints.push_back(checkpoint.step);
    return summary;
}

Result<RunSummary> readRunSummary(const fs::path& runDirectory)
{
    RunState state;
    EventLogReader reader(runDirectory);
    for (;;) {
        KOALA_TRY(const std::vector<Event> events, reader.poll());
        if (events.empty())
            break;
        state.add(events);
    }
    return summarise(runDirectory, state);
}

Result<std::vector<RunSummary>> listRuns(const fs::path& runsDirectory)
{
    std::vector<RunSummary> runs;
    std::error_code code;
    if (!fs::exists(runsDirectory, code))
        return runs;
    KOALA_TRY(const std::vector<fs::path> entries, listDirectory(runsDirectory));
    for (const fs::path& entry : entries)
        if (fs::exists(entry / "config.json", code)) {
            KOALA_TRY(RunSummary summary, readRunSummary(entry));
            runs.push_back(std::move(summary));
        }
    // Identifiers begin with the time of making.
    std::reverse(runs.begin(), runs.end());
    return runs;
}

Result<fs::path> findRun(const fs::path& runsDirectory, const std::string& name)
{
    std::error_code code;
    if (isSafeName(name) && fs::exists(runsDirectory / name / "config.json", code))
        return runsDirectory / name;
    std::vector<fs::path> found;
    if (const auto entries = listDirectory(runsDirectory); entries.ok() && !name.empty())
        for (const fs::path& entry : *entries) {
            const std::string id = entry.filename().string();
            if ((id.starts_with(name) || id.ends_with(name)) &&
                fs::exists(entry / "config.json", code))
                found.push_back(entry);
        }
    if (found.size() == 1)
        return found.front();
    if (found.empty())
        return notFound(fmt::format("there is no run \"{}\" in {}; koala run list shows them", name,
            runsDirectory.string()));
    return invalidInput(
        fmt::format("\"{}\" fits {} runs; write more of the name", name, found.size()));
}

OrderedJson toJson(const RunSummary& summary)
{
    OrderedJson json = OrderedJson::object();
    json["id"] = summary.id;
    json["name"] = summary.name;
    json["state"] = runPhaseName(summary.phase);
    json["activity"] = summary.activity;
    json["recipe"] = summary.recipe;
    json["model"] = summary.model;
    json["mixture"] = summary.mixture;
    json["method"] = summary.method;
    json["step"] = summary.step;
    json["total_steps"] = summary.totalSteps;
    json["first_loss"] = orNull(summary.firstLoss);
    json["last_loss"] = orNull(summary.lastLoss);
    json["held_out_first"] = orNull(summary.heldOutFirst);
    json["held_out_last"] = orNull(summary.heldOutLast);
    json["tokens_per_second"] = orNull(summary.tokensPerSecond);
    json["seconds_left"] = orNull(summary.secondsLeft);
    json["checkpoints"] = summary.checkpoints;
    json["started"] = summary.startedAt;
    json["ended"] = summary.endedAt;
    json["message"] = summary.message;
    json["cause"] = summary.cause;
    json["directory"] = summary.directory.string();
    return json;
}

} // namespace koala
