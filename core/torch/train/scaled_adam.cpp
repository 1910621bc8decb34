#include "core/torch/train/scaled_adam.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <ATen/Parallel.h>

#include "core/base/check.h"
#include "core/torch/train/optimiser_loops.h"

namespace koala {

ScaledAdam::ScaledAdam(std::vector<std::size_t> tensorSizes, const ScaledAdamOptions& options)
    : Optimiser(std::accumulate(tensorSizes.begin(), tensorSizes.end(), std::size_t(0))),
      m_tensorSizes(std::move(tensorSizes)), m_options(options)
{
}

void ScaledAdam::update(std::span<float> values, std::span<const float> gradient,
    double gradientNorm, double learningRate)
{
    KOALA_CHECK(values.size() == m_first.size() && gradient.size() == m_first.size());
    ++m_updates;
    ScaledAdamLoop loop;
    loop.beta1 = float(m_options.beta1);
    loop.beta2 = float(1.0 - std::pow(double(m_updates), -m_options.beta2));
    loop.gradientScale = clipFactor(gradientNorm, m_options.clip);
    loop.decay = float(m_options.decay == ScaledAdamOptions::Decay::Rate
                           ? learningRate * m_options.weightDecay
                           : m_options.weightDecay / 1e-4 * learningRate * learningRate);
    loop.firstMomentInBf16 = m_options.firstMomentInBf16;
    std::size_t begin = 0;
    for (const std::size_t size : m_tensorSizes) {
        const auto tensor = values.subspan(begin, size);
        const double rms = norm(tensor) / std::sqrt(double(std::max<std::size_t>(size, 1)));
        loop.step = float(learningRate * std::max(rms, 1e-3));
        at::parallel_for(0, piecesOf(size), 1, [&](std::int64_t first, std::int64_t last) {
            const auto offset = begin + std::size_t(first * kPiece);
            const auto count =
                std::min(std::size_t((last - first) * kPiece), begin + size - offset);
            scaledAdamUpdate(values.data() + offset, gradient.data() + offset,
                m_first.data() + offset, m_second.data() + offset, count, loop);
        });
        begin += size;
    }
}

} // namespace koala
