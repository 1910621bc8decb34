#include "core/weights/gguf_checkpoint.h"

#include <fmt/format.h>

#include "core/base/utf8.h"
#include "core/weights/model_names.h"

namespace koala {
namespace {

class GgufCheckpoint final : public Checkpoint {
public:
    GgufCheckpoint(fs::path path, MappedFile file, ModelConfig config,
        std::vector<TensorView> tensors, std::string templateHint)
        : m_path(std::move(path)), m_file(std::move(file)), m_config(std::move(config)),
          m_tensors(std::move(tensors)), m_templateHint(std::move(templateHint))
    {
    }
    const ModelConfig& config() const override { return m_config; }
    const std::vector<TensorView>& tensors() const override { return m_tensors; }
    const fs::path& path() const override { return m_path; }
    std::string templateHint() const override { return m_templateHint; }

private:
    fs::path m_path;
    MappedFile m_file;
    ModelConfig m_config;
    std::vector<TensorView> m_tensors;
    std::string m_templateHint;
};

std::optional<TensorType> typeOf(std::uint32_t ggufType)
{
    switch (ggufType) {
    case 0:
        return TensorType::F32;
    case 1:
        return TensorType::F16;
    case 2:
        return TensorType::Q4_0;
    case 3:
        return TensorType::Q4_1;
    case 8:
        return TensorType::Q8_0;
    case 30:
        return TensorType::BF16;
    default:
        return std::nullopt;
    }
}

bool isBlocked(TensorType type)
{
    return type == TensorType::Q4_0 || type == TensorType::Q4_1 || type == TensorType::Q8_0;
}

// The view of one tensor's bytes, or why it has none.
Result<TensorView> viewOf(const GgufTensorInfo& info, const GgufHeader& header,
    std::span<const std::byte> file, std::string_view what)
{
    const std::string shown = elided(toValidUtf8(info.name), 80);
    const auto type = typeOf(info.type);
    if (!type)
        return invalidInput(
            fmt::format("{}: tensor {} is of GGUF type {}, which is not read; convert "
                        "the model to F16, BF16, Q8_0, Q4_1 or Q4_0",
                what, shown, info.type));
    constexpr std::uint64_t kMaxExtent = std::uint64_t(1) << 40;
    std::uint64_t rows = 1;
    for (std::size_t i = 0; i < info.extents.size(); ++i) {
        if (info.extents[i] == 0 || info.extents[i] > kMaxExtent ||
            (i > 0 && __builtin_mul_overflow(rows, info.extents[i], &rows)))
            return invalidInput(fmt::format("{}: the size of tensor {} cannot be", what, shown));
    }
    const std::uint64_t columns = info.extents[0];
    if (isBlocked(*type) && columns % 32 != 0)
        return invalidInput(fmt::format(
            "{}: tensor {} has {} columns; its type needs a multiple of 32", what, shown, columns));
    std::uint64_t bytes = 0;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    if (__builtin_mul_overflow(std::uint64_t(rowBytes(*type, columns)), rows, &bytes) ||
        __builtin_add_overflow(header.dataStart, info.offset, &begin) ||
        __builtin_add_overflow(begin, bytes, &end))
        return invalidInput(fmt::format("{}: the size of tensor {} cannot be", what, shown));
    if (info.offset % header.alignment != 0)
        return invalidInput(
            fmt::format("{}: tensor {} is not aligned to {} bytes; the file is damaged", what,
                shown, header.alignment));
    if (end > file.size())
        return invalidInput(
            fmt::format("{}: tensor {} ends {} bytes past the end of the file; it is "
                        "incomplete, fetch or copy it again",
                what, shown, end - file.size()));
    TensorView view;
    view.name = info.name;
    view.type = *type;
    view.shape.assign(info.extents.rbegin(), info.extents.rend());
    view.data = file.subspan(begin, bytes);
    return view;
}

Result<std::int32_t> sizeOf(const GgufHeader& header, std::string_view key, std::string_view what)
{
    const auto value = header.integer(key);
    if (!value)
        return invalidInput(fmt::format("{}: the key {} is missing or no number", what, key));
    if (*value <= 0 || *value > (1 << 26))
        return invalidInput(fmt::format("{}: {} is {}, which cannot be", what, key, *value));
    return static_cast<std::int32_t>(*value);
}

Result<std::int32_t> sizeOr(
    const GgufHeader& header, std::string_view key, std::int32_t fallback, std::string_view what)
{
    if (!header.values.contains(key))
        return fallback;
    return sizeOf(header, key, what);
}

const GgufTensorInfo* tensorNamed(const GgufHeader& header, std::string_view name)
{
    for (const GgufTensorInfo& info : header.tensors)
        if (info.name == name)
            return &info;
    return nullptr;
}

} // namespace

Result<ModelConfig> configFromGguf(const GgufHeader& header, std::string_view what)
{
    const std::string* architecture = header.string("general.architecture");
    if (architecture == nullptr || *architecture != "llama")
        return invalidInput(
            fmt::format("{}: its architecture is \"{}\"; models of the LLaMA family are read", what,
                architecture ? elided(toValidUtf8(*architecture), 40) : ""));
    const std::string* scaling = header.string("llama.rope.scaling.type");
    if (scaling != nullptr && *scaling != "none")
        return invalidInput(fmt::format("{}: the rotary scaling \"{}\" is not computed here", what,
            elided(toValidUtf8(*scaling), 40)));
    if (header.integer("llama.expert_count").value_or(0) > 0)
        return invalidInput(
            fmt::format("{}: it is a mixture of experts, which is not computed here", what));
    const GgufTensorInfo* embedding = tensorNamed(header, "token_embd.weight");
    if (embedding == nullptr)
        return invalidInput(
            fmt::format("{}: holds no token_embd.weight; a file with a vocabulary only "
                        "is no model",
                what));
    ModelConfig config;
    if (embedding->extents.size() != 2 || embedding->extents[1] > (1U << 26))
        return invalidInput(fmt::format("{}: the shape of token_embd.weight cannot be", what));
    config.vocabularySize = static_cast<std::int32_t>(embedding->extents[1]);
    KOALA_TRY(config.width, sizeOf(header, "llama.embedding_length", what));
    KOALA_TRY(config.mlpWidth, sizeOf(header, "llama.feed_forward_length", what));
    KOALA_TRY(config.layers, sizeOf(header, "llama.block_count", what));
    KOALA_TRY(config.heads, sizeOf(header, "llama.attention.head_count", what));
    KOALA_TRY(
        config.keyValueHeads, sizeOr(header, "llama.attention.head_count_kv", config.heads, what));
    KOALA_TRY(config.headSize,
        sizeOr(header, "llama.attention.key_length", config.width / config.heads, what));
    KOALA_TRY(const std::int32_t rotated,
        sizeOr(header, "llama.rope.dimension_count", config.headSize, what));
    if (rotated != config.headSize)
        return invalidInput(
            fmt::format("{}: rotates {} of {} values a head, which is not computed here", what,
                rotated, config.headSize));
    KOALA_TRY(config.contextTokens, sizeOf(header, "llama.context_length", what));
    config.ropeBase = header.number("llama.rope.freq_base").value_or(10000.0);
    const auto epsilon = header.number("llama.attention.layer_norm_rms_epsilon");
    if (!epsilon)
        return invalidInput(
            fmt::format("{}: the key llama.attention.layer_norm_rms_epsilon is missing", what));
    config.normEpsilon = *epsilon;
    config.tiedEmbedding = tensorNamed(header, "output.weight") == nullptr;
    config.ropeLayout = RopeLayout::Interleaved;
    KOALA_RETURN_IF_ERROR(checkConfig(config, what));
    return config;
}

Result<std::shared_ptr<const Checkpoint>> openGgufCheckpoint(const fs::path& path)
{
    const std::string what = path.string();
    KOALA_TRY(MappedFile file, MappedFile::open(path));
    KOALA_TRY(const GgufHeader header, readGgufHeader(file.bytes(), what));
    KOALA_TRY(ModelConfig config, configFromGguf(header, what));
    std::map<std::string, std::string> names;
    for (const ExpectedTensor& expected : expectedTensors(config))
        names.emplace(expected.ggufName, expected.name);
    std::vector<TensorView> tensors;
    for (const GgufTensorInfo& info : header.tensors) {
        KOALA_TRY(TensorView view, viewOf(info, header, file.bytes(), what));
        if (const auto known = names.find(view.name); known != names.end())
            view.name = known->second;
        tensors.push_back(std::move(view));
    }
    KOALA_TRY(tensors, selectTensors(config, std::move(tensors), what));
    const std::string* chatTemplate = header.string("tokenizer.chat_template");
    std::string hint = chatTemplate ? templateHintFrom(*chatTemplate) : std::string();
    return std::shared_ptr<const Checkpoint>(std::make_shared<GgufCheckpoint>(
        path, std::move(file), std::move(config), std::move(tensors), std::move(hint)));
}

} // namespace koala
