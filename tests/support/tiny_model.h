// tests/support/tiny_model.h: a LLaMA small enough to train in a test, with seeded weights: 2
// layers, width 64, vocabulary 512, as a Hugging Face folder or as a GGUF file of any kind of
// tensor. The same options always give the same bytes. Tests that use it link core/weights. Its
// tokeniser is a file of its own: tests/support/tiny_tokenizer.h.
#pragma once

#include <cmath>
#include <cstring>
#include <numbers>

#include <gtest/gtest.h>

#include "core/weights/hf_folder.h"
#include "core/weights/model_names.h"
#include "core/weights/quantized.h"
#include "core/weights/rope_layout.h"
#include "core/weights/safetensors.h"

namespace koala::test {

struct TinyModelOptions {
    std::int32_t vocabulary = 512;
    std::int32_t width = 64;
    std::int32_t mlpWidth = 160;
    std::int32_t layers = 2;
    std::int32_t heads = 4;
    std::int32_t keyValueHeads = 2;
    std::int32_t contextTokens = 512;
    bool tied = true;
    std::uint64_t seed = 1;
    double embeddingDeviation = 0.05; // larger makes the untrained model surer of its nonsense
};

struct TinyTensor {
    std::string name;
    std::vector<std::int64_t> shape;
    std::vector<float> values;
};

inline ModelConfig tinyConfig(const TinyModelOptions& options = {})
{
    ModelConfig config;
    config.vocabularySize = options.vocabulary;
    config.width = options.width;
    config.mlpWidth = options.mlpWidth;
    config.layers = options.layers;
    config.heads = options.heads;
    config.keyValueHeads = options.keyValueHeads;
    config.headSize = options.width / options.heads;
    config.contextTokens = options.contextTokens;
    config.tiedEmbedding = options.tied;
    return config;
}

// Normal numbers by SplitMix64 and Box and Muller.
class TinyRandom {
public:
    explicit TinyRandom(std::uint64_t seed) : m_state(seed) {}
    double uniform()
    {
        m_state += 0x9e3779b97f4a7c15ULL;
        std::uint64_t z = m_state;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
        return double((z ^ z >> 31) >> 11) * 0x1p-53;
    }
    double normal()
    {
        const double radius = std::sqrt(-2 * std::log(1 - uniform()));
        return radius * std::cos(2 * std::numbers::pi * uniform());
    }

private:
    std::uint64_t m_state;
};

inline std::vector<TinyTensor> tinyWeights(const TinyModelOptions& options = {})
{
    TinyRandom random(options.seed);
    std::vector<TinyTensor> tensors;
    for (const ExpectedTensor& expected : expectedTensors(tinyConfig(options))) {
        TinyTensor tensor{expected.name, expected.shape, {}};
        const bool norm = expected.shape.size() == 1;
        const bool embedding = expected.name == "model.embed_tokens.weight";
        const double deviation =
            embedding ? options.embeddingDeviation : 1 / std::sqrt(double(expected.shape.back()));
        std::int64_t count = 1;
        for (const std::int64_t extent : expected.shape)
            count *= extent;
        for (std::int64_t i = 0; i < count; ++i)
            tensor.values.push_back(
                float(norm ? 1 + 0.1 * random.normal() : deviation * random.normal()));
        tensors.push_back(std::move(tensor));
    }
    return tensors;
}

// Weights as fp32 in Hugging Face's row order.
inline void writeHfModel(
    const fs::path& folder, const ModelConfig& config, const std::vector<TinyTensor>& weights)
{
    fs::create_directories(folder);
    std::vector<SafetensorsTensor> tensors;
    for (const TinyTensor& tensor : weights)
        tensors.push_back(
            {tensor.name, "F32", tensor.shape, std::as_bytes(std::span(tensor.values))});
    const auto written =
        writeSafetensors(folder / "model.safetensors", tensors, {{"format", "pt"}});
    ASSERT_TRUE(written.ok()) << written.error().message;
    const auto json = writeHfConfig(folder, config, {.dtype = "float32", .bosId = 1, .eosId = 2});
    ASSERT_TRUE(json.ok()) << json.error().message;
}

inline void writeTinyModel(const fs::path& folder, const TinyModelOptions& options = {})
{
    writeHfModel(folder, tinyConfig(options), tinyWeights(options));
}

// The bytes of a GGUF file, put together key by key.
class GgufBytes {
public:
    template <typename T>
    void number(T value)
    {
        char raw[sizeof(T)];
        std::memcpy(raw, &value, sizeof(T));
        bytes.append(raw, sizeof(T));
    }
    void text(std::string_view value)
    {
        number(std::uint64_t(value.size()));
        bytes += value;
    }
    void key(std::string_view name, std::uint32_t value)
    {
        text(name);
        number(std::uint32_t(4));
        number(value);
    }
    void key(std::string_view name, float value)
    {
        text(name);
        number(std::uint32_t(6));
        number(value);
    }
    void key(std::string_view name, std::string_view value)
    {
        text(name);
        number(std::uint32_t(8));
        text(value);
    }
    void pad(std::size_t alignment = 32)
    {
        bytes.resize((bytes.size() + alignment - 1) / alignment * alignment, '\0');
    }
    std::string bytes;
};

inline std::uint32_t ggufType(TensorType type)
{
    constexpr std::array<std::uint32_t, 6> kTypes{0, 1, 30, 2, 3, 8}; // in the order of TensorType
    return kTypes[std::size_t(type)];
}

// The model as a GGUF file without vocabulary; matrices as `type`, rows of q and k interleaved.
inline std::string ggufModel(
    const ModelConfig& config, const std::vector<TinyTensor>& weights, TensorType type)
{
    GgufBytes out;
    out.bytes = "GGUF";
    out.number(std::uint32_t(3));
    out.number(std::uint64_t(weights.size()));
    out.number(std::uint64_t(9));
    out.key("general.architecture", std::string_view("llama"));
    out.key("llama.context_length", std::uint32_t(config.contextTokens));
    out.key("llama.embedding_length", std::uint32_t(config.width));
    out.key("llama.block_count", std::uint32_t(config.layers));
    out.key("llama.feed_forward_length", std::uint32_t(config.mlpWidth));
    out.key("llama.attention.head_count", std::uint32_t(config.heads));
    out.key("llama.attention.head_count_kv", std::uint32_t(config.keyValueHeads));
    out.key("llama.rope.freq_base", float(config.ropeBase));
    out.key("llama.attention.layer_norm_rms_epsilon", float(config.normEpsilon));
    const auto expected = expectedTensors(config);
    std::string data;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const TinyTensor& tensor = weights[i];
        const bool matrix = tensor.shape.size() == 2;
        const TensorType stored = matrix ? type : TensorType::F32;
        std::vector<float> values = tensor.values;
        const bool query = tensor.name.ends_with("q_proj.weight");
        if (query || tensor.name.ends_with("k_proj.weight"))
            gatherRows(std::as_bytes(std::span(tensor.values)).data(),
                std::as_writable_bytes(std::span(values)).data(),
                interleavedFromHalfSplit(
                    query ? config.heads : config.keyValueHeads, config.headSize),
                std::size_t(config.width) * sizeof(float));
        out.text(expected[i].ggufName);
        out.number(std::uint32_t(tensor.shape.size()));
        for (auto extent = tensor.shape.rbegin(); extent != tensor.shape.rend(); ++extent)
            out.number(std::uint64_t(*extent));
        out.number(ggufType(stored));
        out.number(std::uint64_t(data.size()));
        std::string bytes(rowBytes(stored, values.size()), '\0');
        quantize(stored, values, reinterpret_cast<std::byte*>(bytes.data()));
        data += bytes;
        data.resize((data.size() + 31) / 32 * 32, '\0');
    }
    out.pad();
    return out.bytes + data;
}

} // namespace koala::test
