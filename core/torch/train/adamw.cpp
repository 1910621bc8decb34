#include "core/torch/train/adamw.h"

#include <algorithm>
#include <cmath>

#include <ATen/Parallel.h>

#include "core/base/check.h"
#include "core/torch/train/optimiser_loops.h"

namespace koala {

void AdamW::update(std::span<float> values, std::span<const float> gradient, double gradientNorm,
    double learningRate)
{
    KOALA_CHECK(values.size() == m_first.size() && gradient.size() == m_first.size());
    ++m_updates;
    AdamWLoop loop;
    loop.learningRate = float(learningRate);
    loop.beta1 = float(m_options.beta1);
    loop.beta2 = float(m_options.beta2);
    loop.epsilon = float(m_options.epsilon);
    loop.weightDecay = float(m_options.weightDecay);
    loop.gradientScale = clipFactor(gradientNorm, m_options.clip);
    loop.correction1 = float(1.0 - std::pow(m_options.beta1, double(m_updates)));
    loop.correction2 = float(1.0 - std::pow(m_options.beta2, double(m_updates)));
    at::parallel_for(0, piecesOf(values.size()), 1, [&](std::int64_t begin, std::int64_t end) {
        const auto offset = std::size_t(begin * kPiece);
        const auto count = std::min(std::size_t((end - begin) * kPiece), values.size() - offset);
        adamWUpdate(values.data() + offset, gradient.data() + offset, m_first.data() + offset,
            m_second.data() + offset, count, loop);
    });
}

} // namespace koala
