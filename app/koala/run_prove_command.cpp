// koala run prove: shows with the user's own configuration that a resumed run is the same run. N +
// N updates are trained, then the second N once more from the checkpoint between them by a new
// process; weights, moments, losses and batches of both must be equal to the bit (reliability B9).
#include <cstdio>
#include <map>

#include <csignal>

#include "app/koala/run_verbs.h"
#include "app/koala/signal_watcher.h"
#include "app/koala/train_setup.h"
#include "core/launch/launch.h"
#include "core/run/checkpoints.h"
#include "core/run/event_log.h"

namespace koala {
namespace {

struct ProveCall {
    TrainRequest request;
    std::int64_t steps = 20;
};

// What is compared of one pass over the second half.
struct Pass {
    std::map<std::string, std::string> hashes; // of the checkpoint's weights and moments
    std::map<std::int64_t, std::pair<double, std::string>> steps; // loss and batch of each update
};

Result<int> train(const fs::path& run, std::optional<std::int64_t> from)
{
    TrainerCommand command;
    KOALA_TRY(command.trainer, findTrainer());
    command.runDirectory = run;
    command.resume = from.has_value();
    command.resumeStep = from;
    KOALA_TRY(
        ChildProcess child, ChildProcess::start(trainerProcess(command, LaunchMode::Foreground)));
    const SignalWatcher watcher({SIGINT, SIGTERM}, [&](int number) { child.signal(number); });
    return child.wait();
}

// The steps since the last run_started, and the files of the last checkpoint.
Result<Pass> readPass(const fs::path& run, std::int64_t half)
{
    Pass pass;
    EventLogReader log(run);
    KOALA_TRY(const std::vector<Event> events, log.poll());
    for (const Event& event : events) {
        if (std::holds_alternative<RunStartedEvent>(event.body))
            pass.steps.clear();
        if (const auto* step = std::get_if<StepEvent>(&event.body); step && step->step > half)
            pass.steps[step->step] = {step->loss, step->batchSha256};
    }
    const fs::path last = checkpointDirectory(run, 2 * half);
    KOALA_RETURN_IF_ERROR(verifyCheckpoint(last));
    for (const CheckpointFile& file : inspectCheckpoint(last).files)
        if (file.name.ends_with(".safetensors"))
            pass.hashes[file.name] = file.sha256;
    return pass;
}

Result<OrderedJson> prove(const CommandContext& context, const ProveCall& call)
{
    TrainRequest request = call.request;
    const std::int64_t half = call.steps;
    for (const std::string& value : {fmt::format("steps={}", 2 * half),
             fmt::format("save_every={}", half), std::string("evaluate_every=0")})
        request.assignments.push_back(value);
    if (request.name.empty())
        request.name = "proof";
    KOALA_TRY(const fs::path run, prepareRun(context, request));
    const auto trained = [&](std::optional<std::int64_t> from) -> Status {
        KOALA_TRY(const int status, train(run, from));
        if (status == 0)
            return {};
        const std::string words =
            fmt::format("the run {} ended early; see its log: koala run show {}",
                run.filename().string(), run.filename().string());
        return status == kEnded || status == kCancelled ? cancelled(words) : internalError(words);
    };
    KOALA_RETURN_IF_ERROR(trained(std::nullopt));
    KOALA_TRY(const Pass whole, readPass(run, half));
    KOALA_RETURN_IF_ERROR(trained(half));
    KOALA_TRY(const Pass resumed, readPass(run, half));
    std::int64_t equalSteps = 0;
    for (const auto& [step, facts] : whole.steps)
        if (const auto found = resumed.steps.find(step); found != resumed.steps.end())
            equalSteps += found->second == facts ? 1 : 0;
    const bool equal = whole.hashes == resumed.hashes && !whole.hashes.empty() &&
                       whole.steps == resumed.steps && std::int64_t(whole.steps.size()) > 0;
    return OrderedJson{{"equal", equal}, {"run", run.filename().string()}, {"steps", 2 * half},
        {"resumed_at", half}, {"equal_steps", equalSteps}, {"compared_steps", whole.steps.size()},
        {"sha256", whole.hashes}, {"sha256_resumed", resumed.hashes}};
}

int run(const CommandContext& context, const ProveCall& call)
{
    const auto facts = prove(context, call);
    if (!facts.ok())
        return fail(facts.error());
    const bool equal = (*facts)["equal"].get<bool>();
    if (context.json) {
        std::puts(toLine(*facts).c_str());
        return equal ? kDone : kFailed;
    }
    for (const auto& [name, hash] : (*facts)["sha256"].items())
        std::printf("%-28s whole   %s\n%-28s resumed %s\n", name.c_str(),
            hash.get<std::string>().c_str(), "",
            (*facts)["sha256_resumed"].value(name, "missing").c_str());
    std::printf("losses and batches of %lld of %lld updates after the seam are equal\n%s\n",
        static_cast<long long>((*facts)["equal_steps"].get<std::int64_t>()),
        static_cast<long long>((*facts)["compared_steps"].get<std::int64_t>()),
        equal ? "the resumed run is the same run, bit for bit"
              : "the resumed run is NOT the same; its numbers differ from the first pass");
    return equal ? kDone : kFailed;
}

} // namespace

void addRunProve(CLI::App& noun, CommandContext& context)
{
    CLI::App* verb = addVerb(noun, context, "prove",
        "train N + N updates, the second half twice, and compare them bit by bit");
    auto call = std::make_shared<ProveCall>();
    addTrainOptions(*verb, call->request);
    verb->add_option("--steps", call->steps, "N, updates of each half")
        ->check(CLI::Range(std::int64_t(1), std::int64_t(1'000'000)));
    verb->callback(
        [&context, call] { context.action = [&context, call] { return run(context, *call); }; });
}

} // namespace koala
