#include "core/weights/llama2c_file.h"

#include <cstring>

#include <fmt/format.h>

#include "core/base/mapped_file.h"
#include "core/weights/model_names.h"

namespace koala {
namespace {

constexpr std::uint32_t kMagic = 0x616b3432; // "ak42"
constexpr std::size_t kHeaderBytes = 256;    // of versions 1 and 2
constexpr std::size_t kLegacyHeaderBytes = 28;

struct Layout {
    int version = 0;
    ModelConfig config;
    std::int64_t groupSize = 0; // version 2: values that share a scale
    std::size_t start = 0;
};

template <typename T>
T at(std::span<const std::byte> file, std::size_t offset)
{
    T value{};
    std::memcpy(&value, file.data() + offset, sizeof value);
    return value;
}

// dim, MLP width, layers, heads, kv heads, vocabulary (negative in version 0: head not tied),
// context
void readSizes(std::span<const std::byte> file, std::size_t offset, ModelConfig& config)
{
    const auto size = [&](std::size_t i) { return at<std::int32_t>(file, offset + 4 * i); };
    config.width = size(0);
    config.mlpWidth = size(1);
    config.layers = size(2);
    config.heads = size(3);
    config.keyValueHeads = size(4);
    config.vocabularySize = size(5);
    config.contextTokens = size(6);
    config.headSize = config.heads > 0 ? config.width / config.heads : 0;
    config.normEpsilon = 1e-5;
    config.ropeBase = 10000.0;
    config.ropeLayout = RopeLayout::Interleaved;
}

bool isPlausible(const ModelConfig& config)
{
    return checkConfig(config, "").ok() && config.width % config.heads == 0;
}

std::optional<Layout> layoutOf(std::span<const std::byte> file)
{
    Layout layout;
    if (file.size() >= kHeaderBytes && at<std::uint32_t>(file, 0) == kMagic) {
        layout.version = at<std::int32_t>(file, 4);
        if (layout.version != 1 && layout.version != 2)
            return std::nullopt;
        readSizes(file, 8, layout.config);
        layout.config.tiedEmbedding = at<std::uint8_t>(file, 36) != 0;
        if (layout.version == 2)
            layout.groupSize = at<std::int32_t>(file, 37);
        layout.start = kHeaderBytes;
    } else {
        if (file.size() < kLegacyHeaderBytes)
            return std::nullopt;
        readSizes(file, 0, layout.config);
        layout.config.tiedEmbedding = layout.config.vocabularySize > 0;
        layout.config.vocabularySize = std::abs(std::max(layout.config.vocabularySize, -(1 << 26)));
        layout.start = kLegacyHeaderBytes;
    }
    const bool grouped =
        layout.version != 2 || (layout.groupSize > 0 && layout.groupSize < (1 << 20));
    return grouped && isPlausible(layout.config) ? std::optional(layout) : std::nullopt;
}

std::int64_t countOf(const std::vector<std::int64_t>& shape)
{
    std::int64_t count = 1;
    for (const std::int64_t extent : shape)
        count *= extent;
    return count;
}

// The tensors of one kind stand together, layer after layer.
std::vector<ExpectedTensor> kindOf(
    const std::vector<ExpectedTensor>& all, std::string_view metaEnding)
{
    std::vector<ExpectedTensor> found;
    for (const ExpectedTensor& tensor : all)
        if (tensor.metaName == metaEnding ||
            (tensor.metaName.starts_with("layers.") &&
                tensor.metaName.ends_with(fmt::format(".{}", metaEnding))))
            found.push_back(tensor);
    return found;
}

std::vector<std::string_view> orderOf(int version)
{
    if (version == 0)
        return {"tok_embeddings.weight", "attention_norm.weight", "attention.wq.weight",
            "attention.wk.weight", "attention.wv.weight", "attention.wo.weight", "ffn_norm.weight",
            "feed_forward.w1.weight", "feed_forward.w2.weight", "feed_forward.w3.weight",
            "norm.weight", "", "output.weight"};
    return {"attention_norm.weight", "ffn_norm.weight", "norm.weight", "tok_embeddings.weight",
        "attention.wq.weight", "attention.wk.weight", "attention.wv.weight", "attention.wo.weight",
        "feed_forward.w1.weight", "feed_forward.w2.weight", "feed_forward.w3.weight",
        "output.weight"};
}

SourceTensor plainTensor(
    std::shared_ptr<const MappedFile> file, const ExpectedTensor& expected, std::size_t offset)
{
    return {expected.name, TensorType::F32, expected.shape,
        [file = std::move(file), offset](std::span<std::byte> out) -> Status {
            std::memcpy(out.data(), file->bytes().data() + offset, out.size());
            return {};
        }};
}

// int8 values, then one fp32 scale for each group of them.
SourceTensor groupedTensor(std::shared_ptr<const MappedFile> file, const ExpectedTensor& expected,
    std::size_t offset, std::int64_t groupSize)
{
    const auto count = static_cast<std::size_t>(countOf(expected.shape));
    const auto group = static_cast<std::size_t>(groupSize);
    return {expected.name, TensorType::F32, expected.shape,
        [file = std::move(file), offset, count, group](std::span<std::byte> out) -> Status {
            const std::byte* values = file->bytes().data() + offset;
            const std::byte* scales = values + count;
            for (std::size_t i = 0; i < count; ++i) {
                float scale = 0;
                std::memcpy(&scale, scales + i / group * sizeof scale, sizeof scale);
                const float value = static_cast<float>(static_cast<std::int8_t>(values[i])) * scale;
                std::memcpy(out.data() + i * sizeof value, &value, sizeof value);
            }
            return {};
        }};
}

} // namespace

bool looksLikeLlama2c(std::span<const std::byte> file)
{
    return layoutOf(file).has_value();
}

Result<SourceModel> openLlama2c(const fs::path& path)
{
    KOALA_TRY(MappedFile mapped, MappedFile::open(path));
    const auto file = std::make_shared<const MappedFile>(std::move(mapped));
    const auto layout = layoutOf(file->bytes());
    if (!layout)
        return invalidInput(path.string() + " is no llama2.c file");
    SourceModel model;
    model.config = layout->config;
    model.format = fmt::format("llama2.c version {}", layout->version);
    model.notes = {"epsilon 1e-05 and rotary base 10000 are llama2.c's; the file holds none"};
    const std::vector<ExpectedTensor> all = expectedTensors(model.config);
    std::map<std::string, SourceTensor> placed;
    std::uint64_t at = layout->start;
    for (const std::string_view kind : orderOf(layout->version)) {
        if (kind.empty()) { // rotation tables of old that readers skip
            at += std::uint64_t(4) * static_cast<std::uint64_t>(model.config.contextTokens) *
                  static_cast<std::uint64_t>(model.config.headSize);
            continue;
        }
        for (const ExpectedTensor& expected : kindOf(all, kind)) {
            const auto count = static_cast<std::uint64_t>(countOf(expected.shape));
            const bool grouped = layout->version == 2 && expected.shape.size() == 2;
            if (grouped && count % static_cast<std::uint64_t>(layout->groupSize) != 0)
                return invalidInput(fmt::format("{}: its groups of {} values do not divide {}",
                    path.string(), layout->groupSize, expected.metaName));
            const std::uint64_t bytes =
                grouped ? count + 4 * (count / static_cast<std::uint64_t>(layout->groupSize))
                        : 4 * count;
            if (at > file->bytes().size() || bytes > file->bytes().size() - at)
                return invalidInput(fmt::format(
                    "{}: the file ends before {}; it is incomplete, fetch or copy it again",
                    path.string(), expected.metaName));
            placed.emplace(expected.name, grouped
                                              ? groupedTensor(file, expected, at, layout->groupSize)
                                              : plainTensor(file, expected, at));
            at += bytes;
        }
    }
    if (at != file->bytes().size())
        return invalidInput(fmt::format("{}: {} bytes follow the last tensor; it is no llama2.c "
                                        "file, or a damaged one",
            path.string(), file->bytes().size() - at));
    for (const ExpectedTensor& expected : all)
        model.tensors.push_back(std::move(placed.at(expected.name)));
    return model;
}

} // namespace koala
