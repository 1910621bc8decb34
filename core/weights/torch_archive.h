// core/weights/torch_archive.h: tensors of a file that torch.save wrote (.pth, .pt, .bin), read
// without executing anything (spec 05 section 3). The pickle inside is interpreted by a machine
// that knows 40 harmless opcodes and three constructors; everything else in it is refused by name.
// There is no fallback to another reader.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/base/mapped_file.h"

namespace koala {

// A tensor still in the file. Values lie at offset + Σ index·stride of the storage.
struct ArchivedTensor {
    std::string dtype; // torch's name: "Float", "Half", "BFloat16", "Double", "Long" …
    std::size_t valueBytes = 0;
    std::vector<std::int64_t> shape;
    std::vector<std::int64_t> strides; // in values
    std::uint64_t offset = 0;          // in values
    std::string storage;               // name of its entry, for checksums
    std::span<const std::byte> data;   // the whole storage
    // Row-major values into `out`, which has exactly their size.
    void copyTo(std::span<std::byte> out) const;
};

struct TorchArchive {
    // Keys joined with '/': "model/layers.0.attention.wq.weight"; lists by index.
    std::map<std::string, ArchivedTensor> tensors;
    // What else the pickle holds: numbers, words and truth values by the same keys.
    std::map<std::string, Json> values;
};

// The spans stay valid as long as `file`. Every storage's checksum is compared with the archive's.
Result<TorchArchive> readTorchArchive(const MappedFile& file, std::string_view what);

} // namespace koala
