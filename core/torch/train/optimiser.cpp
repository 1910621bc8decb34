#include "core/torch/train/optimiser.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <ATen/Parallel.h>

#include "core/base/check.h"
#include "core/torch/train/adamw.h"
#include "core/torch/train/optimiser_loops.h"
#include "core/torch/train/scaled_adam.h"

namespace koala {

double Optimiser::norm(std::span<const float> gradient)
{
    std::vector<double> sums(static_cast<std::size_t>(piecesOf(gradient.size())));
    at::parallel_for(0, std::int64_t(sums.size()), 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t piece = begin; piece < end; ++piece) {
            const auto offset = std::size_t(piece * kPiece);
            const auto count = std::min(std::size_t(kPiece), gradient.size() - offset);
            sums[std::size_t(piece)] = sumOfSquares(gradient.data() + offset, count);
        }
    });
    double total = 0;
    for (const double sum : sums)
        total += sum;
    return std::sqrt(total);
}

void Optimiser::restore(
    std::span<const float> first, std::span<const float> second, std::int64_t updates)
{
    KOALA_CHECK(first.size() == m_first.size() && second.size() == m_second.size());
    std::copy(first.begin(), first.end(), m_first.begin());
    std::copy(second.begin(), second.end(), m_second.begin());
    m_updates = updates;
}

float clipFactor(double gradientNorm, double clip)
{
    return clip > 0 && gradientNorm > clip ? float(clip / gradientNorm) : 1.0F;
}

std::unique_ptr<Optimiser> makeOptimiser(
    const TrainConfig& config, std::vector<std::size_t> tensorSizes)
{
    if (config.optimiser == "adamw") {
        const auto count = std::accumulate(tensorSizes.begin(), tensorSizes.end(), std::size_t(0));
        return std::make_unique<AdamW>(count, AdamWOptions{config.beta1, config.beta2,
                                                  config.epsilon, config.weightDecay, config.clip});
    }
    ScaledAdamOptions options;
    options.beta1 = config.beta1;
    options.beta2 = config.beta2;
    options.weightDecay = config.weightDecay;
    options.clip = config.clip;
    options.firstMomentInBf16 = config.firstMoment == "bf16";
    options.decay = config.optimiser == "palm" ? ScaledAdamOptions::Decay::RateSquared
                                               : ScaledAdamOptions::Decay::Rate;
    return std::make_unique<ScaledAdam>(std::move(tensorSizes), options);
}

} // namespace koala
