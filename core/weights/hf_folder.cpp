#include "core/weights/hf_folder.h"

#include <fmt/format.h>

#include "core/base/utf8.h"

namespace koala {
namespace {

Error notComputed(std::string_view what, std::string_view reason)
{
    return invalidInput(
        fmt::format("{}: {}; models of the plain LLaMA family are read", what, reason));
}

Result<std::int32_t> sizeAt(const Json& json, std::string_view key, std::string_view what)
{
    KOALA_TRY(const std::int64_t value, integerAt(json, key, what));
    if (value <= 0 || value > (1 << 26))
        return invalidInput(fmt::format("{}: {} is {}, which cannot be", what, key, value));
    return static_cast<std::int32_t>(value);
}

std::int32_t sizeOr(const Json& json, std::string_view key, std::int32_t fallback)
{
    const std::int64_t value = integerOr(json, key, fallback);
    return value > 0 && value <= (1 << 26) ? static_cast<std::int32_t>(value) : fallback;
}

// Newer files nest the rotary settings in rope_parameters; older ones have rope_theta and
// rope_scaling.
Status readRope(const Json& json, std::string_view what, ModelConfig& config)
{
    config.ropeBase = numberOr(json, "rope_theta", 10000.0);
    for (const std::string_view key : {"rope_parameters", "rope_scaling"}) {
        const Json& rope = memberOr(json, key);
        if (!rope.is_object())
            continue;
        const std::string type = stringOr(rope, "rope_type", stringOr(rope, "type", "default"));
        if (type != "default")
            return notComputed(what, fmt::format("the rotary scaling \"{}\" is not computed",
                                         elided(toValidUtf8(type), 40)));
        config.ropeBase = numberOr(rope, "rope_theta", config.ropeBase);
    }
    return {};
}

} // namespace

Result<ModelConfig> configFromHf(const Json& json, std::string_view what)
{
    if (!json.is_object())
        return invalidInput(fmt::format("{}: is not a JSON object", what));
    const std::string type = stringOr(json, "model_type", "");
    if (type != "llama")
        return notComputed(
            what, fmt::format("model_type is \"{}\"", elided(toValidUtf8(type), 40)));
    const std::string activation = stringOr(json, "hidden_act", "silu");
    if (activation != "silu")
        return notComputed(
            what, fmt::format("hidden_act is \"{}\"", elided(toValidUtf8(activation), 40)));
    if (boolOr(json, "attention_bias", false) || boolOr(json, "mlp_bias", false))
        return notComputed(what, "its linear layers have biases");

    ModelConfig config;
    KOALA_TRY(config.vocabularySize, sizeAt(json, "vocab_size", what));
    KOALA_TRY(config.width, sizeAt(json, "hidden_size", what));
    KOALA_TRY(config.mlpWidth, sizeAt(json, "intermediate_size", what));
    KOALA_TRY(config.layers, sizeAt(json, "num_hidden_layers", what));
    KOALA_TRY(config.heads, sizeAt(json, "num_attention_heads", what));
    config.keyValueHeads = sizeOr(json, "num_key_value_heads", config.heads);
    config.headSize = sizeOr(json, "head_dim", config.width / config.heads);
    config.contextTokens = sizeOr(json, "max_position_embeddings", 2048);
    config.normEpsilon = numberOr(json, "rms_norm_eps", 1e-6);
    config.tiedEmbedding = boolOr(json, "tie_word_embeddings", false);
    config.ropeLayout = RopeLayout::HalfSplit;
    KOALA_RETURN_IF_ERROR(readRope(json, what, config));
    return config;
}

OrderedJson configToHf(const ModelConfig& config, const HfConfigExtras& extras)
{
    OrderedJson json;
    json["architectures"] = {"LlamaForCausalLM"};
    json["attention_bias"] = false;
    if (extras.bosId)
        json["bos_token_id"] = *extras.bosId;
    if (extras.eosId)
        json["eos_token_id"] = *extras.eosId;
    if (extras.padId)
        json["pad_token_id"] = *extras.padId;
    json["head_dim"] = config.headSize;
    json["hidden_act"] = "silu";
    json["hidden_size"] = config.width;
    json["initializer_range"] = 0.02;
    json["intermediate_size"] = config.mlpWidth;
    json["max_position_embeddings"] = config.contextTokens;
    json["mlp_bias"] = false;
    json["model_type"] = "llama";
    json["num_attention_heads"] = config.heads;
    json["num_hidden_layers"] = config.layers;
    json["num_key_value_heads"] = config.keyValueHeads;
    json["rms_norm_eps"] = config.normEpsilon;
    json["rope_scaling"] = nullptr;
    json["rope_theta"] = config.ropeBase;
    json["tie_word_embeddings"] = config.tiedEmbedding;
    json["torch_dtype"] = extras.dtype;
    json["use_cache"] = true;
    json["vocab_size"] = config.vocabularySize;
    return json;
}

Status writeHfConfig(
    const fs::path& folder, const ModelConfig& config, const HfConfigExtras& extras)
{
    KOALA_RETURN_IF_ERROR(writeJsonFile(folder / "config.json", configToHf(config, extras)));
    OrderedJson generation;
    generation["_from_model_config"] = true;
    if (extras.bosId)
        generation["bos_token_id"] = *extras.bosId;
    if (extras.eosId)
        generation["eos_token_id"] = *extras.eosId;
    if (extras.padId)
        generation["pad_token_id"] = *extras.padId;
    return writeJsonFile(folder / "generation_config.json", generation);
}

} // namespace koala
