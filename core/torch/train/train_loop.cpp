#include "core/torch/train/train_loop.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <fstream>
#include <new>

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/base/time.h"
#include "core/torch/train/batch.h"
#include "core/torch/train/sampler.h"

namespace koala {
namespace {

using Clock = std::chrono::steady_clock;

// Updates that may be left out because they are not finite (reliability T2).
constexpr std::int64_t kMostInARow = 3;
constexpr std::int64_t kMostRecent = 10;
constexpr std::int64_t kRecentUpdates = 1000;

std::int64_t residentBytes()
{
    std::ifstream file("/proc/self/statm");
    std::int64_t total = 0;
    std::int64_t resident = 0;
    file >> total >> resident;
    return resident * ::sysconf(_SC_PAGESIZE);
}

std::string causeOf(const Error& error)
{
    const auto says = [&](int number) {
        return error.message.find(errnoText(number)) != std::string::npos;
    };
    if (says(ENOSPC) || says(EDQUOT))
        return "disk_full";
    if (error.message.find("not enough memory") != std::string::npos)
        return "out_of_memory";
    return error.code == ErrorCode::InvalidInput ? "bad_data" : "internal";
}

ModelOptions optionsOf(const TrainConfig& train)
{
    ModelOptions options;
    options.method = train.method == "lora" ? TrainMethod::Lora : TrainMethod::Full;
    options.precision = train.precision == "bf16" ? Precision::Bf16 : Precision::Fp32;
    options.lora = {train.loraRank, train.loraAlpha, train.loraDropout, train.loraTargets};
    options.noise = {train.residualDropout, train.embeddingDropout, train.attentionDropout,
        train.fcmMinRatio, train.fcmMaxRatio};
    options.seed = std::uint64_t(train.seed);
    return options;
}

} // namespace

TrainLoop::TrainLoop(
    TrainingParts& parts, EventLogWriter& log, std::atomic<std::int64_t>& step, TrainHooks hooks)
    : m_parts(parts), m_log(log), m_step(step), m_hooks(std::move(hooks)),
      m_train(parts.config.train)
{
}

Status TrainLoop::phase(const std::string& name)
{
    return m_log.append(PhaseEvent{name});
}

Status TrainLoop::prepare(const std::optional<fs::path>& checkpoint)
{
    KOALA_RETURN_IF_ERROR(phase("loading model"));
    KOALA_TRY(m_model, LlamaModel::load(*m_parts.base, optionsOf(m_train)));
    const auto count = std::size_t(m_model->flatValues().numel());
    std::vector<std::size_t> sizes;
    for (const NamedParameter& parameter : m_model->parameters())
        sizes.push_back(std::size_t(parameter.value.numel()));
    m_optimiser = makeOptimiser(m_train, std::move(sizes));
    m_sequencesPerStep = m_train.sequences * m_train.batchesPerUpdate();
    if (m_parts.training->sequences(0) == 0)
        return invalidInput(
            fmt::format("the mixture \"{}\" has no row with a trained token that fits "
                        "{} tokens; add data or raise max_tokens",
                m_train.mixture, m_train.maxTokens));
    m_totalSteps = m_train.steps;
    if (m_totalSteps == 0) {
        const auto sequences = sequencesOf(*m_parts.training, m_train.epochs);
        m_totalSteps = std::max<std::int64_t>(
            1, (std::int64_t(sequences) + m_sequencesPerStep - 1) / m_sequencesPerStep);
    }
    m_rates = StepRates(m_train, m_totalSteps);
    if (checkpoint) {
        KOALA_TRY(const ResumeState state,
            loadCheckpoint(*checkpoint, m_parts.config, *m_model, *m_optimiser));
        m_step = state.step;
        m_savedStep = state.step;
        m_leftOut = state.leftOut;
        if (state.cursor != std::uint64_t(state.step * m_sequencesPerStep))
            return invalidInput(
                fmt::format("{}: sequences, accumulate and max_tokens must not change "
                            "on resume; the data would not go on where it stopped",
                    checkpoint->string()));
    }
    return m_log.append(
        PlanEvent{m_totalSteps, std::int64_t(m_parts.training->trainedTokensPerEpoch()),
            m_model->config().parameterCount(), std::int64_t(count)});
}

Result<std::vector<PackedSequence>> TrainLoop::sequencesOfStep(std::int64_t step) const
{
    std::vector<PackedSequence> sequences;
    const auto first = std::uint64_t((step - 1) * m_sequencesPerStep);
    for (std::int64_t i = 0; i < m_sequencesPerStep; ++i) {
        KOALA_TRY(PackedSequence sequence, m_parts.training->sequenceAt(first + std::uint64_t(i)));
        sequences.push_back(std::move(sequence));
    }
    return sequences;
}

Result<StepEvent> TrainLoop::computeGradient(std::int64_t step)
{
    KOALA_TRY(const std::vector<PackedSequence> sequences, sequencesOfStep(step));
    const std::int64_t targets = trainedTargets(sequences);
    if (targets == 0)
        return invalidInput(fmt::format("update {}: its sequences have no trained token", step));
    m_model->zeroGradients();
    LossSums sums;
    double loss = 0;
    const std::span<const PackedSequence> all(sequences);
    const std::vector<double> weights =
        lossWeights(lossKindFrom(m_train.loss), all, std::size_t(m_train.sequences));
    for (std::size_t begin = 0, batch = 0; begin < all.size();
        begin += std::size_t(m_train.sequences), ++batch) {
        const auto part = all.subspan(begin, std::size_t(m_train.sequences));
        const TrainBatch micro = makeBatch(part, std::span(weights).subspan(begin, part.size()));
        KOALA_TRY(const LossResult result,
            m_model->forwardBackward(micro.model, micro.lossScale, {std::uint64_t(step), batch}));
        loss += weightedLoss(micro, result);
        sums.add(micro, result);
    }
    StepEvent event;
    event.step = step;
    event.loss = loss;
    event.accuracy = double(sums.correct) / double(targets);
    event.tokens = sums.tokens;
    event.trainedTokens = targets;
    event.batchSha256 = batchSha256(sequences);
    const std::vector<std::string> names = m_parts.training->sources();
    for (const auto& [source, sum] : sums.bySource)
        event.lossBySource[names[source]] = sum.first / double(sum.second);
    return event;
}

// One bad batch must not end a run: weights, moments and their count stay bit for bit as they are,
// the schedule and the data go on (reliability T1). Many of them do end it (T2).
Result<bool> TrainLoop::leaveOut(std::int64_t step)
{
    std::int64_t inARow = 0;
    while (inARow < std::int64_t(m_leftOut.size()) &&
           m_leftOut[m_leftOut.size() - 1 - std::size_t(inARow)] == step - 1 - inARow)
        ++inARow;
    const auto recent = std::count_if(m_leftOut.begin(), m_leftOut.end(),
        [&](std::int64_t left) { return left > step - kRecentUpdates; });
    if (inARow >= kMostInARow || recent >= kMostRecent) {
        m_failedStep = step;
        return false;
    }
    m_leftOut.push_back(step);
    m_step = step;
    const std::string words =
        fmt::format("update {} was left out: its loss or gradient is not finite", step);
    KOALA_RETURN_IF_ERROR(m_log.append(NoticeEvent{"warning", "step_left_out", words, step}));
    m_hooks.say(words);
    return true;
}

Result<bool> TrainLoop::takeStep()
{
    const auto start = Clock::now();
    const std::int64_t step = m_step + 1;
    KOALA_TRY(StepEvent event, computeGradient(step));
    const at::Tensor& flat = m_model->flatGradients();
    const std::span<const float> gradient(flat.const_data_ptr<float>(), std::size_t(flat.numel()));
    event.gradNorm = Optimiser::norm(gradient);
    if (!std::isfinite(event.loss) || !std::isfinite(event.gradNorm))
        return leaveOut(step);
    event.learningRate = m_rates.at(step);
    const at::Tensor& values = m_model->flatValues();
    m_optimiser->update({values.mutable_data_ptr<float>(), std::size_t(values.numel())}, gradient,
        event.gradNorm, event.learningRate);
    m_model->refreshWorkingCopies();
    m_step = step;
    event.epoch = epochsAt(*m_parts.training, std::uint64_t(step * m_sequencesPerStep));
    event.seconds = secondsSince(start);
    event.tokensPerSecond = double(event.tokens) / event.seconds;
    event.memoryBytes = residentBytes();
    KOALA_RETURN_IF_ERROR(m_log.append(event));
    m_hooks.say(fmt::format("step {}/{}  loss {:.4f}  {:.0f} tokens/s", step, m_totalSteps,
        event.loss, event.tokensPerSecond));
    return true;
}

Status TrainLoop::evaluate()
{
    if (m_parts.holdOut == nullptr || m_parts.holdOut->sequences(0) == 0)
        return {};
    KOALA_RETURN_IF_ERROR(phase("evaluating"));
    auto count = std::int64_t(m_parts.holdOut->sequences(0));
    if (m_train.evaluateSequences > 0)
        count = std::min(count, m_train.evaluateSequences);
    LossSums sums;
    for (std::int64_t begin = 0; begin < count; begin += m_train.sequences) {
        std::vector<PackedSequence> sequences;
        for (std::int64_t i = begin; i < std::min(count, begin + m_train.sequences); ++i) {
            KOALA_TRY(PackedSequence sequence, m_parts.holdOut->sequenceAt(std::uint64_t(i)));
            sequences.push_back(std::move(sequence));
        }
        const TrainBatch batch = makeBatch(sequences);
        KOALA_TRY(const LossResult result, m_model->evaluate(batch.model));
        sums.add(batch, result);
    }
    if (sums.targets == 0)
        return phase("training");
    const double loss = sums.loss / double(sums.targets);
    KOALA_RETURN_IF_ERROR(m_log.append(EvaluationEvent{
        m_step, "hold-out", loss, double(sums.correct) / double(sums.targets), sums.targets}));
    m_hooks.say(fmt::format("held-out loss {:.4f} at step {}", loss, m_step.load()));
    return phase("training");
}

Status TrainLoop::sample()
{
    if (m_train.samplePrompts.empty() || m_parts.tokenizer == nullptr)
        return {};
    KOALA_RETURN_IF_ERROR(phase("sampling"));
    for (std::size_t i = 0; i < m_train.samplePrompts.size(); ++i) {
        KOALA_TRY(const SampledAnswer answer,
            sampleGreedy(*m_model, *m_parts.tokenizer, m_parts.config.chatTemplate, m_parts.markers,
                m_train.samplePrompts[i], m_train.sampleTokens));
        KOALA_RETURN_IF_ERROR(m_log.append(
            SampleEvent{m_step, fmt::format("sample-{}", i + 1), answer.text, answer.tokens}));
    }
    return phase("training");
}

Status TrainLoop::save(const std::string& reason)
{
    if (m_savedStep == m_step)
        return {};
    KOALA_RETURN_IF_ERROR(phase("saving"));
    KOALA_RETURN_IF_ERROR(m_log.sync());
    const auto start = Clock::now();
    const CheckpointContents contents{m_parts.config, *m_model, *m_optimiser,
        m_parts.tokenizer.get(), m_step, std::uint64_t(m_step * m_sequencesPerStep), m_totalSteps,
        at::get_num_threads(), m_parts.markers, m_leftOut};
    KOALA_TRY(const std::int64_t bytes, saveCheckpoint(m_parts.runDirectory, contents));
    m_savedStep = m_step;
    const auto relative = [](std::int64_t step) { return "checkpoints/" + checkpointName(step); };
    KOALA_RETURN_IF_ERROR(m_log.append(
        CheckpointEvent{m_step, relative(m_step), bytes, secondsSince(start), reason}));
    KOALA_TRY(const std::vector<CheckpointInfo> removed,
        pruneCheckpoints(m_parts.runDirectory, m_train.keep));
    for (const CheckpointInfo& old : removed)
        KOALA_RETURN_IF_ERROR(m_log.append(
            CheckpointRemovedEvent{old.step, relative(old.step), old.bytes, 0, "keep"}));
    return phase("training");
}

std::optional<RunEndedEvent> TrainLoop::obeyRequests()
{
    const PendingRequests pending = pendingRequests(m_parts.runDirectory);
    for (const std::int64_t step : pending.pins) {
        if (!pinCheckpoint(m_parts.runDirectory, step).ok())
            m_hooks.say(fmt::format("there is no checkpoint of step {} to pin", step));
        removePinRequest(m_parts.runDirectory, step);
    }
    const StopWish wish = m_hooks.stopWish(m_step);
    if (pending.stopNow || wish == StopWish::Now) {
        removeRequest(m_parts.runDirectory, RunRequest::StopNow);
        return ended("stopped", "stopped at once; updates since the last checkpoint are lost",
            wish == StopWish::Now ? "signal" : "");
    }
    if (pending.stop || wish == StopWish::Save) {
        if (const Status said = phase("stopping"); !said.ok())
            return failed(said.error());
        if (const Status saved = save("stopping"); !saved.ok())
            return failed(saved.error());
        removeRequest(m_parts.runDirectory, RunRequest::Stop);
        return ended("stopped", "stopped by request; the state is saved and can be resumed",
            wish == StopWish::Save ? "signal" : "");
    }
    if (pending.checkpointNow) {
        if (const Status saved = save("requested"); !saved.ok())
            return failed(saved.error());
        removeRequest(m_parts.runDirectory, RunRequest::CheckpointNow);
    }
    if (pending.sampleNow) {
        if (const Status sampled = sample(); !sampled.ok())
            return failed(sampled.error());
        removeRequest(m_parts.runDirectory, RunRequest::SampleNow);
    }
    return std::nullopt;
}

RunEndedEvent TrainLoop::ended(
    const std::string& state, const std::string& message, const std::string& cause)
{
    return {state, m_step, message, cause};
}

RunEndedEvent TrainLoop::failed(const Error& error)
{
    return ended("failed", error.message, causeOf(error));
}

RunEndedEvent TrainLoop::notFinite()
{
    const std::string words =
        fmt::format("update {} is not finite, and {} others before it were not; none of them was "
                    "made. The state before them is saved: resume from it with a smaller "
                    "learning_rate or with clip set",
            m_failedStep, m_leftOut.size());
    const Status told = m_log.append(NoticeEvent{"error", "not_finite", words, m_step});
    if (const Status saved = told.ok() ? save("not_finite") : told; !saved.ok())
        return failed(saved.error());
    return ended("failed", words, "not_finite");
}

RunEndedEvent TrainLoop::runToEnd()
{
    if (m_step == 0) {
        for (const Status& first : {evaluate(), sample()})
            if (!first.ok())
                return failed(first.error());
    }
    if (const Status said = phase("training"); !said.ok())
        return failed(said.error());
    while (m_step < m_totalSteps) {
        if (const auto end = obeyRequests())
            return *end;
        const Result<bool> stepped = takeStep();
        if (!stepped.ok())
            return failed(stepped.error());
        if (!*stepped)
            return notFinite();
        const bool last = m_step == m_totalSteps;
        const auto due = [&](std::int64_t every) { return every > 0 && m_step % every == 0; };
        if (last || due(m_train.evaluateEvery))
            for (const Status& measured : {evaluate(), sample()})
                if (!measured.ok())
                    return failed(measured.error());
        if (last || due(m_train.saveEvery))
            if (const Status saved = save(last ? "end" : "scheduled"); !saved.ok())
                return failed(saved.error());
    }
    if (const auto end = m_savedStep == m_step ? std::nullopt : obeyRequests())
        return *end;
    return ended("done", fmt::format("all {} updates are made", m_totalSteps), "");
}

RunEndedEvent TrainLoop::run(const std::optional<fs::path>& checkpoint)
{
    try {
        if (const Status prepared = prepare(checkpoint); !prepared.ok())
            return ended("failed", prepared.error().message, "bad_config");
        return runToEnd();
    } catch (const std::bad_alloc&) {
        return ended("failed", "the memory is used up; make max_tokens or sequences smaller",
            "out_of_memory");
    } catch (const std::exception& error) { // libtorch's failures arrive as exceptions
        return failed(internalError(error.what()));
    }
}

} // namespace koala
