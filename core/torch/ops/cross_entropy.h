// core/torch/ops/cross_entropy.h: the output layer and its cross-entropy together. Logits exist for
// 256 rows at a time and in blocks of fp32; only their exponentials are kept, and only until that
// chunk's gradient is made. Results do not depend on the thread count.
// Legend: R = rows (tokens that predict a target), V = vocabulary, D = width.
#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

namespace koala {

// The output matrix [V, D] and a copy in the order that block products read.
class OutputHead {
public:
    OutputHead() = default;
    // `weight` is contiguous in the type of the computation and is shared, not copied.
    explicit OutputHead(at::Tensor weight);
    // After `weight` changed in place.
    void repack();

    const at::Tensor& weight() const { return m_weight; }
    const at::Tensor& panels() const { return m_panels; }
    std::int64_t vocabulary() const { return m_weight.size(0); }
    std::int64_t width() const { return m_weight.size(1); }

private:
    at::Tensor m_weight;
    at::Tensor m_panels;
};

struct RowLosses {
    std::vector<float> losses; // -log p of each row's target
    std::int64_t correct = 0;  // rows whose target no other token exceeds
};

struct CrossEntropyGradients {
    double scale = 1.0;         // of the sum of losses
    std::vector<float> weights; // of each row's loss in that sum; empty: 1 for all
    at::Tensor dHidden;         // [R, D] in the type of the computation, set
    at::Tensor dWeight;         // [V, D] fp32, added to; undefined where the head is frozen
};

// hidden [R, D] contiguous. `gradients` may be null.
RowLosses linearCrossEntropy(const at::Tensor& hidden, const OutputHead& head,
    const std::vector<std::int32_t>& targets, const CrossEntropyGradients* gradients);

// The logits themselves, fp32 [R, V].
at::Tensor headLogits(const at::Tensor& hidden, const OutputHead& head);

} // namespace koala
