// core/run/run_state.h: what a run is doing, as the fold of its events. A run that says nothing for
// 15 s without having ended is "lost": its process was killed or its machine is gone; it can be
// resumed. After a run_started with resumed_from k, what earlier events said of steps above k is
// forgotten. Plain value, no files; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.h"
#include "core/run/events.h"

namespace koala {

enum class RunPhase { Waiting, Running, Done, Stopped, Failed, Preempted, Lost };
std::string_view runPhaseName(RunPhase phase); // waiting running done stopped failed preempted lost

inline constexpr std::chrono::seconds kLostAfter{15};

struct RunCheckpointFact {
    std::int64_t step = 0;
    std::string path;
    std::int64_t bytes = 0;
    std::string reason;
    std::string time;
};

class RunState {
public:
    void add(const Event& event);
    void add(std::span<const Event> events);

    // What it is doing at `now`; Lost is told by the clock, the rest by the events.
    RunPhase phase(WallTime now = std::chrono::system_clock::now()) const;
    // Step, total and rate make the rest; nothing where they are not known yet.
    std::optional<double> secondsLeft() const;

    bool started = false;
    std::string activity; // the last phase event: "training", "saving" …
    std::string startedAt;
    std::string lastEventAt;
    std::string endedAt;
    std::string host;
    std::string configSha256;
    std::int64_t step = 0; // last finished
    std::optional<PlanEvent> plan;
    std::optional<StepEvent> firstStep;
    std::optional<StepEvent> lastStep;
    std::optional<EvaluationEvent> firstEvaluation;
    std::optional<EvaluationEvent> lastEvaluation;
    std::vector<EvaluationEvent> evaluations;
    std::vector<RunCheckpointFact> checkpoints; // those still there, by step
    std::vector<NoticeEvent> notices;
    std::vector<SampleEvent> samples;
    std::vector<std::int64_t> resumedFrom; // seams, in order
    std::optional<RunEndedEvent> ended;
    std::int64_t totalTokens = 0;
    std::int64_t totalTrainedTokens = 0;
    double trainingSeconds = 0; // of the steps that count

private:
    void restart(const RunStartedEvent& event, const std::string& time);
    void recount();
    struct StepSums {
        std::int64_t step;
        std::int64_t tokens;
        std::int64_t trainedTokens;
        double seconds;
    };
    std::vector<StepSums> m_steps; // for forgetting at a seam
    std::optional<WallTime> m_lastHeard;
};

} // namespace koala
