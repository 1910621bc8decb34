// core/weights/rope_layout.h: the two orders of the rows of q and k (spec 02 section 2).
// Interleaved (Meta, EasyLM, GGUF): a head's pairs are rows 2i and 2i+1; half-split (Hugging Face):
// i and i + hd/2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace koala {

// For each row of the wanted order, the row of the given order that goes there.
std::vector<std::int64_t> halfSplitFromInterleaved(std::int64_t heads, std::int64_t headSize);
std::vector<std::int64_t> interleavedFromHalfSplit(std::int64_t heads, std::int64_t headSize);

// out row i = in row order[i]; rows of rowBytes bytes; in and out do not overlap.
void gatherRows(const std::byte* in, std::byte* out, const std::vector<std::int64_t>& order,
    std::size_t rowBytes);

} // namespace koala
