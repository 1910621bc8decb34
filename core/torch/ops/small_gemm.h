// core/torch/ops/small_gemm.h: C = A B (+ C) on one thread for blocks that fit the cache, with fp32
// sums and an fp32 result, over oneDNN's block product. Inside core/torch/ops.
//
// A is row-major with distance lda. B is packed by rows::packTransposed or rows::packStraight with
// pairs = packsPairs<V>(). Every shape is compiled on its first use, so callers keep to few shapes.
#pragma once

#include <cstdint>

#include "core/torch/ops/row_kernels.h"

namespace koala {

enum class Sum { Set, Add };

// Whether B wants rows 2k and 2k+1 interleaved: bf16 on processors with products of pairs.
template <typename V>
bool packsPairs();

template <typename V>
void smallGemm(std::int64_t m, std::int64_t n, std::int64_t k, const V* a, std::int64_t lda,
    const V* b, float* c, std::int64_t ldc, Sum sum);

// At the end of a thread's share: gives back processor state that the products hold.
template <typename V>
void finishSmallGemms();

} // namespace koala
