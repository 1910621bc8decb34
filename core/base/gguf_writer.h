// core/base/gguf_writer.h: what stands in front of the numbers of a GGUF v3 file (spec 05 section
// 6), as bytes. The inverse of gguf_header.h.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/gguf_header.h"

namespace koala {

constexpr std::uint64_t kGgufAlignment = 32; // the format's default; nothing else is written

// Metadata in the order to be written. Whole numbers become u32 (i64 where they do not fit), reals
// f32, lists of them i32 and f32, as llama.cpp's own converters do.
using GgufMetadata = std::vector<std::pair<std::string, GgufValue>>;

// The header up to the first tensor's data, padded to the alignment. The offsets of `tensors` are
// the caller's: multiples of kGgufAlignment, relative to the end of these bytes.
std::string ggufHeaderBytes(
    const GgufMetadata& metadata, const std::vector<GgufTensorInfo>& tensors);

} // namespace koala
