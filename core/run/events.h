// core/run/events.h: what a run tells, one typed event a line of events.jsonl (contracts, section
// 5). Readers ignore fields and types they do not know. Plain values; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/json.h"

namespace koala {

struct RunStartedEvent {
    std::int64_t contract = 1;
    std::string program;
    std::string host;
    std::vector<std::string> devices;
    std::int64_t worldSize = 1;
    std::string configSha256;
    std::optional<std::int64_t> resumedFrom; // step
};

struct PhaseEvent {
    std::string
        name; // loading data, loading model, training, saving, evaluating, sampling, stopping
};

struct PlanEvent {
    std::int64_t totalSteps = 0;
    std::int64_t trainedTokensPerEpoch = 0;
    std::int64_t parameters = 0;
    std::int64_t trainedParameters = 0;
};

struct StepEvent {
    std::int64_t step = 0; // finished updates, from 1
    double epoch = 0;
    double loss = 0;
    double accuracy = 0;
    std::int64_t tokens = 0;        // of this step
    std::int64_t trainedTokens = 0; // of this step
    double learningRate = 0;
    double gradNorm = 0; // before clipping
    double seconds = 0;
    double tokensPerSecond = 0;
    std::int64_t memoryBytes = 0;
    std::map<std::string, double> lossBySource;
    std::string batchSha256;
};

struct EvaluationEvent {
    std::int64_t step = 0;
    std::string set;
    double loss = 0;
    double accuracy = 0;
    std::int64_t tokens = 0;
};

struct SampleEvent {
    std::int64_t step = 0;
    std::string promptId;
    std::string text;
    std::vector<std::int32_t> tokenIds;
};

struct CheckpointEvent {
    std::int64_t step = 0;
    std::string path; // relative to the run
    std::int64_t bytes = 0;
    double seconds = 0;
    std::string reason; // scheduled, requested, stopping, end, not_finite
};

struct CheckpointRemovedEvent {
    std::int64_t step = 0;
    std::string path;
    std::int64_t bytes = 0;
    double seconds = 0;
    std::string reason;
};

struct HeartbeatEvent {
    std::int64_t step = 0;
};

struct NoticeEvent {
    std::string level; // info, warning, error
    std::string rule;
    std::string message;
    std::int64_t step = 0;
};

struct RunEndedEvent {
    std::string state; // done, stopped, failed, preempted
    std::int64_t step = 0;
    std::string message;
    std::string cause; // "" or disk_full, out_of_memory, not_finite, bad_data, bad_config,
                       // rank_lost, signal, time_limit, internal
};

// A type that this program does not know, written by a newer one.
struct UnknownEvent {
    std::string type;
};

using EventBody = std::variant<RunStartedEvent, PhaseEvent, PlanEvent, StepEvent, EvaluationEvent,
    SampleEvent, CheckpointEvent, CheckpointRemovedEvent, HeartbeatEvent, NoticeEvent,
    RunEndedEvent, UnknownEvent>;

struct Event {
    std::int64_t seq = 0;
    std::string time; // RFC 3339, UTC
    EventBody body;
};

std::string_view eventType(const EventBody& body); // as the file spells it
// The step an event carries; nothing for run_started, phase and plan.
std::optional<std::int64_t> eventStep(const EventBody& body);

OrderedJson toJson(const Event& event);
Result<Event> eventFromJson(const Json& json, std::string_view what);

} // namespace koala
