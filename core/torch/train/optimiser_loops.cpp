#include "core/torch/train/optimiser_loops.h"

#include <cmath>

#include "core/base/half.h"

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define KOALA_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define KOALA_CLONES
#endif

namespace koala {

KOALA_CLONES void adamWUpdate(float* __restrict p, const float* __restrict g, float* __restrict m,
    float* __restrict v, std::size_t count, const AdamWLoop& loop)
{
    const AdamWLoop s = loop;
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) {
        const float gradient = g[i] * s.gradientScale;
        const float mean = s.beta1 * m[i] + (1.0F - s.beta1) * gradient;
        const float square = s.beta2 * v[i] + (1.0F - s.beta2) * gradient * gradient;
        m[i] = mean;
        v[i] = square;
        const float step = (mean / s.correction1) / (std::sqrt(square / s.correction2) + s.epsilon);
        p[i] -= s.learningRate * (step + s.weightDecay * p[i]);
    }
}

KOALA_CLONES void scaledAdamUpdate(float* __restrict p, const float* __restrict g,
    float* __restrict m, float* __restrict v, std::size_t count, const ScaledAdamLoop& loop)
{
    const ScaledAdamLoop s = loop;
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) {
        const float gradient = g[i] * s.gradientScale;
        const float square = s.beta2 * v[i] + (1.0F - s.beta2) * (gradient * gradient + 1e-30F);
        const float mean =
            s.beta1 * m[i] + (1.0F - s.beta1) * (gradient / std::sqrt(square)) * s.step;
        v[i] = square;
        m[i] = mean;
    }
    if (s.firstMomentInBf16)
        for (std::size_t i = 0; i < count; ++i)
            m[i] = floatFromBfloat(bfloatFromFloat(m[i]));
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i)
        p[i] -= m[i] + s.decay * p[i];
}

// Eight sums side by side in every form of the loop, so that each processor adds in the same order.
KOALA_CLONES double sumOfSquares(const float* x, std::size_t count)
{
    double sums[8] = {};
    std::size_t i = 0;
    for (; i + 8 <= count; i += 8)
#pragma omp simd
        for (std::size_t k = 0; k < 8; ++k)
            sums[k] += double(x[i + k]) * double(x[i + k]);
    for (; i < count; ++i)
        sums[0] += double(x[i]) * double(x[i]);
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) +
           ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

} // namespace koala
