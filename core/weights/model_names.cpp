#include "core/weights/model_names.h"

#include <cmath>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/utf8.h"

namespace koala {
namespace {

constexpr std::int64_t kMaxSize = std::int64_t(1) << 24;
constexpr std::int64_t kMaxLayers = 4096;

// What old files carry beside the weights and nobody needs.
bool isIgnored(std::string_view name)
{
    return name.ends_with("rotary_emb.inv_freq");
}

} // namespace

std::vector<ExpectedTensor> expectedTensors(const ModelConfig& c)
{
    const std::int64_t query = std::int64_t(c.heads) * c.headSize;
    const std::int64_t keyValue = std::int64_t(c.keyValueHeads) * c.headSize;
    std::vector<ExpectedTensor> all;
    all.push_back({"model.embed_tokens.weight", "token_embd.weight", "transformer/wte/embedding",
        "tok_embeddings.weight", {c.vocabularySize, c.width}});
    for (std::int32_t layer = 0; layer < c.layers; ++layer) {
        // Meta's names are EasyLM's with other separators.
        const auto add = [&](std::string_view name, std::string_view ggufName,
                             std::string_view group, std::string_view part,
                             std::vector<std::int64_t> shape) {
            const std::string separator = part.empty() ? "" : "/";
            const std::string dot = part.empty() ? "" : ".";
            all.push_back({fmt::format("model.layers.{}.{}.weight", layer, name),
                fmt::format("blk.{}.{}.weight", layer, ggufName),
                fmt::format("transformer/h/{}/{}{}{}/kernel", layer, group, separator, part),
                fmt::format("layers.{}.{}{}{}.weight", layer, group, dot, part), std::move(shape)});
        };
        add("input_layernorm", "attn_norm", "attention_norm", "", {c.width});
        add("self_attn.q_proj", "attn_q", "attention", "wq", {query, c.width});
        add("self_attn.k_proj", "attn_k", "attention", "wk", {keyValue, c.width});
        add("self_attn.v_proj", "attn_v", "attention", "wv", {keyValue, c.width});
        add("self_attn.o_proj", "attn_output", "attention", "wo", {c.width, query});
        add("post_attention_layernorm", "ffn_norm", "ffn_norm", "", {c.width});
        add("mlp.gate_proj", "ffn_gate", "feed_forward", "w1", {c.mlpWidth, c.width});
        add("mlp.up_proj", "ffn_up", "feed_forward", "w3", {c.mlpWidth, c.width});
        add("mlp.down_proj", "ffn_down", "feed_forward", "w2", {c.width, c.mlpWidth});
    }
    all.push_back({"model.norm.weight", "output_norm.weight", "transformer/ln_f/kernel",
        "norm.weight", {c.width}});
    if (!c.tiedEmbedding)
        all.push_back({"lm_head.weight", "output.weight", "lm_head/kernel", "output.weight",
            {c.vocabularySize, c.width}});
    return all;
}

Status checkConfig(const ModelConfig& c, std::string_view what)
{
    const auto wrong = [&](std::string_view reason) {
        return invalidInput(fmt::format("{}: its configuration cannot be: {}", what, reason));
    };
    for (const std::int64_t size : {c.vocabularySize, c.width, c.mlpWidth, c.layers, c.heads,
             c.keyValueHeads, c.headSize, c.contextTokens})
        if (size <= 0 || size > kMaxSize)
            return wrong(fmt::format("a size is {}", size));
    if (c.layers > kMaxLayers)
        return wrong(fmt::format("{} layers", c.layers));
    if (c.heads % c.keyValueHeads != 0)
        return wrong(fmt::format(
            "{} heads do not share {} key-value heads evenly", c.heads, c.keyValueHeads));
    if (c.headSize % 2 != 0)
        return wrong(fmt::format("a head of {} values has no pairs to rotate", c.headSize));
    if (std::int64_t(c.heads) * c.headSize > kMaxSize)
        return wrong(fmt::format("{} heads of {} values", c.heads, c.headSize));
    if (!std::isfinite(c.ropeBase) || c.ropeBase <= 0 || !std::isfinite(c.normEpsilon) ||
        c.normEpsilon < 0)
        return wrong("rope base or norm epsilon is not a positive number");
    return {};
}

Result<std::vector<TensorView>> selectTensors(
    const ModelConfig& config, std::vector<TensorView> tensors, std::string_view what)
{
    std::map<std::string, TensorView, std::less<>> byName;
    for (TensorView& tensor : tensors) {
        std::string name = tensor.name;
        if (!byName.emplace(name, std::move(tensor)).second)
            return invalidInput(fmt::format("{}: tensor {} is there twice; the file is damaged",
                what, elided(toValidUtf8(name), 80)));
    }
    if (config.tiedEmbedding) { // stored under either name, or both; the embedding counts
        if (auto head = byName.extract("lm_head.weight"); !head.empty()) {
            head.key() = "model.embed_tokens.weight";
            head.mapped().name = head.key();
            byName.insert(std::move(head));
        }
    }
    std::vector<TensorView> kept;
    for (const ExpectedTensor& expected : expectedTensors(config)) {
        const auto found = byName.find(expected.name);
        if (found == byName.end())
            return invalidInput(
                fmt::format("{}: tensor {} is missing; the file is incomplete or of "
                            "another architecture",
                    what, expected.name));
        if (found->second.shape != expected.shape)
            return invalidInput(
                fmt::format("{}: tensor {} has the shape [{}], but the configuration "
                            "asks for [{}]",
                    what, expected.name, fmt::join(found->second.shape, ", "),
                    fmt::join(expected.shape, ", ")));
        kept.push_back(std::move(found->second));
        byName.erase(found);
    }
    for (const auto& [name, tensor] : byName)
        if (!isIgnored(name))
            return invalidInput(
                fmt::format("{}: holds a tensor {} that a LLaMA of this configuration "
                            "has not; it would not be computed as it was trained",
                    what, elided(toValidUtf8(name), 80)));
    return kept;
}

std::string templateHintFrom(std::string_view chatTemplate)
{
    constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kSigns{{
        {"<|im_start|>", "chatml"},
        {"<|start_header_id|>", "llama-3"},
        {"BEGINNING OF CONVERSATION:", "koala"},
        {"[INST]", "llama-2"},
        {"### Instruction:", "alpaca"},
        {"ASSISTANT:", "vicuna"},
    }};
    for (const auto& [sign, name] : kSigns)
        if (chatTemplate.find(sign) != std::string_view::npos)
            return std::string(name);
    return {};
}

} // namespace koala
