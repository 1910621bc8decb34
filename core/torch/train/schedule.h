// core/torch/train/schedule.h: the learning rate of each update, a pure function of its number.
#pragma once

#include <cstdint>
#include <string>

#include "core/config/train_config.h"

namespace koala {

struct Schedule {
    std::string shape = "cosine"; // constant, cosine, linear, palm
    double peak = 0;
    double final = 0;
    std::int64_t warmup = 0;
    std::int64_t total = 0; // including the warm-up; `final` is reached here

    // s < warmup: peak * s / warmup, from 0; then from peak to final over total - warmup, and final
    // behind it. PaLM's: (peak / 0.01) / sqrt(max(s, warmup)) throughout (spec 02, section 5).
    double at(double s) const;
};

// The number in the schedule that the first update has.
//   One: the decay ends one update behind the last, so that no update is made with a rate of 0.
//   Zero: as EasyLM and transformers count; with a warm-up the first update's rate is 0.
enum class ScheduleOrigin { One, Zero };

// What a recipe says, over a run of `steps` updates.
class StepRates {
public:
    StepRates() = default;
    StepRates(const TrainConfig& config, std::int64_t steps);
    double at(std::int64_t step) const; // `step` counts from 1

private:
    Schedule m_schedule;
    ScheduleOrigin m_origin = ScheduleOrigin::One;
};

} // namespace koala
