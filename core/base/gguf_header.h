// core/base/gguf_header.h: what stands in front of the numbers of a GGUF v3 file (spec 05 section
// 6): the metadata and the list of tensors. core/weights reads models with it and core/text
// vocabularies. Nothing of the file is trusted: lengths are checked against what is left of it
// before anything is allocated, so a truncated or hostile file gives a message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/files.h"

namespace koala {

// Integers of every width become int64 (larger ones are refused), booleans stay, f32 and f64 become
// double. Arrays of integers and booleans become int64, arrays of floats double.
using GgufValue = std::variant<std::int64_t, double, bool, std::string, std::vector<std::int64_t>,
    std::vector<double>, std::vector<std::string>>;

struct GgufTensorInfo {
    std::string name;
    std::vector<std::uint64_t> extents; // ne: extents[0] is the fastest, i.e. the columns
    std::uint32_t type = 0;             // as the file says; core/weights knows which it can read
    std::uint64_t offset = 0;           // relative to dataStart, a multiple of the alignment
};

struct GgufHeader {
    std::map<std::string, GgufValue, std::less<>> values;
    std::vector<GgufTensorInfo> tensors;
    std::uint64_t alignment = 32;
    std::uint64_t dataStart = 0; // absolute; may lie past the end of a file without tensors
    std::uint64_t fileBytes = 0;

    // The value if the key is there with that type.
    std::optional<std::int64_t> integer(std::string_view key) const;
    std::optional<double> number(std::string_view key) const; // integers too
    std::optional<bool> boolean(std::string_view key) const;
    const std::string* string(std::string_view key) const; // null if absent
    const std::vector<std::int64_t>* integers(std::string_view key) const;
    const std::vector<double>* numbers(std::string_view key) const;
    const std::vector<std::string>* strings(std::string_view key) const;
};

Result<GgufHeader> readGgufHeader(const fs::path& path);
// `what` names the bytes in messages.
Result<GgufHeader> readGgufHeader(std::span<const std::byte> file, std::string_view what);

} // namespace koala
