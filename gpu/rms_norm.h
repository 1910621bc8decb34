// gpu/rms_norm.h: y_TD[t, d] = x_TD[t, d] * w_D[d] / sqrt(mean over d of x_TD[t, d]^2 + eps)
//
// T = tokens, D = model width. Row-major, contiguous. Any T >= 0, any D >= 1. Sums are kept in
// fp32. Source: Zhang and Sennrich 2019, as LLaMA uses it (spec 02 section 2). The limit is memory:
// x is read and y written once, 8 bytes a value, w stays in cache.
#pragma once

#include <cstdint>

#include <cuda_runtime_api.h>

namespace koala::gpu {

struct RmsNormShape {
    std::int64_t tokens = 0; // T
    std::int64_t width = 0;  // D
};

// Enqueues on stream and returns at once; pointers are device memory.
cudaError_t rmsNormForward(const float* x_TD, const float* w_D, float* y_TD, RmsNormShape shape,
    float eps, cudaStream_t stream);

} // namespace koala::gpu
