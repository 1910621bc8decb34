// koala run start | resume | list | show | follow | stop | checkpoint | pin: runs that live on
// their own.
#include <cstdio>
#include <memory>
#include <thread>

#include <fmt/format.h>

#include "app/koala/commands.h"
#include "app/koala/project_context.h"
#include "app/koala/run_verbs.h"
#include "app/koala/train_setup.h"
#include "core/launch/launch.h"
#include "core/run/control.h"
#include "core/run/event_log.h"
#include "core/run/run_list.h"

namespace koala {
namespace {

struct RunCall {
    TrainRequest request;
    std::string run;
    bool now = false;
    std::int64_t step = 0;
};

using Shared = std::shared_ptr<RunCall>;

Result<fs::path> runOf(const CommandContext& context, const std::string& name)
{
    KOALA_TRY(const Project project, openProject(context));
    return findRun(project.runsDirectory(), name);
}

std::string tail(const fs::path& log)
{
    const auto text = readFile(log, 16 << 20);
    if (!text.ok())
        return {};
    std::string_view words = *text;
    while (!words.empty() && words.back() == '\n')
        words.remove_suffix(1);
    const auto line = words.rfind('\n');
    return std::string(line == std::string_view::npos ? words : words.substr(line + 1));
}

// True once the log has gained a run_started; false when the trainer ended before it wrote one.
bool waitForStart(ChildProcess& child, EventLogReader& log)
{
    // Loading the trainer's libraries takes a second, on a busy machine several.
    for (int looks = 0; looks < 300; ++looks) {
        const bool ended = child.waitFor(std::chrono::milliseconds(100)).has_value();
        if (const auto events = log.poll(); events.ok())
            for (const Event& event : *events)
                if (std::holds_alternative<RunStartedEvent>(event.body))
                    return true;
        if (ended)
            return false;
    }
    return true; // slow, but alive
}

// Starts the trainer in a session of its own and returns as soon as it has said so itself: whoever
// follows the run from here on never sees the end of an earlier part as its end.
int launch(const CommandContext& context, TrainerCommand command)
{
    auto trainer = findTrainer();
    if (!trainer.ok())
        return fail(trainer.error());
    command.trainer = *trainer;
    EventLogReader log(command.runDirectory);
    for (auto known = log.poll(); known.ok() && !known->empty(); known = log.poll())
        continue;
    auto child = ChildProcess::start(trainerProcess(command, LaunchMode::Detached));
    if (!child.ok())
        return fail(child.error());
    if (!waitForStart(*child, log))
        return fail(ioError(
            fmt::format("the trainer ended at once: {}", tail(trainerLog(command.runDirectory)))));
    const std::string id = command.runDirectory.filename().string();
    if (context.json)
        std::puts(toLine(OrderedJson{{"run", id}, {"id", id}, {"pid", child->pid()},
                             {"directory", command.runDirectory.string()}})
                .c_str());
    else
        std::printf("%s\n", id.c_str());
    return kDone;
}

int start(const CommandContext& context, const RunCall& call)
{
    // Looked for first: a run that nothing can train is not made.
    if (const auto trainer = findTrainer(); !trainer.ok())
        return fail(trainer.error());
    auto directory = prepareRun(context, call.request);
    if (!directory.ok())
        return fail(directory.error());
    TrainerCommand command;
    command.runDirectory = *directory;
    return launch(context, std::move(command));
}

int resume(const CommandContext& context, const RunCall& call)
{
    const auto target = findResumeTarget(context, call.run);
    if (!target.ok())
        return fail(target.error());
    // Two processes on one run would write over each other: the lock tells before one is started.
    if (const auto lock = FileLock::acquire(target->runDirectory / ".lock"); !lock.ok())
        return fail(Error(lock.error()).within("the run is under way"));
    TrainerCommand command;
    command.runDirectory = target->runDirectory;
    command.resume = true;
    command.resumeStep = target->step;
    command.assignments = call.request.assignments;
    return launch(context, std::move(command));
}

std::string number(const std::optional<double>& value, const char* missing = "–")
{
    return value ? fmt::format("{:.4f}", *value) : missing;
}

int list(const CommandContext& context)
{
    const auto project = openProject(context);
    if (!project.ok())
        return fail(project.error());
    const auto runs = listRuns(project->runsDirectory());
    if (!runs.ok())
        return fail(runs.error());
    for (const RunSummary& run : *runs)
        std::puts(context.json
                      ? toLine(toJson(run)).c_str()
                      : fmt::format("{:<40} {:<9} {:>6}/{:<6} loss {}", run.id,
                            runPhaseName(run.phase), run.step, run.totalSteps, number(run.lastLoss))
                            .c_str());
    return kDone;
}

int show(const CommandContext& context, const RunCall& call)
{
    const auto directory = runOf(context, call.run);
    if (!directory.ok())
        return fail(directory.error());
    const auto run = readRunSummary(*directory);
    if (!run.ok())
        return fail(run.error());
    if (context.json) {
        std::puts(toLine(toJson(*run)).c_str());
        return kDone;
    }
    std::printf("%s\n", run->id.c_str());
    std::printf("  state      %s%s%s\n", std::string(runPhaseName(run->phase)).c_str(),
        run->message.empty() ? "" : ": ", run->message.c_str());
    std::printf("  recipe     %s, model %s, mixture %s\n", run->recipe.c_str(), run->model.c_str(),
        run->mixture.c_str());
    std::printf("  updates    %lld of %lld\n", static_cast<long long>(run->step),
        static_cast<long long>(run->totalSteps));
    std::printf(
        "  loss       %s -> %s\n", number(run->firstLoss).c_str(), number(run->lastLoss).c_str());
    std::printf("  held-out   %s -> %s\n", number(run->heldOutFirst).c_str(),
        number(run->heldOutLast).c_str());
    for (const CheckpointInfo& checkpoint : listCheckpoints(*directory))
        std::printf("  checkpoint %lld  %lld bytes%s%s\n", static_cast<long long>(checkpoint.step),
            static_cast<long long>(checkpoint.bytes), checkpoint.pinned ? ", pinned" : "",
            checkpoint.complete ? "" : ", not complete");
    return kDone;
}

void printEvent(const Event& event, bool json)
{
    if (json) {
        std::puts(toLine(toJson(event)).c_str());
    } else if (const auto* step = std::get_if<StepEvent>(&event.body)) {
        std::printf("step %lld  loss %.4f  %.0f tokens/s\n", static_cast<long long>(step->step),
            step->loss, step->tokensPerSecond);
    } else if (const auto* measure = std::get_if<EvaluationEvent>(&event.body)) {
        std::printf("held-out loss %.4f at step %lld\n", measure->loss,
            static_cast<long long>(measure->step));
    } else if (const auto* saved = std::get_if<CheckpointEvent>(&event.body)) {
        std::printf("saved %s\n", saved->path.c_str());
    } else if (const auto* end = std::get_if<RunEndedEvent>(&event.body)) {
        std::printf("%s: %s\n", end->state.c_str(), end->message.c_str());
    }
    std::fflush(stdout);
}

// Until the run has ended or is lost; what stands in the log already comes first.
int follow(const CommandContext& context, const RunCall& call)
{
    const auto directory = runOf(context, call.run);
    if (!directory.ok())
        return fail(directory.error());
    EventLogReader reader(*directory);
    RunState state;
    for (;;) {
        const auto events = reader.poll();
        if (!events.ok())
            return fail(events.error());
        for (const Event& event : *events)
            printEvent(event, context.json);
        state.add(*events);
        if (!events->empty())
            continue;
        const RunPhase phase = state.phase();
        if (phase == RunPhase::Done || phase == RunPhase::Stopped)
            return kDone;
        if (phase == RunPhase::Failed || phase == RunPhase::Preempted)
            return kFailed;
        if (phase == RunPhase::Lost)
            return fail(
                unavailable(fmt::format("{} has said nothing for {} s: its process is gone. Go on "
                                        "with: koala run resume {}",
                    call.run, kLostAfter.count(), call.run)));
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
}

int request(const CommandContext& context, const RunCall& call,
    const std::function<Status(const fs::path&)>& ask)
{
    const auto directory = runOf(context, call.run);
    if (!directory.ok())
        return fail(directory.error());
    const Status asked = ask(*directory);
    return asked.ok() ? kDone : fail(asked.error());
}

CLI::App* addRunVerb(CLI::App& noun, CommandContext& context, const Shared& call,
    const std::string& name, const std::string& help)
{
    CLI::App* verb = addVerb(noun, context, name, help);
    verb->add_option("run", call->run, "identifier of the run, or the beginning of it")->required();
    return verb;
}

void onVerb(CLI::App* verb, CommandContext& context, std::function<int()> action)
{
    verb->callback([&context, action = std::move(action)] { context.action = action; });
}

} // namespace

void addRunCommand(CLI::App& koala, CommandContext& context)
{
    CLI::App& noun = *koala.add_subcommand("run", "start, watch and steer training runs");
    noun.require_subcommand(1);
    auto call = std::make_shared<RunCall>();
    auto& c = context;

    CLI::App* verb = addVerb(noun, context, "start", "start a run that goes on by itself");
    addTrainOptions(*verb, call->request);
    onVerb(verb, context, [&c, call] { return start(c, *call); });

    verb = addRunVerb(noun, context, call, "resume", "go on from RUN or RUN@STEP");
    verb->add_option("--set", call->request.assignments, "key=value that differs from now on")
        ->take_all();
    onVerb(verb, context, [&c, call] { return resume(c, *call); });

    verb = addVerb(noun, context, "list", "all runs of the project");
    onVerb(verb, context, [&c] { return list(c); });
    verb = addRunVerb(noun, context, call, "show", "what became of a run");
    onVerb(verb, context, [&c, call] { return show(c, *call); });
    verb = addRunVerb(noun, context, call, "follow", "print its events until it ends");
    onVerb(verb, context, [&c, call] { return follow(c, *call); });

    verb = addRunVerb(noun, context, call, "stop", "finish the update, save, and end");
    verb->add_flag("--now", call->now, "end without saving");
    onVerb(verb, context, [&c, call] {
        return request(c, *call, [&](const fs::path& run) {
            return requestOfRun(run, call->now ? RunRequest::StopNow : RunRequest::Stop);
        });
    });
    verb = addRunVerb(noun, context, call, "checkpoint", "save at the next update");
    onVerb(verb, context, [&c, call] {
        return request(c, *call,
            [](const fs::path& run) { return requestOfRun(run, RunRequest::CheckpointNow); });
    });
    verb = addRunVerb(noun, context, call, "pin", "never remove a checkpoint");
    verb->add_option("step", call->step, "of the checkpoint")->required();
    onVerb(verb, context, [&c, call] {
        return request(
            c, *call, [&](const fs::path& run) { return pinCheckpoint(run, call->step); });
    });
    addRunProve(noun, context);
}

} // namespace koala
