// ui/services/mixture_schedule.h: how much of a mixture a training step reads, as the newest run of
// a project has it: what turns packed sequences into steps and epochs. Values only; any thread.
#pragma once

#include <QString>

#include "core/base/files.h"

namespace koala {

struct MixtureSchedule {
    std::int64_t steps = 0; // of that run; 0: as many as an epoch needs
    std::int64_t sequencesPerStep = 0;
    QString run; // its name; "": the declared defaults
};

// Reads the configurations of the newest runs only, never their events.
MixtureSchedule newestSchedule(const fs::path& runsDirectory);
// Times that so many steps see a mixture of so many packed sequences.
double epochsOf(const MixtureSchedule& schedule, std::uint64_t sequences);
// Steps of one epoch.
std::int64_t stepsOfEpoch(const MixtureSchedule& schedule, std::uint64_t sequences);

} // namespace koala
