// core/torch/model/llama.h: a LLaMA that is trained on the CPU: forward pass, loss and hand-written
// gradients over one flattened micro-batch, for a full fine-tune or a LoRA adapter.
//
// For core/torch/train and tests. Built from a Checkpoint; rows of q and k stay in the file's order
// and rotate by its rope layout. Trained values are fp32 and lie, one parameter after another, in
// one flat tensor, their gradients in a second of the same shape: an optimiser may work on the flat
// tensors and must call refreshWorkingCopies() afterwards. With Precision::Bf16 products are
// computed in bf16 with fp32 sums; residuals, norms, softmax and losses are fp32. The same thread
// count gives the same bits. Not thread-safe.
//
//     KOALA_TRY(const auto model, LlamaModel::load(*checkpoint, options));
//     model->zeroGradients();
//     for (m = 0; m < batches.size(); ++m)
//         KOALA_TRY(const LossResult loss,
//             model->forwardBackward(batches[m], 1.0 / trainedTokensOfStep, {step, m}));
//     // clip, update model->flatValues() from model->flatGradients()
//     model->refreshWorkingCopies();
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "core/base/result.h"
#include "core/weights/checkpoint.h"

namespace koala {

enum class TrainMethod { Full, Lora };
enum class Precision { Bf16, Fp32 };

struct LoraOptions {
    std::int64_t rank = 16;
    double alpha = 32.0;
    double dropout = 0.0; // share of an adapter's inputs; adapters of one input share their mask
    std::vector<std::string> targets{
        "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"};
};

// Shares dropped while training, of the base's own computation (spec 02 section 2).
struct NoiseOptions {
    double residualDropout = 0;  // of what attention and MLP add to the residual
    double embeddingDropout = 0; // of the embedded tokens
    double attentionDropout = 0; // of the probabilities
    double fcmLeast = 0;         // ratio of the forgetful causal mask, drawn per document
    double fcmMost = 0;
};

struct ModelOptions {
    TrainMethod method = TrainMethod::Lora;
    Precision precision = Precision::Bf16;
    LoraOptions lora;
    NoiseOptions noise = {};
    std::uint64_t seed = 42; // of A's first values and of all that is dropped
};

// The packed sequences of a micro-batch, one after another. Documents do not see each other and
// each begins at position 0.
struct Batch {
    std::vector<std::int32_t> tokens;
    std::vector<std::uint8_t> trained;        // 1: the loss counts the prediction of this token
    std::vector<std::int32_t> documentStarts; // ascending indices into tokens; the first is 0
    std::vector<float> weights;               // of each token's loss; empty: 1 for all
};

// Which masks dropout draws: the same key gives the same masks.
struct DropoutKey {
    std::uint64_t step = 0;
    std::uint64_t microBatch = 0;
};

struct LossResult {
    double lossSum = 0;        // of -log p over the trained tokens, added in their order
    std::int64_t targets = 0;  // trained tokens that a document predicts (its first never is)
    std::int64_t correct = 0;  // of them, how many are the likeliest token
    std::vector<float> losses; // one a target
    std::vector<std::int32_t> positions; // index in Batch::tokens of each target, ascending
};

// `name` is Hugging Face's for a full fine-tune ("model.layers.0.self_attn.q_proj.weight"), PEFT's
// for an adapter ("base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight").
struct NamedParameter {
    std::string name;
    at::Tensor value;    // fp32, a view of flatValues()
    at::Tensor gradient; // fp32, a view of flatGradients()
};

struct ExportedTensor {
    std::string name;
    at::Tensor value; // fp32, contiguous; rows of q and k (of lora_B too) in half-split order
};

class LlamaModel {
public:
    // Reads and converts every weight. Refuses LoRA targets that a LLaMA does not have.
    static Result<std::unique_ptr<LlamaModel>> load(
        const Checkpoint& checkpoint, const ModelOptions& options);
    ~LlamaModel();
    LlamaModel(const LlamaModel&) = delete;
    LlamaModel& operator=(const LlamaModel&) = delete;

    const ModelConfig& config() const;
    const ModelOptions& options() const;

    // Adds the gradient of lossScale * (the weighted sum of losses) to the gradients. lossSum in
    // the result is not weighted.
    Result<LossResult> forwardBackward(
        const Batch& batch, double lossScale, const DropoutKey& key = {});
    // The loss alone, without dropout.
    Result<LossResult> evaluate(const Batch& batch) const;
    // fp32 logits of one document, without dropout: [tokens, vocabulary], and those after its last
    // token, [vocabulary].
    Result<at::Tensor> logits(const std::vector<std::int32_t>& tokens) const;
    Result<at::Tensor> nextLogits(const std::vector<std::int32_t>& tokens) const;

    // Trained parameters in the order of the forward pass; the views stay valid.
    const std::vector<NamedParameter>& parameters() const;
    const at::Tensor& flatValues() const;
    const at::Tensor& flatGradients() const;
    void zeroGradients();
    // After values changed: brings what is computed with (bf16 copies, adapter columns) up to date.
    void refreshWorkingCopies();

    // The trained parameters as checkpoints hold them.
    std::vector<ExportedTensor> exportTensors() const;

private:
    struct Parts;
    explicit LlamaModel(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> m_parts;
};

} // namespace koala
