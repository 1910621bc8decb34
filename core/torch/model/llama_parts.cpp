#include "core/torch/model/llama_parts.h"

#include <algorithm>

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include "core/base/counter_random.h"

namespace koala {

namespace {

constexpr const char* kEmbedding = "model.embed_tokens.weight";
constexpr const char* kHead = "lm_head.weight";
// Places of draws within a layer; 0 to 3 are the adapters'.
constexpr std::uint64_t kEmbeddingPlace = 4, kAttentionPlace = 5, kForgetPlace = 6,
                        kAttentionOutputPlace = 7, kMlpOutputPlace = 8;

NormWeight declareNorm(
    std::string name, std::int64_t width, const ModelOptions& options, ParameterStore& store)
{
    if (options.method == TrainMethod::Full)
        store.declare(name, {width});
    return {std::move(name), {}, {}};
}

void fillNorm(NormWeight& norm, const Checkpoint& checkpoint, const ModelOptions& options,
    const ParameterStore& store)
{
    norm.value = loadTensor(checkpoint, norm.name);
    if (options.method != TrainMethod::Full)
        return;
    const NamedParameter& trained = store.at(norm.name);
    trained.value.copy_(norm.value);
    norm.value = trained.value;
    norm.gradient = trained.gradient;
}

LlamaLayer declareLayer(std::int32_t index, const ModelConfig& config, const ModelOptions& options,
    ParameterStore& store)
{
    const std::string prefix = "model.layers." + std::to_string(index) + ".";
    const auto part = [&](const std::string& block, const std::string& name, std::int64_t rows) {
        const auto& targets = options.lora.targets;
        return FusedLinear::Part{prefix + block + "." + name + ".weight", rows,
            std::find(targets.begin(), targets.end(), name) != targets.end()};
    };
    const std::int64_t D = config.width;
    const std::int64_t queries = std::int64_t(config.heads) * config.headSize;
    const std::int64_t keys = std::int64_t(config.keyValueHeads) * config.headSize;
    // Braces evaluate in order: parameters are declared in the order of the forward pass.
    return LlamaLayer{declareNorm(prefix + "input_layernorm.weight", D, options, store),
        FusedLinear({part("self_attn", "q_proj", queries), part("self_attn", "k_proj", keys),
                        part("self_attn", "v_proj", keys)},
            D, options, store),
        FusedLinear({part("self_attn", "o_proj", D)}, queries, options, store),
        declareNorm(prefix + "post_attention_layernorm.weight", D, options, store),
        FusedLinear(
            {part("mlp", "gate_proj", config.mlpWidth), part("mlp", "up_proj", config.mlpWidth)}, D,
            options, store),
        FusedLinear({part("mlp", "down_proj", D)}, config.mlpWidth, options, store)};
}

} // namespace

PassInput passInput(const std::vector<std::int32_t>& tokens,
    const std::vector<std::int32_t>& documentStarts, std::optional<DropoutKey> dropout)
{
    PassInput input{tokens, documentStarts, {}, dropout};
    input.positions.resize(tokens.size());
    std::size_t document = 0;
    for (std::size_t t = 0; t < tokens.size(); ++t) {
        while (
            document + 1 < documentStarts.size() && std::size_t(documentStarts[document + 1]) <= t)
            ++document;
        input.positions[t] = std::int32_t(t) - documentStarts[document];
    }
    return input;
}

LlamaParts::LlamaParts(const ModelConfig& modelConfig, const ModelOptions& modelOptions)
    : config(modelConfig), options(modelOptions), type(computeType(modelOptions.precision)),
      shape{modelConfig.heads, modelConfig.keyValueHeads, modelConfig.headSize}
{
    if (full())
        store.declare(kEmbedding, {config.vocabularySize, config.width});
    layers.reserve(std::size_t(config.layers));
    for (std::int32_t i = 0; i < config.layers; ++i)
        layers.push_back(declareLayer(i, config, options, store));
    finalNorm = declareNorm("model.norm.weight", config.width, options, store);
    if (full() && !config.tiedEmbedding)
        store.declare(kHead, {config.vocabularySize, config.width});
    store.allocate();
}

void LlamaParts::fill(const Checkpoint& checkpoint)
{
    const auto matrix = [&](const char* name, NamedParameter& trained) -> at::Tensor {
        if (!full())
            return loadTensor(checkpoint, name).to(type);
        trained = store.at(name);
        trained.value.copy_(loadTensor(checkpoint, name));
        return trained.value.to(type); // the trained values themselves in fp32
    };
    embedding = matrix(kEmbedding, trainedEmbedding);
    for (LlamaLayer& layer : layers) {
        fillNorm(layer.attentionNorm, checkpoint, options, store);
        layer.qkv.fill(checkpoint, store);
        layer.output.fill(checkpoint, store);
        fillNorm(layer.mlpNorm, checkpoint, options, store);
        layer.gateUp.fill(checkpoint, store);
        layer.down.fill(checkpoint, store);
    }
    fillNorm(finalNorm, checkpoint, options, store);
    if (config.tiedEmbedding) {
        trainedHead = trainedEmbedding;
        head = OutputHead(embedding);
    } else {
        head = OutputHead(matrix(kHead, trainedHead));
    }
}

void LlamaParts::refresh()
{
    for (LlamaLayer& layer : layers)
        for (FusedLinear* linear : {&layer.qkv, &layer.output, &layer.gateUp, &layer.down})
            linear->refresh();
    if (!full())
        return;
    if (type != at::kFloat) {
        embedding.copy_(trainedEmbedding.value);
        if (!config.tiedEmbedding)
            head.weight().copy_(trainedHead.value);
    }
    head.repack();
}

void LlamaParts::growRope(const PassInput& input)
{
    const std::int64_t wanted =
        1 + *std::max_element(input.positions.begin(), input.positions.end());
    if (m_rope.cosines.defined() && m_rope.cosines.size(0) >= wanted)
        return;
    std::int64_t size = 512;
    while (size < wanted)
        size *= 2;
    m_rope = ropeTables(
        size, config.headSize, config.ropeBase, config.ropeLayout == RopeLayout::Interleaved);
}

std::uint64_t LlamaParts::drawKey(
    const PassInput& input, std::size_t layer, std::uint64_t place) const
{
    std::uint64_t key = options.seed;
    for (const std::uint64_t part :
        {input.dropout->step, input.dropout->microBatch, std::uint64_t(layer), place})
        key = joinKeys(key, part);
    return key;
}

Dropout LlamaParts::dropoutFor(const PassInput& input, std::size_t layer, std::uint64_t place) const
{
    if (!input.dropout || options.lora.dropout <= 0 || full())
        return {};
    return {options.lora.dropout, drawKey(input, layer, place)};
}

AttentionNoise LlamaParts::attentionNoise(const PassInput& input, std::size_t layer) const
{
    if (!input.dropout)
        return {};
    const NoiseOptions& noise = options.noise;
    // The mask is one for all layers and heads, as EasyLM's.
    return {noise.attentionDropout, drawKey(input, layer, kAttentionPlace), noise.fcmLeast,
        noise.fcmMost, drawKey(input, 0, kForgetPlace)};
}

void LlamaParts::dropShare(const at::Tensor& rows, const PassInput& input, double share,
    std::size_t layer, std::uint64_t place) const
{
    if (input.dropout && share > 0)
        rows.copy_(dropoutRows(rows, share, drawKey(input, layer, place)));
}

Residual LlamaParts::forward(const PassInput& input, std::vector<LayerTrace>* traces)
{
    growRope(input);
    const auto T = std::int64_t(input.tokens.size());
    const std::int64_t D = config.width;
    const std::int64_t queries = shape.heads * shape.headSize;
    const at::Tensor ids = at::empty({T}, at::kLong);
    std::copy(input.tokens.begin(), input.tokens.end(), ids.data_ptr<std::int64_t>());
    Residual residual{embedding.index_select(0, ids).to(at::kFloat), {}};
    dropShare(residual.x, input, options.noise.embeddingDropout, 0, kEmbeddingPlace);
    const auto ofType = at::TensorOptions(type);

    const auto addNorm = [&](const NormWeight& norm, const at::Tensor& y, at::Tensor& rstd) {
        const at::Tensor next =
            residual.delta.defined() ? at::empty({T, D}, at::kFloat) : residual.x;
        rstd = at::empty({T}, at::kFloat);
        addRmsNorm(residual.x, residual.delta, next, norm.value, config.normEpsilon, y, rstd);
        residual.x = next;
    };
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const LlamaLayer& layer = layers[i];
        LayerTrace trace;
        at::Tensor y = layer.qkv.input(T);
        addNorm(layer.attentionNorm, y, trace.rstd1);
        trace.x1 = residual.x;
        trace.qkv = attentionInput(T, shape, type);
        trace.middleQkv = layer.qkv.forward(y, trace.qkv, dropoutFor(input, i, 0));
        rope(trace.qkv, shape.heads + shape.keyValueHeads, shape.headSize, m_rope, input.positions,
            Turn::Forward);
        at::Tensor attended = layer.output.input(T);
        trace.attention = attended.narrow(1, 0, queries);
        trace.logSum = at::empty({shape.heads, T}, at::kFloat);
        attentionForward(trace.qkv, input.documentStarts, shape, trace.attention, trace.logSum,
            attentionNoise(input, i));
        residual.delta = at::empty({T, D}, ofType);
        trace.middleOutput =
            layer.output.forward(attended, residual.delta, dropoutFor(input, i, 1));
        dropShare(residual.delta, input, options.noise.residualDropout, i, kAttentionOutputPlace);

        y = layer.gateUp.input(T);
        addNorm(layer.mlpNorm, y, trace.rstd2);
        trace.x2 = residual.x;
        trace.gateUp = at::empty({T, layer.gateUp.outputs()}, ofType);
        trace.middleGateUp = layer.gateUp.forward(y, trace.gateUp, dropoutFor(input, i, 2));
        const at::Tensor h = layer.down.input(T);
        swiglu(trace.gateUp, h);
        residual.delta = at::empty({T, D}, ofType);
        trace.middleDown = layer.down.forward(h, residual.delta, dropoutFor(input, i, 3));
        dropShare(residual.delta, input, options.noise.residualDropout, i, kMlpOutputPlace);
        if (traces != nullptr)
            traces->push_back(std::move(trace));
    }
    return residual;
}

