// core/kernels/kernels.h: the arithmetic of the CPU engine, in forms for several instruction sets
// of which one is chosen at run time. All sums are kept in fp32 and weights count as stored
// ("exact").
//
// Matrices are row-major. Rows of activations are padded: a row of K values has paddedSize(K)
// places and the ones past K are zero; writers leave them alone. Nothing needs to be aligned. A
// kernel adds in the same order whatever the number of rows M, so an answer does not depend on what
// else is in its batch. The forms differ from each other by rounding only.
//
// matmul:    y[m, n] (+)= sum over k of x[m, k] * w[n, k], for n in [begin, end) and all m < M
// silu:      gate[i] = gate[i] / (1 + exp(-gate[i])) * up[i]
// rmsNorm:   y[d] = x[d] * w[d] / sqrt(mean over d of x[d]^2 + epsilon)
// rope:      pairs (a, b) of a head become (a cos - b sin, a sin + b cos); a pair is (2i, 2i + 1)
// or
//            (i, i + headSize / 2)
// raise:     x[i] = exp(x[i] - largest); returns their sum
// attention: out[d] = sum over t of softmax over t of (scale * sum over d of q[d] keys[t, d])
// values[t, d]
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace koala {

constexpr std::size_t kKernelBlock = 32;
constexpr std::size_t paddedSize(std::size_t values)
{
    return (values + kKernelBlock - 1) / kKernelBlock * kKernelBlock;
}

// As GGUF stores them; 32 values a block for the quantised ones, whose rows are whole blocks.
enum class WeightType { F32, F16, BF16, Q4_0, Q4_1, Q8_0 };
std::size_t weightBlockBytes(WeightType type); // of 32 values

struct WeightMatrix {
    WeightType type = WeightType::F32;
    const std::byte* data = nullptr;
    std::size_t rows = 0;
    std::size_t columns = 0;
    std::size_t rowBytes() const { return weightBlockBytes(type) * columns / kKernelBlock; }
};

enum class Store { Overwrite, Add };

struct MatmulRows {
    WeightMatrix weights;
    const float* x = nullptr; // M rows
    std::size_t xStride = 0;  // at least paddedSize(columns)
    std::size_t count = 0;    // M
    float* y = nullptr;
    std::size_t yStride = 0;
    Store store = Store::Overwrite;
    float* scratch = nullptr; // matmulScratch(columns) floats of this thread
};
constexpr std::size_t kScratchRows = 8;
constexpr std::size_t matmulScratch(std::size_t columns)
{
    return kScratchRows * paddedSize(columns);
}

struct AttentionHead {
    const float* query = nullptr; // headSize values
    const float* keys = nullptr;  // of position t: keys + t * stride
    const float* values = nullptr;
    std::size_t stride = 0;
    std::size_t positions = 0; // at least 1
    std::size_t headSize = 0;
    float scale = 1;
    float* scores = nullptr; // paddedSize(positions) places of this thread
    float* out = nullptr;    // headSize values
};

struct Kernels {
    std::string_view name; // generic, avx2, avx512
    void (*matmul)(const MatmulRows& work, std::size_t begin, std::size_t end);
    void (*silu)(float* gate, const float* up, std::size_t count);
    void (*attention)(const AttentionHead& head);
    float (*raise)(float* x, std::size_t count, float largest);
};

// The best for this machine, or the one that the environment variable KOALA_KERNELS names;
// InvalidInput if that is unknown or the machine has it not.
Result<const Kernels*> chooseKernels();
// All that this machine can run, the plainest first.
std::vector<const Kernels*> availableKernels();

// These cost little and have one form.
void rmsNorm(const float* x, const float* w, float* y, std::size_t count, float epsilon);
enum class RopePairs { Interleaved, HalfSplit };
// cosines and sines: headSize / 2 each, for the position.
void rope(float* heads, std::size_t headCount, std::size_t headSize, RopePairs pairs,
    const float* cosines, const float* sines);
void addTo(float* y, const float* x, std::size_t count); // y[i] += x[i]

} // namespace koala
