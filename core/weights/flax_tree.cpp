#include "core/weights/flax_tree.h"

#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "core/base/utf8.h"
#include "core/weights/msgpack.h"

namespace koala {
namespace {

using Kind = MsgpackItem::Kind;

constexpr std::int8_t kScalarExtension = 3; // a numpy scalar; 2 is a native complex number
constexpr std::size_t kMaxPathBytes = 1024;
constexpr std::size_t kMaxLeaves = 1'000'000;

std::size_t dtypeBytes(std::string_view dtype)
{
    static const std::map<std::string_view, std::size_t> kSizes{{"bool", 1}, {"int8", 1},
        {"uint8", 1}, {"int16", 2}, {"uint16", 2}, {"float16", 2}, {"bfloat16", 2}, {"int32", 4},
        {"uint32", 4}, {"float32", 4}, {"int64", 8}, {"uint64", 8}, {"float64", 8}};
    const auto found = kSizes.find(dtype);
    return found == kSizes.end() ? 0 : found->second;
}

std::optional<std::uint64_t> sizeOf(const FlaxLeaf& leaf)
{
    std::uint64_t bytes = dtypeBytes(leaf.dtype);
    for (const std::int64_t extent : leaf.shape)
        if (extent < 0 || __builtin_mul_overflow(bytes, std::uint64_t(extent), &bytes))
            return std::nullopt;
    return bytes;
}

// The payload of an array extension: [shape, dtype, data].
Status readArray(std::span<const std::byte> payload, FlaxLeaf& leaf)
{
    MsgpackReader in(payload);
    KOALA_TRY(const MsgpackItem outer, in.next());
    if (outer.kind != Kind::Array || outer.count != 3)
        return invalidInput("an array is not [shape, dtype, data]");
    KOALA_TRY(const MsgpackItem shape, in.next());
    if (shape.kind != Kind::Array || shape.count > 8)
        return invalidInput("the shape of an array is no list of at most 8 numbers");
    for (std::uint64_t i = 0; i < shape.count; ++i) {
        KOALA_TRY(const MsgpackItem extent, in.next());
        if (extent.kind != Kind::Integer || extent.integer < 0)
            return invalidInput("the shape of an array holds something else than numbers");
        leaf.shape.push_back(extent.integer);
    }
    KOALA_TRY(const MsgpackItem dtype, in.next());
    if ((dtype.kind != Kind::Text && dtype.kind != Kind::Binary) || dtype.bytes.size() > 32)
        return invalidInput("the dtype of an array is no name");
    leaf.dtype = std::string(dtype.text());
    KOALA_TRY(const MsgpackItem data, in.next());
    if (data.kind != Kind::Binary || !in.atEnd())
        return invalidInput("an array holds something else than bytes at its end");
    if (dtypeBytes(leaf.dtype) == 0)
        return invalidInput(
            fmt::format("arrays of dtype {} are not known", elided(toValidUtf8(leaf.dtype), 32)));
    leaf.pieces.push_back(data.bytes);
    return {};
}

Status checkSize(const FlaxLeaf& leaf)
{
    std::uint64_t held = 0;
    for (const auto& piece : leaf.pieces)
        held += piece.size();
    const auto wanted = sizeOf(leaf);
    if (!wanted || *wanted != held)
        return invalidInput("an array's size does not agree with its shape; the file is damaged");
    return {};
}

// {"0": value, "1": value …}: flax' form of a list.
template <typename Each>
Status eachNumbered(MsgpackReader& in, const MsgpackItem& map, Each each)
{
    if (map.kind != Kind::Map)
        return invalidInput("a part of a chunked array is no map");
    for (std::uint64_t i = 0; i < map.count; ++i) {
        KOALA_TRY(const MsgpackItem key, in.next());
        if (key.kind != Kind::Text || key.text() != std::to_string(i))
            return invalidInput("the parts of a chunked array are not numbered in order");
        KOALA_TRY(const MsgpackItem value, in.next());
        KOALA_RETURN_IF_ERROR(each(value));
    }
    return {};
}

Status addExtent(const MsgpackItem& extent, FlaxLeaf& leaf)
{
    if (extent.kind != Kind::Integer || extent.integer < 0)
        return invalidInput("the shape of a chunked array holds something else than numbers");
    leaf.shape.push_back(extent.integer);
    return {};
}

Status addChunk(const MsgpackItem& item, FlaxLeaf& leaf)
{
    if (item.kind != Kind::Extension || item.integer != kFlaxArray)
        return invalidInput("a chunk of an array is no array");
    FlaxLeaf chunk;
    KOALA_RETURN_IF_ERROR(readArray(item.bytes, chunk));
    KOALA_RETURN_IF_ERROR(checkSize(chunk));
    if (!leaf.dtype.empty() && leaf.dtype != chunk.dtype)
        return invalidInput("the chunks of an array have different dtypes");
    leaf.dtype = chunk.dtype;
    leaf.pieces.push_back(chunk.pieces.front());
    return {};
}

// After the mark and its `true`: "shape" and "chunks", in either order.
Status readChunked(MsgpackReader& in, std::uint64_t pairs, FlaxLeaf& leaf)
{
    for (std::uint64_t i = 0; i < pairs; ++i) {
        KOALA_TRY(const MsgpackItem key, in.next());
        KOALA_TRY(const MsgpackItem map, in.next());
        const bool isShape = key.kind == Kind::Text && key.text() == "shape";
        if (!isShape && (key.kind != Kind::Text || key.text() != "chunks"))
            return invalidInput("a chunked array holds something else than shape and chunks");
        KOALA_RETURN_IF_ERROR(eachNumbered(in, map, [&](const MsgpackItem& item) {
            return isShape ? addExtent(item, leaf) : addChunk(item, leaf);
        }));
    }
    return checkSize(leaf);
}

// Walks the tree below `item`; every array in it becomes a leaf.
class TreeReader {
public:
    explicit TreeReader(std::vector<FlaxLeaf>& leaves) : m_leaves(leaves) {}

