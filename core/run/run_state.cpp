#include "core/run/run_state.h"

#include <algorithm>
#include <array>

namespace koala {
namespace {

template <typename Facts>
void forgetAbove(std::vector<Facts>& facts, std::int64_t step)
{
    std::erase_if(facts, [&](const Facts& fact) { return fact.step > step; });
}

} // namespace

std::string_view runPhaseName(RunPhase phase)
{
    constexpr std::array<std::string_view, 7> kNames{
        "waiting", "running", "done", "stopped", "failed", "preempted", "lost"};
    return kNames[std::size_t(phase)];
}

void RunState::add(std::span<const Event> events)
{
    for (const Event& event : events)
        add(event);
}

void RunState::restart(const RunStartedEvent& event, const std::string& time)
{
    ended.reset();
    endedAt.clear();
    host = event.host;
    configSha256 = event.configSha256;
    if (!started)
        startedAt = time;
    started = true;
    const std::int64_t kept = event.resumedFrom.value_or(0);
    if (event.resumedFrom)
        resumedFrom.push_back(kept);
    // A start without resumed_from begins at 0: what an earlier start told is of no account.
    forgetAbove(m_steps, kept);
    forgetAbove(evaluations, event.resumedFrom ? kept : -1);
    forgetAbove(notices, kept);
    forgetAbove(samples, kept);
    forgetAbove(checkpoints, kept);
    if (lastStep && lastStep->step > kept)
        lastStep.reset();
    if (firstStep && firstStep->step > kept)
        firstStep.reset();
    firstEvaluation.reset();
    lastEvaluation.reset();
    if (!evaluations.empty()) {
        firstEvaluation = evaluations.front();
        lastEvaluation = evaluations.back();
    }
    step = kept;
    recount();
}

void RunState::recount()
{
    totalTokens = totalTrainedTokens = 0;
    trainingSeconds = 0;
    for (const StepSums& sums : m_steps) {
        totalTokens += sums.tokens;
        totalTrainedTokens += sums.trainedTokens;
        trainingSeconds += sums.seconds;
    }
}

void RunState::add(const Event& event)
{
    lastEventAt = event.time;
    if (const auto heard = parseUtc(event.time); heard.ok())
        m_lastHeard = *heard;
    if (const auto* e = std::get_if<RunStartedEvent>(&event.body)) {
        restart(*e, event.time);
        return;
    }
    if (const auto* e = std::get_if<PhaseEvent>(&event.body)) {
        activity = e->name;
        return;
    }
    if (const auto* e = std::get_if<PlanEvent>(&event.body)) {
        plan = *e;
        return;
    }
    if (const auto* e = std::get_if<StepEvent>(&event.body)) {
        step = e->step;
        if (!firstStep)
            firstStep = *e;
        lastStep = *e;
        m_steps.push_back({e->step, e->tokens, e->trainedTokens, e->seconds});
        totalTokens += e->tokens;
        totalTrainedTokens += e->trainedTokens;
        trainingSeconds += e->seconds;
        return;
    }
    if (const auto* e = std::get_if<EvaluationEvent>(&event.body)) {
        if (!firstEvaluation)
            firstEvaluation = *e;
        lastEvaluation = *e;
        evaluations.push_back(*e);
        return;
    }
    if (const auto* e = std::get_if<SampleEvent>(&event.body)) {
        samples.push_back(*e);
        return;
    }
    if (const auto* e = std::get_if<CheckpointEvent>(&event.body)) {
        std::erase_if(checkpoints, [&](const auto& fact) { return fact.step == e->step; });
        checkpoints.push_back({e->step, e->path, e->bytes, e->reason, event.time});
        return;
    }
    if (const auto* e = std::get_if<CheckpointRemovedEvent>(&event.body)) {
        std::erase_if(checkpoints, [&](const auto& fact) { return fact.step == e->step; });
        return;
    }
    if (const auto* e = std::get_if<NoticeEvent>(&event.body)) {
        notices.push_back(*e);
        return;
    }
    if (const auto* e = std::get_if<RunEndedEvent>(&event.body)) {
        ended = *e;
        endedAt = event.time;
    }
}

RunPhase RunState::phase(WallTime now) const
{
    if (!started)
        return RunPhase::Waiting;
    if (ended) {
        if (ended->state == "done")
            return RunPhase::Done;
        if (ended->state == "stopped")
            return RunPhase::Stopped;
        return ended->state == "preempted" ? RunPhase::Preempted : RunPhase::Failed;
    }
    return m_lastHeard && now - *m_lastHeard > kLostAfter ? RunPhase::Lost : RunPhase::Running;
}

std::optional<double> RunState::secondsLeft() const
{
    if (!plan || ended || m_steps.empty())
        return std::nullopt;
    // The mean of the last steps: the first ones are slower.
    const std::size_t count = std::min<std::size_t>(m_steps.size(), 20);
    double seconds = 0;
    for (std::size_t i = m_steps.size() - count; i < m_steps.size(); ++i)
        seconds += m_steps[i].seconds;
    return seconds / double(count) * double(std::max<std::int64_t>(0, plan->totalSteps - step));
}

} // namespace koala
