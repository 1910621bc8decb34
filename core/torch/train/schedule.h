// core/torch/train/schedule.h: the learning rate of each update, a pure function of its number.
#pragma once

#include <cstdint>
#include <string>

namespace koala {

struct Schedule {
    std::string shape = "cosine"; // constant, cosine, linear
    double peak = 0;
    double final = 0;
    std::int64_t warmup = 0;
    std::int64_t total = 0; // including the warm-up; `final` is reached here

    // s < warmup: peak * s / warmup, from 0; then from peak to final over total - warmup, and final
    // behind it (spec 02, section 5).
    double at(double s) const;
};

// Update `step` (from 1) of `steps` works with at(step); the decay ends one update behind the last,
// so that no update is made with a rate of 0.
Schedule makeSchedule(
    const std::string& shape, double peak, double final, std::int64_t warmup, std::int64_t steps);

} // namespace koala
