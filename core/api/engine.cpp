#include "core/api/engine.h"

#include <cmath>

#include <fmt/format.h>

#include "core/base/utf8.h"

namespace koala {
namespace {

constexpr int kMaxTokensLimit = 1 << 20;
constexpr std::size_t kMaxStops = 16;
constexpr std::size_t kMaxStopBytes = 1024;

Error outOfRange(std::string_view name, double value, std::string_view range)
{
    return invalidInput(fmt::format("{} is {}; it must be {}", name, value, range));
}

bool between(double value, double least, double most)
{
    return std::isfinite(value) && value >= least && value <= most;
}

} // namespace

Status validate(const GenerationSettings& settings)
{
    if (!between(settings.temperature, 0, 2))
        return outOfRange("temperature", settings.temperature, "between 0 and 2");
    if (!between(settings.topP, 0, 1))
        return outOfRange("top_p", settings.topP, "between 0 and 1");
    if (settings.topK < 0)
        return outOfRange("top_k", settings.topK, "0 (off) or more");
    if (!between(settings.minP, 0, 1))
        return outOfRange("min_p", settings.minP, "between 0 and 1");
    if (!between(settings.repetitionPenalty, 0.01, 100))
        return outOfRange("repetition_penalty", settings.repetitionPenalty, "between 0.01 and 100");
    if (settings.maxTokens <= 0 || settings.maxTokens > kMaxTokensLimit)
        return outOfRange(
            "max_tokens", settings.maxTokens, fmt::format("between 1 and {}", kMaxTokensLimit));
    if (settings.stop.size() > kMaxStops)
        return invalidInput(fmt::format(
            "{} stop strings were given; at most {} are allowed", settings.stop.size(), kMaxStops));
    for (const std::string& stop : settings.stop)
        if (stop.empty() || stop.size() > kMaxStopBytes || !isValidUtf8(stop))
            return invalidInput(
                fmt::format("a stop string must be valid UTF-8 of 1 to {} bytes", kMaxStopBytes));
    if (!settings.marker.empty() && settings.marker != "positive" && settings.marker != "negative")
        return invalidInput("marker must be empty, \"positive\" or \"negative\"");
    return {};
}

} // namespace koala
