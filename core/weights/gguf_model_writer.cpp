#include <map>

#include <fmt/format.h>

#include "core/base/atomic_file.h"
#include "core/weights/model_names.h"
#include "core/weights/model_writers.h"

namespace koala {
namespace {

// The numbers of GGUF's tensor types and of general.file_type (spec 05 section 6).
struct TypeNumbers {
    std::uint32_t tensor;
    std::int64_t file;
};
TypeNumbers numbersOf(TensorType type)
{
    switch (type) {
    case TensorType::F32:
        return {0, 0};
    case TensorType::F16:
        return {1, 1};
    case TensorType::Q4_0:
        return {2, 2};
    case TensorType::Q4_1:
        return {3, 3};
    case TensorType::Q8_0:
        return {8, 7};
    case TensorType::BF16:
        return {30, 32};
    }
    return {0, 0};
}

TensorType storedType(const SourceTensor& tensor, TensorType wanted)
{
    if (tensor.shape.size() < 2)
        return TensorType::F32;
    const bool isBlockType =
        wanted == TensorType::Q4_0 || wanted == TensorType::Q4_1 || wanted == TensorType::Q8_0;
    return isBlockType && tensor.shape.back() % 32 != 0 ? TensorType::F16 : wanted;
}

GgufMetadata modelMetadata(const ModelConfig& config, TensorType type, const std::string& name)
{
    const auto whole = [](std::int32_t value) { return GgufValue(std::int64_t(value)); };
    return {{"general.architecture", std::string("llama")}, {"general.name", name},
        {"general.file_type", numbersOf(type).file},
        {"general.quantization_version", std::int64_t(2)},
        {"llama.context_length", whole(config.contextTokens)},
        {"llama.embedding_length", whole(config.width)},
        {"llama.block_count", whole(config.layers)},
        {"llama.feed_forward_length", whole(config.mlpWidth)},
        {"llama.vocab_size", whole(config.vocabularySize)},
        {"llama.rope.dimension_count", whole(config.headSize)},
        {"llama.rope.freq_base", config.ropeBase},
        {"llama.attention.head_count", whole(config.heads)},
        {"llama.attention.head_count_kv", whole(config.keyValueHeads)},
        {"llama.attention.key_length", whole(config.headSize)},
        {"llama.attention.value_length", whole(config.headSize)},
        {"llama.attention.layer_norm_rms_epsilon", config.normEpsilon}};
}

std::uint64_t padded(std::uint64_t bytes)
{
    return (bytes + kGgufAlignment - 1) / kGgufAlignment * kGgufAlignment;
}

} // namespace

Status writeGgufModel(const fs::path& path, const SourceModel& model, TensorType type,
    const std::string& name, const GgufMetadata& vocabulary, const WriteProgress& progress)
{
    std::map<std::string, std::string> names;
    for (ExpectedTensor& expected : expectedTensors(model.config))
        names.emplace(std::move(expected.name), std::move(expected.ggufName));
    std::vector<GgufTensorInfo> infos;
    std::uint64_t offset = 0;
    for (const SourceTensor& tensor : model.tensors) {
        const auto known = names.find(tensor.name);
        if (known == names.end())
            return invalidInput(fmt::format("tensor {} has no place in a GGUF", tensor.name));
        GgufTensorInfo info;
        info.name = known->second;
        info.extents.assign(tensor.shape.rbegin(), tensor.shape.rend());
        const TensorType stored = storedType(tensor, type);
        info.type = numbersOf(stored).tensor;
        info.offset = offset;
        SourceTensor shaped = tensor;
        shaped.type = stored;
        offset += padded(shaped.bytes());
        infos.push_back(std::move(info));
    }
    GgufMetadata metadata = modelMetadata(model.config, type, name);
    metadata.insert(metadata.end(), vocabulary.begin(), vocabulary.end());
    KOALA_TRY(AtomicFile file, AtomicFile::create(path));
    KOALA_RETURN_IF_ERROR(file.write(ggufHeaderBytes(metadata, infos)));
    for (std::size_t i = 0; i < model.tensors.size(); ++i) {
        if (progress && !progress(i, model.tensors.size()))
            return cancelled("stopped");
        const SourceTensor& tensor = model.tensors[i];
        KOALA_TRY(std::vector<std::byte> data,
            readAs(tensor, model.config, storedType(tensor, type), RopeLayout::Interleaved));
        data.resize(padded(data.size()));
        KOALA_RETURN_IF_ERROR(file.write(data));
    }
    return file.commit();
}

} // namespace koala