    Status read(MsgpackReader& in, const MsgpackItem& item, const std::string& path, int depth)
    {
        if (item.kind == Kind::Extension)
            return addArray(item, path);
        if (item.kind == Kind::Map)
            return readMap(in, item, path, depth);
        if (item.kind == Kind::Array)
            return invalidInput("a list stands where arrays or maps are expected");
        return {}; // plain numbers and words beside the arrays
    }

private:
    Status addArray(const MsgpackItem& item, const std::string& path)
    {
        if (item.integer != kFlaxArray && item.integer != kScalarExtension)
            return {};
        FlaxLeaf leaf;
        leaf.path = path;
        KOALA_RETURN_IF_ERROR(readArray(item.bytes, leaf));
        KOALA_RETURN_IF_ERROR(checkSize(leaf));
        return add(std::move(leaf));
    }

    Status readMap(MsgpackReader& in, const MsgpackItem& map, const std::string& path, int depth)
    {
        if (depth > 32)
            return invalidInput("maps are nested more than 32 deep");
        for (std::uint64_t i = 0; i < map.count; ++i) {
            KOALA_TRY(const MsgpackItem key, in.next());
            if (key.kind != Kind::Text)
                return invalidInput("a key is no text");
            KOALA_TRY(const MsgpackItem value, in.next());
            if (i == 0 && key.text() == kFlaxChunkMark) {
                FlaxLeaf leaf;
                leaf.path = path;
                KOALA_RETURN_IF_ERROR(readChunked(in, map.count - 1, leaf));
                return add(std::move(leaf));
            }
            const std::string part(key.text());
            if (path.size() + part.size() > kMaxPathBytes)
                return invalidInput("a key is longer than 1 KiB");
            KOALA_RETURN_IF_ERROR(
                read(in, value, path.empty() ? part : path + "/" + part, depth + 1));
        }
        return {};
    }

    Status add(FlaxLeaf leaf)
    {
        if (!m_paths.insert(leaf.path).second)
            return invalidInput(fmt::format(
                "{} is there twice; the file is damaged", elided(toValidUtf8(leaf.path), 120)));
        if (m_leaves.size() >= kMaxLeaves)
            return invalidInput("it holds more than a million arrays");
        m_leaves.push_back(std::move(leaf));
        return {};
    }

    std::vector<FlaxLeaf>& m_leaves;
    std::set<std::string> m_paths;
};

// One [path, bytes] of a streaming file.
Status readStreamed(MsgpackReader& in, TreeReader& tree)
{
    KOALA_TRY(const MsgpackItem outer, in.next());
    if (outer.kind != Kind::Array || outer.count != 2)
        return invalidInput("an object is not [path, array]");
    KOALA_TRY(const MsgpackItem parts, in.next());
    if (parts.kind != Kind::Array || parts.count == 0 || parts.count > 32)
        return invalidInput("a path is not a list of 1 to 32 words");
    std::string path;
    for (std::uint64_t i = 0; i < parts.count; ++i) {
        KOALA_TRY(const MsgpackItem part, in.next());
        if (part.kind != Kind::Text || path.size() + part.bytes.size() > kMaxPathBytes)
            return invalidInput("a path holds something else than words of at most 1 KiB");
        path += (path.empty() ? "" : "/") + std::string(part.text());
    }
    KOALA_TRY(const MsgpackItem data, in.next());
    if (data.kind != Kind::Binary)
        return invalidInput("a path is not followed by bytes");
    MsgpackReader inner(data.bytes);
    KOALA_TRY(const MsgpackItem value, inner.next());
    KOALA_RETURN_IF_ERROR(tree.read(inner, value, path, 0));
    return inner.atEnd() ? Status() : invalidInput("an array is followed by bytes of no meaning");
}

} // namespace

bool looksLikeEasyLm(std::span<const std::byte> file)
{
    return file.size() > 2 && file[0] == std::byte{0x92} &&
           (file[1] & std::byte{0xf0}) == std::byte{0x90};
}

bool looksLikeFlax(std::span<const std::byte> file)
{
    return file.size() > 2 && ((file[0] & std::byte{0xf0}) == std::byte{0x80} ||
                                  file[0] == std::byte{0xde} || file[0] == std::byte{0xdf});
}

Result<std::vector<FlaxLeaf>> readEasyLmLeaves(
    std::span<const std::byte> file, std::string_view what)
{
    std::vector<FlaxLeaf> leaves;
    TreeReader tree(leaves);
    MsgpackReader in(file);
    while (!in.atEnd())
        if (Status status = readStreamed(in, tree); !status.ok())
            return std::move(status.error())
                .within(fmt::format("{}: after {} arrays", what, leaves.size()));
    return leaves;
}

Result<std::vector<FlaxLeaf>> readFlaxLeaves(std::span<const std::byte> file, std::string_view what)
{
    std::vector<FlaxLeaf> leaves;
    TreeReader tree(leaves);
    MsgpackReader in(file);
    const auto read = [&]() -> Status {
        KOALA_TRY(const MsgpackItem item, in.next());
        KOALA_RETURN_IF_ERROR(tree.read(in, item, "", 0));
        return in.atEnd() ? Status() : invalidInput("bytes of no meaning follow");
    };
    if (Status status = read(); !status.ok())
        return std::move(status.error())
            .within(fmt::format("{}: after {} arrays", what, leaves.size()));
    return leaves;
}

} // namespace koala
