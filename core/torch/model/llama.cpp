#include "core/torch/model/llama.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>

#include "core/torch/model/llama_parts.h"
#include "core/weights/rope_layout.h"

namespace koala {

struct LlamaModel::Parts : LlamaParts {
    using LlamaParts::LlamaParts;
};

namespace {

constexpr std::array<std::string_view, 7> kTargets{
    "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"};

Status checkOptions(const ModelOptions& options)
{
    const NoiseOptions& noise = options.noise;
    for (const double share : {noise.residualDropout, noise.embeddingDropout,
             noise.attentionDropout, noise.fcmLeast, noise.fcmMost})
        if (!(share >= 0 && share < 1))
            return invalidInput(fmt::format(
                "a share of {} cannot be dropped; dropouts and mask ratios run from 0 to below 1",
                share));
    if (options.method == TrainMethod::Full)
        return {};
    const LoraOptions& lora = options.lora;
    if (lora.rank < 1 || lora.targets.empty() || !(lora.dropout >= 0 && lora.dropout < 1))
        return invalidInput(fmt::format("lora: rank {}, dropout {}, {} targets; needs a rank of at "
                                        "least 1, a dropout from 0 to "
                                        "below 1, and at least one target",
            lora.rank, lora.dropout, lora.targets.size()));
    for (const std::string& target : lora.targets)
        if (std::find(kTargets.begin(), kTargets.end(), target) == kTargets.end())
            return invalidInput(fmt::format("lora: no linear is called \"{}\"; a LLaMA has {}",
                target, fmt::join(kTargets, ", ")));
    return {};
}

Status checkTokens(const std::vector<std::int32_t>& tokens, const ModelConfig& config)
{
    if (tokens.empty())
        return invalidInput("the batch holds no token");
    for (std::size_t t = 0; t < tokens.size(); ++t)
        if (tokens[t] < 0 || tokens[t] >= config.vocabularySize)
            return invalidInput(fmt::format(
                "token {} of the batch is {}, but the model's vocabulary ends at {}: the data was "
                "tokenised for another model",
                t, tokens[t], config.vocabularySize - 1));
    return {};
}

Status checkBatch(const Batch& batch, const ModelConfig& config)
{
    KOALA_RETURN_IF_ERROR(checkTokens(batch.tokens, config));
    if (batch.trained.size() != batch.tokens.size())
        return invalidInput(fmt::format(
            "the batch has {} tokens but a mask of {}", batch.tokens.size(), batch.trained.size()));
    if (!batch.weights.empty() && batch.weights.size() != batch.tokens.size())
        return invalidInput(fmt::format("the batch has {} tokens but {} weights of their losses",
            batch.tokens.size(), batch.weights.size()));
    const auto& starts = batch.documentStarts;
    if (starts.empty() || starts.front() != 0 ||
        std::size_t(starts.back()) >= batch.tokens.size() ||
        std::adjacent_find(starts.begin(), starts.end(), std::greater_equal<>()) != starts.end())
        return invalidInput("the batch's document starts do not ascend from 0 within its tokens");
    return {};
}

struct Targets {
    at::Tensor rows; // of the tokens before the targets
    std::vector<std::int32_t> tokens;
};

Targets targetsOf(const Batch& batch, LossResult& result)
{
    std::size_t next = 0; // of the documents
    for (std::size_t t = 0; t < batch.tokens.size(); ++t) {
        if (next < batch.documentStarts.size() && std::size_t(batch.documentStarts[next]) == t)
            ++next; // the first token of a document is predicted by none
        else if (batch.trained[t] != 0)
            result.positions.push_back(std::int32_t(t));
    }
    result.targets = std::int64_t(result.positions.size());
    Targets targets{at::empty({result.targets}, at::kLong), {}};
    for (std::int64_t i = 0; i < result.targets; ++i) {
        const std::int32_t position = result.positions[std::size_t(i)];
        targets.rows.data_ptr<std::int64_t>()[i] = position - 1;
        targets.tokens.push_back(batch.tokens[std::size_t(position)]);
    }
    return targets;
}

std::vector<float> weightsAt(const Batch& batch, const std::vector<std::int32_t>& positions)
{
    std::vector<float> weights;
    if (!batch.weights.empty())
        for (const std::int32_t position : positions)
            weights.push_back(batch.weights[std::size_t(position)]);
    return weights;
}

void takeLosses(RowLosses&& losses, LossResult& result)
{
    result.losses = std::move(losses.losses);
    result.correct = losses.correct;
    for (const float loss : result.losses)
        result.lossSum += double(loss);
}

} // namespace

LlamaModel::LlamaModel(std::unique_ptr<Parts> parts) : m_parts(std::move(parts)) {}
LlamaModel::~LlamaModel() = default;

Result<std::unique_ptr<LlamaModel>> LlamaModel::load(
    const Checkpoint& checkpoint, const ModelOptions& options)
{
    KOALA_RETURN_IF_ERROR(checkOptions(options));
    const at::NoGradGuard noGrad;
    auto parts = std::make_unique<Parts>(checkpoint.config(), options);
    parts->fill(checkpoint);
    return std::unique_ptr<LlamaModel>(new LlamaModel(std::move(parts)));
}

const ModelConfig& LlamaModel::config() const
{
    return m_parts->config;
}
const ModelOptions& LlamaModel::options() const
{
    return m_parts->options;
}

Result<LossResult> LlamaModel::forwardBackward(
    const Batch& batch, double lossScale, const DropoutKey& key)
{
    KOALA_RETURN_IF_ERROR(checkBatch(batch, config()));
    const at::NoGradGuard noGrad;
    LossResult result;
    const Targets targets = targetsOf(batch, result);
    if (targets.tokens.empty())
        return result;
    const PassInput input = passInput(batch.tokens, batch.documentStarts, key);
    std::vector<LayerTrace> traces;
    const Residual residual = m_parts->forward(input, &traces);
    const LlamaParts::FinalRows last = m_parts->finalRows(residual, targets.rows);
    const CrossEntropyGradients gradients{lossScale, weightsAt(batch, result.positions),
        at::empty_like(last.hidden), m_parts->trainedHead.gradient};
    takeLosses(linearCrossEntropy(last.hidden, m_parts->head, targets.tokens, &gradients), result);

    const at::Tensor dRows = at::zeros_like(last.x);
    rmsNormBackward(gradients.dHidden, {}, last.x, last.rstd, m_parts->finalNorm.value, dRows, {},
        m_parts->finalNorm.gradient);
    at::Tensor dx = at::zeros({std::int64_t(batch.tokens.size()), config().width}, at::kFloat);
    dx.index_copy_(0, targets.rows, dRows);
    m_parts->backward(input, traces, dx);
    return result;
}

Result<LossResult> LlamaModel::evaluate(const Batch& batch) const
{
    KOALA_RETURN_IF_ERROR(checkBatch(batch, config()));
    const at::NoGradGuard noGrad;
    LossResult result;
    const Targets targets = targetsOf(batch, result);
    if (targets.tokens.empty())
        return result;
    const PassInput input = passInput(batch.tokens, batch.documentStarts, {});
    const LlamaParts::FinalRows last =
        m_parts->finalRows(m_parts->forward(input, nullptr), targets.rows);
    takeLosses(linearCrossEntropy(last.hidden, m_parts->head, targets.tokens, nullptr), result);
    return result;
}

Result<at::Tensor> LlamaModel::logits(const std::vector<std::int32_t>& tokens) const
{
    KOALA_RETURN_IF_ERROR(checkTokens(tokens, config()));
    const at::NoGradGuard noGrad;
    const std::vector<std::int32_t> starts{0};
    const Residual residual = m_parts->forward(passInput(tokens, starts, {}), nullptr);
    const at::Tensor all = at::arange(std::int64_t(tokens.size()), at::kLong);
    return headLogits(m_parts->finalRows(residual, all).hidden, m_parts->head);
}

Result<at::Tensor> LlamaModel::nextLogits(const std::vector<std::int32_t>& tokens) const
{
    KOALA_RETURN_IF_ERROR(checkTokens(tokens, config()));
    const at::NoGradGuard noGrad;
    const std::vector<std::int32_t> starts{0};
    const Residual residual = m_parts->forward(passInput(tokens, starts, {}), nullptr);
    const at::Tensor last = at::full({1}, std::int64_t(tokens.size()) - 1, at::kLong);
    return headLogits(m_parts->finalRows(residual, last).hidden, m_parts->head).select(0, 0);
}

const std::vector<NamedParameter>& LlamaModel::parameters() const
{
    return m_parts->store.parameters();
}
const at::Tensor& LlamaModel::flatValues() const
{
    return m_parts->store.values();
}
const at::Tensor& LlamaModel::flatGradients() const
{
    return m_parts->store.gradients();
}

void LlamaModel::zeroGradients()
{
    m_parts->store.gradients().zero_();
}

void LlamaModel::refreshWorkingCopies()
{
    const at::NoGradGuard noGrad;
    m_parts->refresh();
}

std::vector<ExportedTensor> LlamaModel::exportTensors() const
{
    const at::NoGradGuard noGrad;
    std::vector<ExportedTensor> tensors;
    for (const NamedParameter& parameter : parameters()) {
        at::Tensor value = parameter.value.clone();
        const bool query = parameter.name.find(".q_proj.") != std::string::npos;
        const bool key = parameter.name.find(".k_proj.") != std::string::npos;
        const bool outputRows = parameter.name.find(".lora_A.") == std::string::npos;
        if ((query || key) && outputRows && config().ropeLayout == RopeLayout::Interleaved) {
            const auto order = halfSplitFromInterleaved(
                query ? config().heads : config().keyValueHeads, config().headSize);
            const at::Tensor index = at::empty({std::int64_t(order.size())}, at::kLong);
            std::copy(order.begin(), order.end(), index.data_ptr<std::int64_t>());
            value = value.index_select(0, index);
        }
        tensors.push_back({parameter.name, std::move(value)});
    }
    return tensors;
}

} // namespace koala
