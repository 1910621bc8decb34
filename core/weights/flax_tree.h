// core/weights/flax_tree.h: the arrays in EasyLM's streaming checkpoints and in flax' msgpack files
// (spec 05 sections 1 and 2), found without copying them. Memory is that of the list of names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace koala {

// The marks of the form: an extension of this type holds an array, a map whose first key is this
// one an array in chunks.
constexpr std::int8_t kFlaxArray = 1;
constexpr std::string_view kFlaxChunkMark = "__msgpack_chunked_array__";

// One array of the tree, still in the file. A leaf larger than 2^30 bytes lies in several pieces.
struct FlaxLeaf {
    std::string path;  // parts joined with '/': "transformer/h/0/attention/wq/kernel"
    std::string dtype; // "float32", "bfloat16", "int32" …
    std::vector<std::int64_t> shape;
    std::vector<std::span<const std::byte>> pieces;
};

// Streaming files begin with an array of two, flax files with a map.
bool looksLikeEasyLm(std::span<const std::byte> file);
bool looksLikeFlax(std::span<const std::byte> file);
// All leaves in file order; `what` names the file in messages. A torn end, a key that stands twice
// and a leaf whose size does not agree with its shape are refused.
Result<std::vector<FlaxLeaf>> readEasyLmLeaves(
    std::span<const std::byte> file, std::string_view what);
Result<std::vector<FlaxLeaf>> readFlaxLeaves(
    std::span<const std::byte> file, std::string_view what);

} // namespace koala
