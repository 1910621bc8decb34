// koala-torch train --config RUN/config.json [--resume last|STEP] [--set key=value…].
// SIGTERM, SIGINT and SIGUSR1 ask for a stop: the update is finished, the state saved. A second
// one, more than a second later, ends without saving. Exit codes: 0 done, 143 stopped by request, 1
// failed.
#include <atomic>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>

#include "app/koala_torch/commands.h"
#include "core/torch/train/training_run.h"

namespace koala {
namespace {

std::atomic<int> stopSignals{0};
std::atomic<std::int64_t> firstSignalAt{0};
static_assert(std::atomic<std::int64_t>::is_always_lock_free);

// Ctrl-C reaches us from the terminal and from koala: what comes within a second counts once.
void onSignal(int)
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    const std::int64_t milliseconds = std::int64_t(now.tv_sec) * 1000 + now.tv_nsec / 1000000;
    if (stopSignals == 0) {
        firstSignalAt = milliseconds;
        stopSignals = 1;
    } else if (milliseconds - firstSignalAt > 1000) {
        stopSignals = 2;
    }
}

void catchSignals()
{
    struct sigaction action{};
    action.sa_handler = onSignal;
    action.sa_flags = SA_RESTART;
    for (const int number : {SIGTERM, SIGINT, SIGUSR1})
        ::sigaction(number, &action, nullptr);
    ::signal(SIGPIPE, SIG_IGN); // whoever read our words may be gone; the run goes on
}

struct TrainCall {
    std::string config;
    std::string resume;
    std::vector<std::string> assignments;
};

int usage(const std::string& message)
{
    std::fprintf(stderr, "koala-torch: %s\n", message.c_str());
    return 2;
}

int train(const TrainCall& call)
{
    TrainingRunOptions options;
    options.runDirectory = fs::absolute(call.config).parent_path();
    options.program = std::string("koala-torch ") + KOALA_VERSION;
    options.assignments = call.assignments;
    options.resume = !call.resume.empty();
    if (options.resume && call.resume != "last") {
        std::int64_t step = 0;
        const char* end = call.resume.data() + call.resume.size();
        if (std::from_chars(call.resume.data(), end, step).ptr != end)
            return usage("--resume takes \"last\" or the step of a checkpoint");
        options.resumeStep = step;
    }
    catchSignals();
    options.hooks.stopWish = [](std::int64_t) {
        return stopSignals == 0   ? StopWish::None
               : stopSignals == 1 ? StopWish::Save
                                  : StopWish::Now;
    };
    options.hooks.say = [](const std::string& words) {
        std::fprintf(stderr, "%s\n", words.c_str());
    };
    const Result<RunEndedEvent> ended = runTraining(options);
    if (!ended.ok()) {
        std::fprintf(stderr, "koala-torch: %s\n", ended.error().message.c_str());
        return 1;
    }
    std::fprintf(stderr, "%s: %s\n", ended->state.c_str(), ended->message.c_str());
    if (ended->state == "done")
        return 0;
    return ended->state == "stopped" ? 143 : 1;
}

} // namespace

void addTrainCommand(CLI::App& app, std::function<int()>& action)
{
    auto call = std::make_shared<TrainCall>();
    CLI::App* verb = app.add_subcommand("train", "train the run whose config.json is named");
    verb->add_option("--config", call->config, "RUN/config.json")
        ->required()
        ->check(CLI::ExistingFile);
    verb->add_option("--resume", call->resume, "go on from the \"last\" checkpoint, or from STEP");
    verb->add_option("--set", call->assignments, "key=value that differs in a resumed run")
        ->take_all();
    verb->callback([&action, call] { action = [call] { return train(*call); }; });
}

} // namespace koala
