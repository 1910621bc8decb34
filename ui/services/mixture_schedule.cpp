#include "ui/services/mixture_schedule.h"

#include <algorithm>

#include "core/config/train_config.h"
#include "core/run/run_list.h"
#include "ui/services/words.h"

namespace koala {

namespace {
constexpr std::size_t kMostRead = 20; // older runs say little of what comes next

std::int64_t sequencesOf(const TrainConfig& config)
{
    return std::max<std::int64_t>(1, config.sequences * config.batchesPerUpdate());
}

std::vector<fs::path> newestFirst(const fs::path& runsDirectory)
{
    std::vector<fs::path> folders;
    std::error_code code;
    for (fs::directory_iterator it(runsDirectory, code), end; !code && it != end;
        it.increment(code))
        folders.push_back(it->path());
    std::ranges::sort(folders, std::greater()); // ids begin with the time
    return folders;
}
} // namespace

MixtureSchedule newestSchedule(const fs::path& runsDirectory)
{
    const TrainConfig usual;
    std::size_t read = 0;
    for (const fs::path& folder : newestFirst(runsDirectory)) {
        if (read++ == kMostRead)
            break;
        const auto json = readRunConfig(folder);
        if (!json.ok())
            continue;
        const Json& train = memberOr(*json, "train");
        TrainConfig config;
        config.steps = integerOr(train, "steps", 0);
        config.sequences = integerOr(train, "sequences", usual.sequences);
        config.accumulate = integerOr(train, "accumulate", usual.accumulate);
        config.globalBatchTokens = integerOr(train, "global_batch_tokens", 0);
        config.maxTokens = integerOr(train, "max_tokens", usual.maxTokens);
        return {std::max<std::int64_t>(0, config.steps), sequencesOf(config),
            qtext(stringOr(*json, "name", folder.filename().string()))};
    }
    return {0, sequencesOf(usual), {}};
}

double epochsOf(const MixtureSchedule& schedule, std::uint64_t sequences)
{
    return sequences == 0
               ? 0
               : double(schedule.steps) * double(schedule.sequencesPerStep) / double(sequences);
}

std::int64_t stepsOfEpoch(const MixtureSchedule& schedule, std::uint64_t sequences)
{
    const std::int64_t each = std::max<std::int64_t>(1, schedule.sequencesPerStep);
    return (std::int64_t(sequences) + each - 1) / each;
}

} // namespace koala
