#include "core/torch/train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace koala {

double Schedule::at(double s) const
{
    if (s < double(warmup))
        return peak * s / double(warmup);
    if (shape == "constant")
        return peak;
    const double length = double(total - warmup);
    const double done = length <= 0 ? 1.0 : std::min(1.0, (s - double(warmup)) / length);
    if (shape == "linear")
        return peak + (final - peak) * done;
    return final + (peak - final) * 0.5 * (1.0 + std::cos(std::numbers::pi * done));
}

Schedule makeSchedule(
    const std::string& shape, double peak, double final, std::int64_t warmup, std::int64_t steps)
{
    return {shape, peak, final, std::min(warmup, steps), steps + 1};
}

} // namespace koala
