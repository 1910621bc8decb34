#include "core/run/control.h"

#include <array>
#include <charconv>
#include <string>

#include <fmt/format.h>

namespace koala {
namespace {

constexpr std::array<std::string_view, 4> kNames{
    "stop", "stop-now", "checkpoint-now", "sample-now"};

fs::path controlFile(const fs::path& runDirectory, std::string_view name)
{
    return runDirectory / "control" / name;
}

Status writeRequest(const fs::path& runDirectory, std::string_view name)
{
    std::error_code code;
    if (!fs::exists(runDirectory / "config.json", code))
        return notFound(fmt::format("{} is no run (it has no config.json)", runDirectory.string()));
    KOALA_RETURN_IF_ERROR(createDirectories(runDirectory / "control"));
    return writeFileAtomically(controlFile(runDirectory, name), "");
}

} // namespace

Status requestOfRun(const fs::path& runDirectory, RunRequest request)
{
    return writeRequest(runDirectory, kNames[std::size_t(request)]);
}

Status requestPin(const fs::path& runDirectory, std::int64_t step)
{
    return writeRequest(runDirectory, fmt::format("pin-{}", step));
}

PendingRequests pendingRequests(const fs::path& runDirectory)
{
    PendingRequests pending;
    std::error_code code;
    for (auto it = fs::directory_iterator(runDirectory / "control", code);
        !code && it != fs::directory_iterator(); it.increment(code)) {
        const std::string name = it->path().filename().string();
        pending.stop = pending.stop || name == kNames[0];
        pending.stopNow = pending.stopNow || name == kNames[1];
        pending.checkpointNow = pending.checkpointNow || name == kNames[2];
        pending.sampleNow = pending.sampleNow || name == kNames[3];
        if (name.starts_with("pin-")) {
            std::int64_t step = 0;
            const auto [end, error] =
                std::from_chars(name.data() + 4, name.data() + name.size(), step);
            if (error == std::errc() && end == name.data() + name.size())
                pending.pins.push_back(step);
        }
    }
    return pending;
}

void removeRequest(const fs::path& runDirectory, RunRequest request)
{
    std::error_code code;
    fs::remove(controlFile(runDirectory, kNames[std::size_t(request)]), code);
}

void removePinRequest(const fs::path& runDirectory, std::int64_t step)
{
    std::error_code code;
    fs::remove(controlFile(runDirectory, fmt::format("pin-{}", step)), code);
}

void clearStopRequests(const fs::path& runDirectory)
{
    removeRequest(runDirectory, RunRequest::Stop);
    removeRequest(runDirectory, RunRequest::StopNow);
}

} // namespace koala
