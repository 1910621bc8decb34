// core/run/control.h: how others ask something of a run: by adding a file to its control/ folder,
// which the run removes once it has obeyed. stop: finish the update, save, end. stop-now: end
// without saving. checkpoint-now, sample-now: at the next update. pin-<step>: never remove that
// checkpoint.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/files.h"

namespace koala {

enum class RunRequest { Stop, StopNow, CheckpointNow, SampleNow };

Status requestOfRun(const fs::path& runDirectory, RunRequest request);
Status requestPin(const fs::path& runDirectory, std::int64_t step);

// For the run itself.
struct PendingRequests {
    bool stop = false;
    bool stopNow = false;
    bool checkpointNow = false;
    bool sampleNow = false;
    std::vector<std::int64_t> pins;
};
PendingRequests pendingRequests(const fs::path& runDirectory);
void removeRequest(const fs::path& runDirectory, RunRequest request); // once obeyed
void removePinRequest(const fs::path& runDirectory, std::int64_t step);
// Requests that were left for a process that is gone; called when a run starts.
void clearStopRequests(const fs::path& runDirectory);

} // namespace koala
