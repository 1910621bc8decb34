#include "core/run/events.h"

#include <array>

#include "core/base/time.h"

namespace koala {
namespace {

constexpr std::array<std::string_view, 11> kTypes{"run_started", "phase", "plan", "step",
    "evaluation", "sample", "checkpoint", "checkpoint_removed", "heartbeat", "notice", "run_ended"};

// NaN and infinity are no JSON: they are written as null, which reads back as NaN.
OrderedJson finite(double value)
{
    return std::isfinite(value) ? OrderedJson(value) : OrderedJson();
}

double numberOrNan(const Json& json, std::string_view key)
{
    const Json& member = memberOr(json, key);
    return member.is_number() ? member.get<double>() : std::nan("");
}

struct BodyWriter {
    OrderedJson& json;
    void operator()(const RunStartedEvent& e) const
    {
        json["contract"] = e.contract;
        json["program"] = e.program;
        json["host"] = e.host;
        json["devices"] = e.devices;
        json["world_size"] = e.worldSize;
        json["config_sha256"] = e.configSha256;
        json["resumed_from"] = e.resumedFrom ? OrderedJson(*e.resumedFrom) : OrderedJson();
    }
    void operator()(const PhaseEvent& e) const { json["name"] = e.name; }
    void operator()(const PlanEvent& e) const
    {
        json["total_steps"] = e.totalSteps;
        json["trained_tokens_per_epoch"] = e.trainedTokensPerEpoch;
        json["parameters"] = e.parameters;
        json["trained_parameters"] = e.trainedParameters;
    }
    void operator()(const StepEvent& e) const
    {
        json["step"] = e.step;
        json["epoch"] = e.epoch;
        json["loss"] = finite(e.loss);
        json["accuracy"] = finite(e.accuracy);
        json["tokens"] = e.tokens;
        json["trained_tokens"] = e.trainedTokens;
        json["learning_rate"] = e.learningRate;
        json["grad_norm"] = finite(e.gradNorm);
        json["seconds"] = e.seconds;
        json["tokens_per_second"] = e.tokensPerSecond;
        json["memory_bytes"] = e.memoryBytes;
        json["loss_by_source"] = OrderedJson::object();
        for (const auto& [source, loss] : e.lossBySource)
            json["loss_by_source"][source] = finite(loss);
        json["batch_sha256"] = e.batchSha256;
    }
    void operator()(const EvaluationEvent& e) const
    {
        json["step"] = e.step;
        json["set"] = e.set;
        json["loss"] = finite(e.loss);
        json["accuracy"] = finite(e.accuracy);
        json["tokens"] = e.tokens;
    }
    void operator()(const SampleEvent& e) const
    {
        json["step"] = e.step;
        json["prompt_id"] = e.promptId;
        json["text"] = e.text;
        json["token_ids"] = e.tokenIds;
    }
    template <typename Checkpoint>
    void checkpoint(const Checkpoint& e) const
    {
        json["step"] = e.step;
        json["path"] = e.path;
        json["bytes"] = e.bytes;
        json["seconds"] = e.seconds;
        json["reason"] = e.reason;
    }
    void operator()(const CheckpointEvent& e) const { checkpoint(e); }
    void operator()(const CheckpointRemovedEvent& e) const { checkpoint(e); }
    void operator()(const HeartbeatEvent& e) const { json["step"] = e.step; }
    void operator()(const NoticeEvent& e) const
    {
        json["level"] = e.level;
        json["rule"] = e.rule;
        json["message"] = e.message;
        json["step"] = e.step;
    }
    void operator()(const RunEndedEvent& e) const
    {
        json["state"] = e.state;
        json["step"] = e.step;
        json["message"] = e.message;
        json["cause"] = e.cause;
    }
    void operator()(const UnknownEvent&) const {}
};

template <typename Checkpoint>
Checkpoint readCheckpoint(const Json& json, std::int64_t step)
{
    return {step, stringOr(json, "path", ""), integerOr(json, "bytes", 0),
        numberOr(json, "seconds", 0), stringOr(json, "reason", "")};
}

RunStartedEvent readStarted(const Json& json)
{
    RunStartedEvent e;
    e.contract = integerOr(json, "contract", 1);
    e.program = stringOr(json, "program", "");
    e.host = stringOr(json, "host", "");
    for (const Json& device : memberOr(json, "devices"))
        if (device.is_string())
            e.devices.push_back(device.get<std::string>());
    e.worldSize = integerOr(json, "world_size", 1);
    e.configSha256 = stringOr(json, "config_sha256", "");
    if (memberOr(json, "resumed_from").is_number_integer())
        e.resumedFrom = json["resumed_from"].get<std::int64_t>();
    return e;
}

StepEvent readStep(const Json& json, std::int64_t step)
{
    StepEvent e;
    e.step = step;
    e.epoch = numberOr(json, "epoch", 0);
    e.loss = numberOrNan(json, "loss");
    e.accuracy = numberOrNan(json, "accuracy");
    e.tokens = integerOr(json, "tokens", 0);
    e.trainedTokens = integerOr(json, "trained_tokens", 0);
    e.learningRate = numberOr(json, "learning_rate", 0);
    e.gradNorm = numberOrNan(json, "grad_norm");
    e.seconds = numberOr(json, "seconds", 0);
    e.tokensPerSecond = numberOr(json, "tokens_per_second", 0);
    e.memoryBytes = integerOr(json, "memory_bytes", 0);
    if (const Json& sources = memberOr(json, "loss_by_source"); sources.is_object())
        for (const auto& [source, loss] : sources.items())
            e.lossBySource[source] = loss.is_number() ? loss.get<double>() : std::nan("");
    e.batchSha256 = stringOr(json, "batch_sha256", "");
    return e;
}

SampleEvent readSample(const Json& json, std::int64_t step)
{
    SampleEvent e{step, stringOr(json, "prompt_id", ""), stringOr(json, "text", ""), {}};
    for (const Json& id : memberOr(json, "token_ids"))
        if (id.is_number_integer())
            e.tokenIds.push_back(id.get<std::int32_t>());
    return e;
}

EventBody readBody(std::string_view type, const Json& json)
{
    const std::int64_t step = integerOr(json, "step", 0);
    if (type == "run_started")
        return readStarted(json);
    if (type == "phase")
        return PhaseEvent{stringOr(json, "name", "")};
    if (type == "plan")
        return PlanEvent{integerOr(json, "total_steps", 0),
            integerOr(json, "trained_tokens_per_epoch", 0), integerOr(json, "parameters", 0),
            integerOr(json, "trained_parameters", 0)};
    if (type == "step")
        return readStep(json, step);
    if (type == "evaluation")
        return EvaluationEvent{step, stringOr(json, "set", ""), numberOrNan(json, "loss"),
            numberOrNan(json, "accuracy"), integerOr(json, "tokens", 0)};
    if (type == "sample")
        return readSample(json, step);
    if (type == "checkpoint")
        return readCheckpoint<CheckpointEvent>(json, step);
    if (type == "checkpoint_removed")
        return readCheckpoint<CheckpointRemovedEvent>(json, step);
    if (type == "heartbeat")
        return HeartbeatEvent{step};
    if (type == "notice")
        return NoticeEvent{stringOr(json, "level", "info"), stringOr(json, "rule", ""),
            stringOr(json, "message", ""), step};
    if (type == "run_ended")
        return RunEndedEvent{stringOr(json, "state", "failed"), step, stringOr(json, "message", ""),
            stringOr(json, "cause", "")};
    return UnknownEvent{std::string(type)};
}

} // namespace

std::string_view eventType(const EventBody& body)
{
    if (const auto* unknown = std::get_if<UnknownEvent>(&body))
        return unknown->type;
    return kTypes[body.index()];
}

std::optional<std::int64_t> eventStep(const EventBody& body)
{
    return std::visit(
        [](const auto& e) -> std::optional<std::int64_t> {
            if constexpr (requires { e.step; })
                return e.step;
            else
                return std::nullopt;
        },
        body);
}

OrderedJson toJson(const Event& event)
{
    OrderedJson json = OrderedJson::object();
    json["seq"] = event.seq;
    json["time"] = event.time;
    json["type"] = eventType(event.body);
    std::visit(BodyWriter{json}, event.body);
    return json;
}

Result<Event> eventFromJson(const Json& json, std::string_view what)
{
    KOALA_TRY(const std::string type, stringAt(json, "type", what));
    Event event;
    event.seq = integerOr(json, "seq", 0);
    event.time = stringOr(json, "time", "");
    event.body = readBody(type, json);
    return event;
}

} // namespace koala
