#include "core/torch/train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace koala {

double Schedule::at(double s) const
{
    if (shape == "palm")
        return peak / 0.01 / std::sqrt(std::max({s, double(warmup), 1.0}));
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

StepRates::StepRates(const TrainConfig& config, std::int64_t steps)
    : m_origin(config.firstUpdate == 0 ? ScheduleOrigin::Zero : ScheduleOrigin::One)
{
    const std::int64_t warmup = config.warmupShare > 0
                                    ? std::int64_t(std::ceil(config.warmupShare * double(steps)))
                                    : config.warmupSteps;
    m_schedule.shape = config.schedule;
    m_schedule.peak = config.learningRate;
    m_schedule.final = config.finalLearningRate;
    // PaLM's rule knows no end: its warm-up may be longer than the run.
    m_schedule.warmup = config.schedule == "palm" ? warmup : std::min(warmup, steps);
    m_schedule.total = m_origin == ScheduleOrigin::Zero ? steps : steps + 1;
}

double StepRates::at(std::int64_t step) const
{
    return m_schedule.at(double(m_origin == ScheduleOrigin::Zero ? step - 1 : step));
}

} // namespace koala
