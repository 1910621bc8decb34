// koala train RECIPE … | --resume RUN: trains in the foreground, in a child process (koala-torch).
#include <csignal>
#include <memory>

#include "app/koala/commands.h"
#include "app/koala/signal_watcher.h"
#include "app/koala/train_setup.h"
#include "core/launch/launch.h"
#include "core/run/run_list.h"

namespace koala {
namespace {

struct TrainCall {
    TrainRequest request;
    std::string resume;
};

Result<TrainerCommand> commandOf(const CommandContext& context, const TrainCall& call)
{
    TrainerCommand command;
    KOALA_TRY(command.trainer, findTrainer());
    if (call.resume.empty()) {
        KOALA_TRY(command.runDirectory, prepareRun(context, call.request));
        return command;
    }
    if (!call.request.recipe.empty())
        return invalidInput("a resumed run has its recipe already; leave it out");
    KOALA_TRY(const ResumeTarget target, findResumeTarget(context, call.resume));
    command.runDirectory = target.runDirectory;
    command.resume = true;
    command.resumeStep = target.step;
    command.assignments = call.request.assignments;
    return command;
}

int train(const CommandContext& context, const TrainCall& call)
{
    const Result<TrainerCommand> command = commandOf(context, call);
    if (!command.ok())
        return fail(command.error());
    auto child = ChildProcess::start(trainerProcess(*command, LaunchMode::Foreground));
    if (!child.ok())
        return fail(child.error());
    // Ours are handed on; the trainer saves and ends, and we end with it.
    const SignalWatcher watcher({SIGINT, SIGTERM}, [&](int number) { child->signal(number); });
    const Result<int> status = child->wait();
    if (!status.ok())
        return fail(status.error());
    if (context.json)
        if (const auto summary = readRunSummary(command->runDirectory); summary.ok())
            std::puts(toLine(toJson(*summary)).c_str());
    return *status;
}

} // namespace

void addTrainCommand(CLI::App& koala, CommandContext& context)
{
    auto call = std::make_shared<TrainCall>();
    CLI::App* verb =
        addVerb(koala, context, "train", "fine-tune a model on a mixture, here and now");
    addTrainOptions(*verb, call->request);
    verb->add_option("--resume", call->resume, "RUN or RUN@STEP: go on where it stopped");
    verb->callback(
        [&context, call] { context.action = [&context, call] { return train(context, *call); }; });
}

} // namespace koala
