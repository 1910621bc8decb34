// core/torch/train/train_loop.h: the training loop of one run: update after update, measures,
// samples, checkpoints, and every event of the contract. Everything that decides a number is a pure
// function of the configuration and of the update's number, so a resumed run gives the losses of
// one that never stopped. One thread owns it; the heartbeat thread only reads step().
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/run/control.h"
#include "core/run/event_log.h"
#include "core/torch/model/llama.h"
#include "core/torch/train/batch_source.h"
#include "core/torch/train/checkpoint_io.h"
#include "core/torch/train/optimiser.h"
#include "core/torch/train/schedule.h"

namespace koala {

// What a run works on, opened.
struct TrainingParts {
    fs::path runDirectory;
    RunConfig config;
    std::shared_ptr<const Checkpoint> base;
    std::shared_ptr<const Tokenizer> tokenizer; // may be null: no samples, no special ids
    std::unique_ptr<BatchSource> training;
    std::unique_ptr<BatchSource> holdOut; // null: nothing is held out
    bool markers = false;
};

enum class StopWish { None, Save, Now };

struct TrainHooks {
    // Asked between updates, with the number of finished ones: signals, and tests.
    std::function<StopWish(std::int64_t step)> stopWish = [](std::int64_t) {
        return StopWish::None;
    };
    std::function<void(const std::string& words)> say = [](const std::string&) {}; // progress
};

class TrainLoop {
public:
    TrainLoop(TrainingParts& parts, EventLogWriter& log, std::atomic<std::int64_t>& step,
        TrainHooks hooks);

    // Builds the model, takes the checkpoint's state if there is one, and runs to the end, a stop
    // or a failure; the event is what to write as the run's last.
    RunEndedEvent run(const std::optional<fs::path>& checkpoint);

    const LlamaModel& model() const { return *m_model; }

private:
    Status prepare(const std::optional<fs::path>& checkpoint);
    Status phase(const std::string& name);
    std::optional<RunEndedEvent> obeyRequests();
    Result<std::vector<PackedSequence>> sequencesOfStep(std::int64_t step) const;
    Result<StepEvent> computeGradient(std::int64_t step);
    Result<bool> takeStep(); // false: too many updates were not finite
    Result<bool> leaveOut(std::int64_t step);
    Status evaluate();
    Status sample();
    Status save(const std::string& reason);
    RunEndedEvent ended(
        const std::string& state, const std::string& message, const std::string& cause);
    RunEndedEvent failed(const Error& error);
    RunEndedEvent notFinite();
    RunEndedEvent runToEnd();

    TrainingParts& m_parts;
    EventLogWriter& m_log;
    std::atomic<std::int64_t>& m_step;
    TrainHooks m_hooks;
    const TrainConfig& m_train;
    std::unique_ptr<LlamaModel> m_model;
    std::unique_ptr<Optimiser> m_optimiser;
    StepRates m_rates;
    std::int64_t m_totalSteps = 0;
    std::int64_t m_sequencesPerStep = 1;
    std::int64_t m_savedStep = -1;
    std::int64_t m_failedStep = 0;
    std::vector<std::int64_t> m_leftOut; // updates that were not finite and not made, ascending
};

} // namespace koala
