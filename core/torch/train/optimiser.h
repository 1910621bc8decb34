// core/torch/train/optimiser.h: what every optimiser of a run is: two moments over the flat trained
// values, one update at a time. Clipping by the global norm comes first in all of them. Sums are
// taken over pieces of fixed size in a fixed order, so the number of threads changes nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/config/train_config.h"

namespace koala {

class Optimiser {
public:
    virtual ~Optimiser() = default;

    // The norm of the gradient before clipping; infinite or NaN when any of it is.
    static double norm(std::span<const float> gradient);
    // One update; `gradientNorm` as norm() gave it.
    virtual void update(std::span<float> values, std::span<const float> gradient,
        double gradientNorm, double learningRate) = 0;

    std::int64_t updates() const { return m_updates; }
    std::span<const float> firstMoment() const { return m_first; }
    std::span<const float> secondMoment() const { return m_second; }
    // Goes on from a checkpoint; sizes must be those of this optimiser.
    void restore(std::span<const float> first, std::span<const float> second, std::int64_t updates);

protected:
    explicit Optimiser(std::size_t count) : m_first(count, 0.0F), m_second(count, 0.0F) {}
    std::vector<float> m_first;
    std::vector<float> m_second;
    std::int64_t m_updates = 0;
};

// The factor that brings a gradient of this norm down to `clip`; 0: never.
float clipFactor(double gradientNorm, double clip);

// By `optimiser` of the recipe. `tensorSizes` are those of the trained tensors in their flat order.
std::unique_ptr<Optimiser> makeOptimiser(
    const TrainConfig& config, std::vector<std::size_t> tensorSizes);

} // namespace koala
