#include "core/weights/easylm_file.h"

#include <algorithm>
#include <cstring>
#include <map>

#include <fmt/format.h>

#include "core/base/atomic_file.h"
#include "core/base/check.h"
#include "core/base/mapped_file.h"
#include "core/base/utf8.h"
#include "core/weights/flax_tree.h"
#include "core/weights/model_names.h"
#include "core/weights/msgpack.h"
#include "core/weights/transposed.h"
#include "core/weights/weight_config.h"

namespace koala {
namespace {

// Paths of a train state begin with params/params, those of a flax file with params.
std::optional<std::string> parameterPath(const std::string& path)
{
    std::string_view rest = path;
    while (rest.starts_with("params/"))
        rest.remove_prefix(7);
    if (rest.starts_with("transformer/") || rest.starts_with("lm_head/"))
        return std::string(rest);
    return std::nullopt;
}

std::optional<TensorType> typeOf(std::string_view dtype)
{
    if (dtype == "float32")
        return TensorType::F32;
    if (dtype == "float16")
        return TensorType::F16;
    if (dtype == "bfloat16")
        return TensorType::BF16;
    return std::nullopt;
}

std::string_view dtypeOf(TensorType type)
{
    return type == TensorType::F32 ? "float32" : type == TensorType::F16 ? "float16" : "bfloat16";
}

void joinPieces(const FlaxLeaf& leaf, std::byte* out)
{
    for (const auto& piece : leaf.pieces) {
        std::memcpy(out, piece.data(), piece.size());
        out += piece.size();
    }
}

bool isTransposed(std::string_view easyLmName, std::size_t dimensions)
{
    return dimensions == 2 && easyLmName.ends_with("/kernel");
}

SourceTensor tensorOf(std::shared_ptr<const MappedFile> file, const ExpectedTensor& expected,
    TensorType type, FlaxLeaf leaf)
{
    const bool turned = isTransposed(expected.easyLmName, leaf.shape.size());
    return {expected.name, type, expected.shape,
        [file = std::move(file), leaf = std::move(leaf), turned, type](
            std::span<std::byte> out) -> Status {
            if (!turned) {
                joinPieces(leaf, out.data());
                return {};
            }
            std::vector<std::byte> stored(out.size());
            joinPieces(leaf, stored.data());
            transpose(stored.data(), out.data(), leaf.shape[0], leaf.shape[1], rowBytes(type, 1));
            return {};
        }};
}

// What is stored for a tensor: shape in the file's own order.
std::vector<std::int64_t> storedShape(const ExpectedTensor& expected)
{
    if (isTransposed(expected.easyLmName, expected.shape.size()))
        return {expected.shape[1], expected.shape[0]};
    return expected.shape;
}

std::uint64_t leafBytesAbove(std::uint64_t dataBytes, std::uint64_t chunkBytes)
{
    return dataBytes + 128 * (dataBytes / std::max<std::uint64_t>(chunkBytes, 1) + 2);
}

std::string arrayHead(
    std::string_view dtype, const std::vector<std::int64_t>& shape, std::uint64_t dataBytes)
{
    std::string payload;
    msgpackArray(payload, 3);
    msgpackArray(payload, static_cast<std::uint32_t>(shape.size()));
    for (const std::int64_t extent : shape)
        msgpackInteger(payload, static_cast<std::uint64_t>(extent));
    msgpackText(payload, dtype);
    msgpackBinaryHead(payload, static_cast<std::uint32_t>(dataBytes));
    std::string out;
    msgpackExtensionHead(out, kFlaxArray, static_cast<std::uint32_t>(payload.size() + dataBytes));
    return out + payload;
}

// The pieces of one leaf in writing order: heads of ours and data of the tensor by turns.
struct LeafPart {
    std::string head;
    std::span<const std::byte> data;
};

std::vector<LeafPart> leafParts(std::string_view dtype, const std::vector<std::int64_t>& shape,
    std::span<const std::byte> data, std::size_t valueBytes, std::uint64_t chunkBytes)
{
    if (data.size() <= chunkBytes)
        return {{arrayHead(dtype, shape, data.size()), data}};
    std::string head = "\x83"; // a map of three
    msgpackText(head, kFlaxChunkMark);
    head += '\xc3'; // true
    msgpackText(head, "shape");
    head += static_cast<char>(0x80 | shape.size());
    for (std::size_t i = 0; i < shape.size(); ++i) {
        msgpackText(head, std::to_string(i));
        msgpackInteger(head, static_cast<std::uint64_t>(shape[i]));
    }
    msgpackText(head, "chunks");
    const std::uint64_t step = std::max<std::uint64_t>(chunkBytes / valueBytes, 1) * valueBytes;
    const std::uint64_t count = (data.size() + step - 1) / step;
    KOALA_CHECK(count < 16); // a leaf is smaller than 4 GiB
    head += static_cast<char>(0x80 | count);
    std::vector<LeafPart> parts;
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto piece = data.subspan(i * step, std::min(step, data.size() - i * step));
        msgpackText(head, std::to_string(i));
        head +=
            arrayHead(dtype, {static_cast<std::int64_t>(piece.size() / valueBytes)}, piece.size());
        parts.push_back({std::move(head), piece});
        head.clear();
    }
    return parts;
}

Status writeLeaf(AtomicFile& file, std::string_view path, const std::vector<LeafPart>& parts)
{
    std::string head;
    msgpackArray(head, 2);
    const auto count = static_cast<std::uint32_t>(std::count(path.begin(), path.end(), '/') + 1);
    msgpackArray(head, count);
    for (std::size_t at = 0; at <= path.size();) {
        const std::size_t end = std::min(path.find('/', at), path.size());
        msgpackText(head, path.substr(at, end - at));
        at = end + 1;
    }
    std::uint64_t bytes = 0;
    for (const LeafPart& part : parts)
        bytes += part.head.size() + part.data.size();
    msgpackBinaryHead(head, static_cast<std::uint32_t>(bytes));
    KOALA_RETURN_IF_ERROR(file.write(head));
    for (const LeafPart& part : parts) {
        KOALA_RETURN_IF_ERROR(file.write(part.head));
        KOALA_RETURN_IF_ERROR(file.write(part.data));
    }
    return {};
}

} // namespace

