// core/weights/quantized.h: the 16-bit floats and block formats of GGUF (spec 05 section 6), value
// by value: the plain definition that fast kernels are held against, and the quantisers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/half.h"
#include "core/weights/checkpoint.h"

namespace koala {

// `values` places of `out` from the stored form; values is a multiple of 32 for block types.
void dequantize(TensorType type, const std::byte* data, std::size_t values, float* out);
// The inverse; `out` has rowBytes(type, in.size()) places.
void quantize(TensorType type, std::span<const float> in, std::byte* out);

} // namespace koala
