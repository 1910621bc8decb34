// core/torch/ops/row_ops.h: RMSNorm, SwiGLU, RoPE, dropout and sums over the rows of a micro-batch,
// each with its gradient, on all threads. Tensors are [rows, columns] with unit column stride; "V"
// is the type of the computation (bf16 or fp32). Results do not depend on the thread count.
// Legend: T = tokens, D = width, F = width of the MLP.
#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

namespace koala {

// x_out = x + delta; y = x_out * rstd * weight. x, x_out fp32 [T, D] (x_out = x where delta is
// undefined and they share memory); delta, y in V; weight [D] and rstd [T] fp32. Saves nothing
// else.
void addRmsNorm(const at::Tensor& x, const at::Tensor& delta, const at::Tensor& xOut,
    const at::Tensor& weight, double epsilon, const at::Tensor& y, const at::Tensor& rstd);
// y again, from x and rstd.
void applyNorm(
    const at::Tensor& x, const at::Tensor& rstd, const at::Tensor& weight, const at::Tensor& y);
// dx += the gradient that dy (+ addend) causes; dxCopy gets dx in V. addend, dxCopy and dWeight may
// be undefined; dWeight [D] fp32 is added to.
void rmsNormBackward(const at::Tensor& dy, const at::Tensor& addend, const at::Tensor& x,
    const at::Tensor& rstd, const at::Tensor& weight, const at::Tensor& dx,
    const at::Tensor& dxCopy, const at::Tensor& dWeight);

// h = silu(gate) * up, gateUp = [gate | up] [T, 2F] contiguous.
void swiglu(const at::Tensor& gateUp, const at::Tensor& h);
// dGateUp [T, 2F] of dh (+ addend, may be undefined).
void swigluBackward(const at::Tensor& dh, const at::Tensor& addend, const at::Tensor& gateUp,
    const at::Tensor& dGateUp);

struct RopeTables {
    at::Tensor cosines; // fp32 [positions, headSize/2]
    at::Tensor sines;
    bool interleaved = false;
};
RopeTables ropeTables(std::int64_t positions, std::int64_t headSize, double base, bool interleaved);
// Turns the first `heads` heads of each row of x, in place.
enum class Turn { Forward, Backward };
void rope(const at::Tensor& x, std::int64_t heads, std::int64_t headSize, const RopeTables& tables,
    const std::vector<std::int32_t>& positions, Turn turn);

// a += b, b contiguous.
void addRows(const at::Tensor& a, const at::Tensor& b);
// A new contiguous tensor: in / (1 - drop) with probability 1 - drop, else 0. Key and place alone
// decide, so the gradient is the same call on the gradient.
at::Tensor dropoutRows(const at::Tensor& in, double drop, std::uint64_t key);

} // namespace koala
