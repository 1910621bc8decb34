#include "gpu/rms_norm.h"

namespace koala::gpu {
namespace {

constexpr int kThreads = 256;

// One block a row; a second pass over x comes out of the cache for widths that fit.
__global__ void rmsNormForwardKernel(
    const float* x_TD, const float* w_D, float* y_TD, std::int64_t width, float eps)
{
    const float* x_D = x_TD + blockIdx.x * width;
    float* y_D = y_TD + blockIdx.x * width;
    float squares = 0.0f;
    for (std::int64_t d = threadIdx.x; d < width; d += kThreads)
        squares += x_D[d] * x_D[d];
    for (int offset = 16; offset > 0; offset /= 2)
        squares += __shfl_xor_sync(0xffffffffu, squares, offset);
    __shared__ float partial[kThreads / 32];
    if (threadIdx.x % 32 == 0)
        partial[threadIdx.x / 32] = squares;
    __syncthreads();
    float total = 0.0f;
    for (int warp = 0; warp < kThreads / 32; ++warp) // a fixed order: the same bits every time
        total += partial[warp];
    const float scale = 1.0f / sqrtf(total / float(width) + eps);
    for (std::int64_t d = threadIdx.x; d < width; d += kThreads)
        y_D[d] = x_D[d] * scale * w_D[d];
}

} // namespace

cudaError_t rmsNormForward(const float* x_TD, const float* w_D, float* y_TD, RmsNormShape shape,
    float eps, cudaStream_t stream)
{
    if (shape.tokens < 0 || shape.tokens > 0x7fffffff || shape.width < 1)
        return cudaErrorInvalidValue;
    if (shape.tokens == 0)
        return cudaSuccess;
    rmsNormForwardKernel<<<unsigned(shape.tokens), kThreads, 0, stream>>>(
        x_TD, w_D, y_TD, shape.width, eps);
    return cudaGetLastError();
}

} // namespace koala::gpu
