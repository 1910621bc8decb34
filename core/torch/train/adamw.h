// core/torch/train/adamw.h: AdamW with decoupled weight decay over flat arrays (spec 02 section 5:
// bias-corrected moments, p -= lr * (m / (sqrt(v) + eps) + decay * p)).
#pragma once

#include "core/torch/train/optimiser.h"

namespace koala {

struct AdamWOptions {
    double beta1 = 0.9;
    double beta2 = 0.95;
    double epsilon = 1e-8;
    double weightDecay = 0.0;
    double clip = 1.0; // 0: never
};

class AdamW final : public Optimiser {
public:
    AdamW(std::size_t count, const AdamWOptions& options) : Optimiser(count), m_options(options) {}
    void update(std::span<float> values, std::span<const float> gradient, double gradientNorm,
        double learningRate) override;

private:
    AdamWOptions m_options;
};

} // namespace koala
