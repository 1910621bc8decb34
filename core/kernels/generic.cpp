// core/kernels/generic.cpp: the kernels in plain C++, for any machine.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "core/base/half.h"
#include "core/kernels/forms.h"

namespace koala {
namespace {

constexpr std::size_t kLanes = 8;

std::uint16_t load16(const std::byte* at)
{
    std::uint16_t value = 0;
    std::memcpy(&value, at, sizeof value);
    return value;
}

void decodeNibbles(const std::byte* packed, float d, float m, float* out)
{
    for (std::size_t i = 0; i < kKernelBlock / 2; ++i) {
        const auto byte = std::to_integer<unsigned>(packed[i]);
        out[i] = d * static_cast<float>(byte & 15U) + m;
        out[i + kKernelBlock / 2] = d * static_cast<float>(byte >> 4) + m;
    }
}

// `count` values of one block; fewer than 32 only for the kinds that are no blocks.
void decodeBlock(WeightType type, const std::byte* in, std::size_t count, float* out)
{
    switch (type) {
    case WeightType::F32:
        std::memcpy(out, in, count * sizeof(float));
        return;
    case WeightType::F16:
        for (std::size_t i = 0; i < count; ++i)
            out[i] = floatFromHalf(load16(in + 2 * i));
        return;
    case WeightType::BF16:
        for (std::size_t i = 0; i < count; ++i)
            out[i] = floatFromBfloat(load16(in + 2 * i));
        return;
    case WeightType::Q4_0: {
        const float d = floatFromHalf(load16(in));
        decodeNibbles(in + 2, d, -8.0F * d, out);
        return;
    }
    case WeightType::Q4_1:
        decodeNibbles(in + 4, floatFromHalf(load16(in)), floatFromHalf(load16(in + 2)), out);
        return;
    case WeightType::Q8_0: {
        const float d = floatFromHalf(load16(in));
        for (std::size_t i = 0; i < kKernelBlock; ++i)
            out[i] = d * static_cast<float>(static_cast<std::int8_t>(in[2 + i]));
        return;
    }
    }
}

float dot(const float* a, const float* b, std::size_t count)
{
    std::array<float, kLanes> sums{};
    std::size_t i = 0;
    for (; i + kLanes <= count; i += kLanes)
        for (std::size_t lane = 0; lane < kLanes; ++lane)
            sums[lane] += a[i + lane] * b[i + lane];
    for (std::size_t lane = 0; i < count; ++i, ++lane)
        sums[lane] += a[i] * b[i];
    return ((sums[0] + sums[4]) + (sums[2] + sums[6])) +
           ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

void matmul(const MatmulRows& work, std::size_t begin, std::size_t end)
{
    const WeightMatrix& w = work.weights;
    const std::size_t blockBytes = weightBlockBytes(w.type);
    for (std::size_t row = begin; row < end; ++row) {
        const std::byte* at = w.data + row * w.rowBytes();
        for (std::size_t k = 0; k < w.columns; k += kKernelBlock, at += blockBytes)
            decodeBlock(w.type, at, std::min(kKernelBlock, w.columns - k), work.scratch + k);
        for (std::size_t m = 0; m < work.count; ++m) {
            float& place = work.y[m * work.yStride + row];
            const float sum = dot(work.scratch, work.x + m * work.xStride, w.columns);
            place = work.store == Store::Add ? place + sum : sum;
        }
    }
}

void silu(float* gate, const float* up, std::size_t count)
{
    for (std::size_t i = 0; i < count; ++i)
        gate[i] = gate[i] / (1.0F + std::exp(-gate[i])) * up[i];
}

float raise(float* x, std::size_t count, float largest)
{
    std::array<float, kLanes> sums{}; // many small terms: one sum would lose them
    for (std::size_t i = 0; i < count; ++i)
        sums[i % kLanes] += x[i] = std::exp(x[i] - largest);
    return ((sums[0] + sums[4]) + (sums[2] + sums[6])) +
           ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

void attention(const AttentionHead& head)
{
    float largest = -std::numeric_limits<float>::infinity();
    for (std::size_t t = 0; t < head.positions; ++t) {
        head.scores[t] = head.scale * dot(head.query, head.keys + t * head.stride, head.headSize);
        largest = std::max(largest, head.scores[t]);
    }
    const float sum = raise(head.scores, head.positions, largest);
    std::fill_n(head.out, head.headSize, 0.0F);
    for (std::size_t t = 0; t < head.positions; ++t)
        for (std::size_t d = 0; d < head.headSize; ++d)
            head.out[d] += head.scores[t] * head.values[t * head.stride + d];
    for (std::size_t d = 0; d < head.headSize; ++d)
        head.out[d] /= sum;
}

} // namespace

const Kernels kGenericKernels{"generic", matmul, silu, attention, raise};

std::size_t weightBlockBytes(WeightType type)
{
    constexpr std::array<std::size_t, 6> kBytes{128, 64, 64, 18, 20, 34};
    return kBytes[static_cast<std::size_t>(type)];
}

void rmsNorm(const float* x, const float* w, float* y, std::size_t count, float epsilon)
{
    const float mean = dot(x, x, count) / static_cast<float>(count);
    const float scale = 1.0F / std::sqrt(mean + epsilon);
    for (std::size_t d = 0; d < count; ++d)
        y[d] = x[d] * scale * w[d];
}

void rope(float* heads, std::size_t headCount, std::size_t headSize, RopePairs pairs,
    const float* cosines, const float* sines)
{
    const std::size_t half = headSize / 2;
    const std::size_t step = pairs == RopePairs::Interleaved ? 2 : 1;
    const std::size_t gap = pairs == RopePairs::Interleaved ? 1 : half;
    for (std::size_t head = 0; head < headCount; ++head, heads += headSize)
        for (std::size_t i = 0; i < half; ++i) {
            float& first = heads[step * i];
            float& second = heads[step * i + gap];
            const float a = first;
            const float b = second;
            first = a * cosines[i] - b * sines[i];
            second = a * sines[i] + b * cosines[i];
        }
}

void addTo(float* y, const float* x, std::size_t count)
{
    for (std::size_t i = 0; i < count; ++i)
        y[i] += x[i];
}

} // namespace koala
