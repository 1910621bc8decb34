// core/weights/safetensors.h: the safetensors format (spec 05 section 5), both ways. Reading maps
// the file and checks every offset against it; writing streams tensors to a temporary file that
// replaces the target once it is on the disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/atomic_file.h"
#include "core/base/mapped_file.h"

namespace koala {

struct SafetensorsEntry {
    std::string name;
    std::string dtype; // "F32", "BF16", "I64" …
    std::vector<std::int64_t> shape;
    std::span<const std::byte> data; // into the mapping
};

class SafetensorsFile {
public:
    static Result<SafetensorsFile> open(const fs::path& path);
    const std::vector<SafetensorsEntry>& entries() const { return m_entries; } // in file order
    const SafetensorsEntry* find(std::string_view name) const;                 // null if absent
    const std::map<std::string, std::string>& metadata() const { return m_metadata; }

private:
    explicit SafetensorsFile(MappedFile file) : m_file(std::move(file)) {}
    MappedFile m_file;
    std::vector<SafetensorsEntry> m_entries;
    std::map<std::string, std::string> m_metadata;
};

// Bytes of one value: 0 for a dtype that the format does not know.
std::size_t safetensorsDtypeBytes(std::string_view dtype);

// What the header says of a tensor to write.
struct SafetensorsHeading {
    std::string name;
    std::string dtype;
    std::vector<std::int64_t> shape;
};
// For a file larger than memory: opens it with its header written. The caller writes the data of
// the tensors in this order, row-major and little-endian, and commits. The header is padded with
// blanks to a multiple of 8.
Result<AtomicFile> beginSafetensors(const fs::path& path,
    std::span<const SafetensorsHeading> tensors,
    const std::map<std::string, std::string>& metadata = {});

// What to write; `data` is row-major, little-endian, and must have exactly the size of shape and
// dtype.
struct SafetensorsTensor {
    std::string name;
    std::string dtype;
    std::vector<std::int64_t> shape;
    std::span<const std::byte> data;
};

// Tensors stand in the order given.
Status writeSafetensors(const fs::path& path, std::span<const SafetensorsTensor> tensors,
    const std::map<std::string, std::string>& metadata = {});

} // namespace koala
