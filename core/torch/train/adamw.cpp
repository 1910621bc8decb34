#include "core/torch/train/adamw.h"

#include <algorithm>
#include <cmath>

#include <ATen/Parallel.h>

#include "core/base/check.h"
#include "core/torch/train/adamw_loops.h"

namespace koala {
namespace {

constexpr std::int64_t kPiece = 65536;

std::int64_t pieces(std::size_t count)
{
    return (std::int64_t(count) + kPiece - 1) / kPiece;
}

} // namespace

AdamW::AdamW(std::size_t count, const AdamWOptions& options)
    : m_options(options), m_first(count, 0.0F), m_second(count, 0.0F)
{
}

double AdamW::norm(std::span<const float> gradient)
{
    std::vector<double> sums(static_cast<std::size_t>(pieces(gradient.size())));
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
    const bool clips = m_options.clip > 0 && gradientNorm > m_options.clip;
    loop.gradientScale = clips ? float(m_options.clip / gradientNorm) : 1.0F;
    loop.correction1 = float(1.0 - std::pow(m_options.beta1, double(m_updates)));
    loop.correction2 = float(1.0 - std::pow(m_options.beta2, double(m_updates)));
    at::parallel_for(0, pieces(values.size()), 1, [&](std::int64_t begin, std::int64_t end) {
        const auto offset = std::size_t(begin * kPiece);
        const auto count = std::min(std::size_t((end - begin) * kPiece), values.size() - offset);
        adamWUpdate(values.data() + offset, gradient.data() + offset, m_first.data() + offset,
            m_second.data() + offset, count, loop);
    });
}

void AdamW::restore(
    std::span<const float> first, std::span<const float> second, std::int64_t updates)
{
    KOALA_CHECK(first.size() == m_first.size() && second.size() == m_second.size());
    std::copy(first.begin(), first.end(), m_first.begin());
    std::copy(second.begin(), second.end(), m_second.begin());
    m_updates = updates;
}

} // namespace koala
