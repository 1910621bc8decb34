// core/torch/train/adamw.h: AdamW with decoupled weight decay over flat arrays (spec:
// bias-corrected moments, p -= lr * (m / (sqrt(v) + eps) + decay * p)), and clipping by the global
// norm. Sums are taken over pieces of fixed size in a fixed order, so the number of threads changes
// nothing.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace koala {

struct AdamWOptions {
    double beta1 = 0.9;
    double beta2 = 0.95;
    double epsilon = 1e-8;
    double weightDecay = 0.0;
    double clip = 1.0; // 0: never
};

class AdamW {
public:
    AdamW(std::size_t count, const AdamWOptions& options);

    // The norm of the gradient before clipping; infinite or NaN when any of it is.
    static double norm(std::span<const float> gradient);
    // One update; `gradientNorm` as norm() gave it.
    void update(std::span<float> values, std::span<const float> gradient, double gradientNorm,
        double learningRate);

    std::int64_t updates() const { return m_updates; }
    std::span<const float> firstMoment() const { return m_first; }
    std::span<const float> secondMoment() const { return m_second; }
    // Goes on from a checkpoint; sizes must be those of this optimiser.
    void restore(std::span<const float> first, std::span<const float> second, std::int64_t updates);

private:
    AdamWOptions m_options;
    std::vector<float> m_first;
    std::vector<float> m_second;
    std::int64_t m_updates = 0;
};

} // namespace koala