Result<SourceModel> openEasyLm(const fs::path& path, const SourceOptions& options)
{
    const std::string what = path.string();
    KOALA_TRY(MappedFile mapped, MappedFile::open(path));
    const auto file = std::make_shared<const MappedFile>(std::move(mapped));
    const bool streaming = looksLikeEasyLm(file->bytes());
    KOALA_TRY(std::vector<FlaxLeaf> leaves,
        streaming ? readEasyLmLeaves(file->bytes(), what) : readFlaxLeaves(file->bytes(), what));
    std::map<std::string, FlaxLeaf> byPath;
    for (FlaxLeaf& leaf : leaves)
        if (auto parameter = parameterPath(leaf.path))
            byPath.emplace(*std::move(parameter), std::move(leaf));
    const auto embedding = byPath.find("transformer/wte/embedding");
    if (embedding == byPath.end() || embedding->second.shape.size() != 2)
        return invalidInput(what + ": holds no transformer/wte/embedding; it is no LLaMA");

    WeightShapes shapes;
    shapes.vocabulary = embedding->second.shape[0];
    shapes.width = embedding->second.shape[1];
    if (const auto gate = byPath.find("transformer/h/0/feed_forward/w1/kernel");
        gate != byPath.end() && gate->second.shape.size() == 2)
        shapes.mlpWidth = gate->second.shape[1];
    while (byPath.contains(fmt::format("transformer/h/{}/attention_norm/kernel", shapes.layers)))
        ++shapes.layers;
    shapes.tiedEmbedding = !byPath.contains("lm_head/kernel");

    SourceModel model;
    model.format = streaming ? "EasyLM" : "flax";
    KOALA_TRY(model.config, configForWeights(shapes, options.config, what, model.notes));
    model.config.ropeLayout = RopeLayout::Interleaved;
    for (const ExpectedTensor& expected : expectedTensors(model.config)) {
        const auto found = byPath.find(expected.easyLmName);
        if (found == byPath.end())
            return invalidInput(
                fmt::format("{}: {} is missing; the file is incomplete or of another architecture",
                    what, expected.easyLmName));
        FlaxLeaf& leaf = found->second;
        KOALA_RETURN_IF_ERROR(
            checkShape(what, expected.easyLmName, leaf.shape, storedShape(expected)));
        const auto type = typeOf(leaf.dtype);
        if (!type)
            return invalidInput(fmt::format("{}: {} is stored as {}; float32, float16 and bfloat16 "
                                            "are read",
                what, expected.easyLmName, leaf.dtype));
        model.tensors.push_back(tensorOf(file, expected, *type, std::move(leaf)));
        byPath.erase(found);
    }
    if (!byPath.empty())
        return invalidInput(fmt::format("{}: holds {}, which a LLaMA of {} layers has not", what,
            elided(toValidUtf8(byPath.begin()->first), 120), model.config.layers));
    return model;
}

Status writeEasyLm(const fs::path& path, const SourceModel& model, TensorType type,
    std::uint64_t chunkBytes, const WriteProgress& progress)
{
    if (type != TensorType::F32 && type != TensorType::F16 && type != TensorType::BF16)
        return invalidInput("EasyLM files hold F32, F16 or BF16; choose one of them");
    const std::size_t valueBytes = rowBytes(type, 1);
    std::map<std::string, ExpectedTensor> names;
    for (ExpectedTensor& expected : expectedTensors(model.config))
        names.emplace(expected.name, std::move(expected));
    KOALA_TRY(AtomicFile file, AtomicFile::create(path));
    std::size_t done = 0;
    for (const SourceTensor& tensor : model.tensors) {
        if (progress && !progress(done++, model.tensors.size()))
            return cancelled("stopped");
        const auto expected = names.find(tensor.name);
        if (expected == names.end())
            return invalidInput(
                fmt::format("tensor {} has no place in an EasyLM file", tensor.name));
        KOALA_TRY(std::vector<std::byte> data,
            readAs(tensor, model.config, type, RopeLayout::Interleaved));
        if (leafBytesAbove(data.size(), chunkBytes) > std::uint64_t(0xffffffff))
            return invalidInput(fmt::format(
                "tensor {} is larger than 4 GiB, which the format cannot hold", tensor.name));
        if (isTransposed(expected->second.easyLmName, tensor.shape.size())) {
            std::vector<std::byte> turned(data.size());
            transpose(data.data(), turned.data(), tensor.shape[0], tensor.shape[1], valueBytes);
            data = std::move(turned);
        }
        KOALA_RETURN_IF_ERROR(writeLeaf(file, expected->second.easyLmName,
            leafParts(dtypeOf(type), storedShape(expected->second), data, valueBytes, chunkBytes)));
    }
    return file.commit();
}

} // namespace koala
