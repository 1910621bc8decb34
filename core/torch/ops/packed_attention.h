// core/torch/ops/packed_attention.h: causal attention within each document of a packed micro-batch,
// with grouped key-value heads, and its gradient. Scores and softmax are fp32; the score matrix is
// never kept: the backward pass makes it again, block by block, from the sums that forward saved.
//
// qkv is [T, (heads + 2 keyValueHeads) * headSize]: q heads, k heads, v heads, contiguous, and its
// memory must go on for kAttentionPadding rows behind the last (made by attentionInput). headSize
// is even. A document's work is done by one thread in a fixed order.
#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

#include "core/torch/ops/attention_noise.h"

namespace koala {

constexpr std::int64_t kAttentionPadding = 64;

struct AttentionShape {
    std::int64_t heads = 0;
    std::int64_t keyValueHeads = 0;
    std::int64_t headSize = 0;
    std::int64_t columns() const { return (heads + 2 * keyValueHeads) * headSize; }
};

// An uninitialised qkv for `tokens` rows with the padding behind it.
at::Tensor attentionInput(std::int64_t tokens, const AttentionShape& shape, at::ScalarType type);

// out [T, heads * headSize] (any row stride), logSum [heads, T] fp32. Starts are ascending from 0.
void attentionForward(const at::Tensor& qkv, const std::vector<std::int32_t>& documentStarts,
    const AttentionShape& shape, const at::Tensor& out, const at::Tensor& logSum,
    const AttentionNoise& noise = {});
// dQkv [T, columns] contiguous; dOut with any row stride; the noise of the forward pass.
void attentionBackward(const at::Tensor& dOut, const at::Tensor& qkv, const at::Tensor& out,
    const at::Tensor& logSum, const std::vector<std::int32_t>& documentStarts,
    const AttentionShape& shape, const at::Tensor& dQkv, const AttentionNoise& noise = {});

} // namespace koala
