// core/torch/model/llama_parts.h: what a LlamaModel is made of, and its two passes over a
// micro-batch. Inside core/torch/model. Legend: T = tokens, D = width, F = width of the MLP, V =
// vocabulary, R = rows that predict a target.
#pragma once

#include <optional>

#include "core/torch/model/fused_linear.h"
#include "core/torch/ops/cross_entropy.h"
#include "core/torch/ops/packed_attention.h"
#include "core/torch/ops/row_ops.h"

namespace koala {

struct NormWeight {
    std::string name;
    at::Tensor value;    // fp32 [D]; the trained values themselves in a full fine-tune
    at::Tensor gradient; // undefined where frozen
};

struct LlamaLayer {
    NormWeight attentionNorm;
    FusedLinear qkv;
    FusedLinear output;
    NormWeight mlpNorm;
    FusedLinear gateUp;
    FusedLinear down;
};

// What the backward pass wants of one layer's forward pass.
struct LayerTrace {
    at::Tensor x1, rstd1; // the residual that the attention's norm read
    at::Tensor qkv, attention, logSum;
    at::Tensor x2, rstd2; // the residual that the MLP's norm read
    at::Tensor gateUp;
    at::Tensor middleQkv, middleOutput, middleGateUp, middleDown; // x A^T of the adapters
};

// The micro-batch as the passes read it.
struct PassInput {
    const std::vector<std::int32_t>& tokens;
    const std::vector<std::int32_t>& documentStarts;
    std::vector<std::int32_t> positions;
    std::optional<DropoutKey> dropout; // none while evaluating
};
PassInput passInput(const std::vector<std::int32_t>& tokens,
    const std::vector<std::int32_t>& documentStarts, std::optional<DropoutKey> dropout);

// The residual stream after the last layer is x + delta.
struct Residual {
    at::Tensor x;     // fp32 [T, D]
    at::Tensor delta; // [T, D] in the type of the computation
};

struct LlamaParts {
    LlamaParts(const ModelConfig& modelConfig, const ModelOptions& modelOptions);
    void fill(const Checkpoint& checkpoint);
    void refresh();

    // `traces` may be null: then nothing is kept.
    Residual forward(const PassInput& input, std::vector<LayerTrace>* traces);
    // dx: fp32 gradient of x + delta, [T, D]; used up, as are the traces.
    void backward(const PassInput& input, std::vector<LayerTrace>& traces, const at::Tensor& dx);
    // Rows of the final norm's output, in the type of the computation.
    struct FinalRows {
        at::Tensor x, rstd, hidden;
    };
    FinalRows finalRows(const Residual& residual, const at::Tensor& rows) const;

    ModelConfig config;
    ModelOptions options;
    at::ScalarType type;
    AttentionShape shape;
    ParameterStore store;
    at::Tensor embedding; // [V, D] in the type of the computation
    NamedParameter trainedEmbedding;
    NamedParameter trainedHead; // the embedding again where they are tied
    std::vector<LlamaLayer> layers;
    NormWeight finalNorm;
    OutputHead head;

private:
    void growRope(const PassInput& input);
    bool full() const { return options.method == TrainMethod::Full; }
    std::uint64_t drawKey(const PassInput& input, std::size_t layer, std::uint64_t place) const;
    Dropout dropoutFor(const PassInput& input, std::size_t layer, std::uint64_t place) const;
    AttentionNoise attentionNoise(const PassInput& input, std::size_t layer) const;
    // `rows` with a share of the base's own computation dropped, and the gradient of that.
    void dropShare(const at::Tensor& rows, const PassInput& input, double share, std::size_t layer,
        std::uint64_t place) const;

    RopeTables m_rope;
};

} // namespace koala
