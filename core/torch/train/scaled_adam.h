// core/torch/train/scaled_adam.h: the rule that EasyLM trained with in the time of Koala (spec 02
// section 5): a step relative to the size of each tensor. For t = 1, 2, … and each tensor p:
//
//   beta_t = 1 - t^(-beta2)           beta2 is an exponent here
//   v = beta_t v + (1 - beta_t)(g² + 1e-30);  u = g / sqrt(v)
//   u *= lr * max(RMS(p), 1e-3);  m = beta1 m + (1 - beta1) u
//   p -= m + decay * p                neither moment is bias-corrected
//
// with decay = lr * weight_decay, or for PaLM's variant (weight_decay / 1e-4) * lr².
#pragma once

#include "core/torch/train/optimiser.h"

namespace koala {

struct ScaledAdamOptions {
    enum class Decay { Rate, RateSquared };
    double beta1 = 0.9;
    double beta2 = 0.95;
    double weightDecay = 1e-4;
    double clip = 1.0;
    bool firstMomentInBf16 = false; // rounded after each update, as EasyLM's default
    Decay decay = Decay::Rate;
};

class ScaledAdam final : public Optimiser {
public:
    ScaledAdam(std::vector<std::size_t> tensorSizes, const ScaledAdamOptions& options);
    void update(std::span<float> values, std::span<const float> gradient, double gradientNorm,
        double learningRate) override;

private:
    std::vector<std::size_t> m_tensorSizes;
    ScaledAdamOptions m_options;
};

} // namespace koala