LlamaParts::FinalRows LlamaParts::finalRows(const Residual& residual, const at::Tensor& rows) const
{
    const at::Tensor x = residual.x.index_select(0, rows);
    FinalRows out{at::empty_like(x), at::empty({x.size(0)}, at::kFloat),
        at::empty({x.size(0), x.size(1)}, type)};
    addRmsNorm(x, residual.delta.index_select(0, rows), out.x, finalNorm.value, config.normEpsilon,
        out.hidden, out.rstd);
    return out;
}

void LlamaParts::backward(
    const PassInput& input, std::vector<LayerTrace>& traces, const at::Tensor& dx)
{
    const at::Tensor dxCopy = dx.to(type, false, true);
    for (std::size_t i = layers.size(); i-- > 0;) {
        const LlamaLayer& layer = layers[i];
        const LayerTrace& trace = traces[i];
        const auto T = std::int64_t(input.tokens.size());

        at::Tensor h;
        if (layer.down.trained()) {
            h = at::empty({T, config.mlpWidth}, trace.gateUp.options());
            swiglu(trace.gateUp, h);
        }
        dropShare(dxCopy, input, options.noise.residualDropout, i, kMlpOutputPlace);
        auto gradient = layer.down.backward(dxCopy, h, trace.middleDown, dropoutFor(input, i, 3),
            FusedLinear::Need::ParametersAndInput);
        const at::Tensor dGateUp = at::empty_like(trace.gateUp);
        swigluBackward(gradient.dx, gradient.addend, trace.gateUp, dGateUp);
        const at::Tensor y = at::empty({T, config.width}, trace.gateUp.options());
        if (layer.gateUp.trained())
            applyNorm(trace.x2, trace.rstd2, layer.mlpNorm.value, y);
        gradient = layer.gateUp.backward(dGateUp, y, trace.middleGateUp, dropoutFor(input, i, 2),
            FusedLinear::Need::ParametersAndInput);
        rmsNormBackward(gradient.dx, gradient.addend, trace.x2, trace.rstd2, layer.mlpNorm.value,
            dx, dxCopy, layer.mlpNorm.gradient);

        dropShare(dxCopy, input, options.noise.residualDropout, i, kAttentionOutputPlace);
        gradient = layer.output.backward(dxCopy, trace.attention, trace.middleOutput,
            dropoutFor(input, i, 1), FusedLinear::Need::ParametersAndInput);
        if (gradient.addend.defined())
            addRows(gradient.dx, gradient.addend);
        const at::Tensor dQkv = at::empty({T, shape.columns()}, trace.qkv.options());
        attentionBackward(gradient.dx, trace.qkv, trace.attention, trace.logSum,
            input.documentStarts, shape, dQkv, attentionNoise(input, i));
        rope(dQkv, shape.heads + shape.keyValueHeads, shape.headSize, m_rope, input.positions,
            Turn::Backward);
        if (layer.qkv.trained())
            applyNorm(trace.x1, trace.rstd1, layer.attentionNorm.value, y);
        // Below the first layer only the embedding wants a gradient.
        const bool onward = i > 0 || full();
        gradient = layer.qkv.backward(dQkv, y, trace.middleQkv, dropoutFor(input, i, 0),
            onward ? FusedLinear::Need::ParametersAndInput : FusedLinear::Need::Parameters);
        if (onward)
            rmsNormBackward(gradient.dx, gradient.addend, trace.x1, trace.rstd1,
                layer.attentionNorm.value, dx, dxCopy, layer.attentionNorm.gradient);
        traces.pop_back();
    }
    if (!full())
        return;
    dropShare(dx, input, options.noise.embeddingDropout, 0, kEmbeddingPlace);
    for (std::size_t t = 0; t < input.tokens.size(); ++t)
        trainedEmbedding.gradient[input.tokens[t]].add_(dx[std::int64_t(t)]);
}

} // namespace koala
