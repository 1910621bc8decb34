// core/weights/stored_zip.h: the ZIP form in which torch.save writes (spec 05 section 3): entries
// stored, never deflated, zip64 where needed. The checker is the loader: central directory, local
// headers and the file's size must agree, names are unique, so that no other program can see other
// contents in it than this one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace koala {

struct ZipEntry {
    std::span<const std::byte> data; // in the archive's bytes
    std::uint32_t crc32 = 0;         // as the directory says; checkCrc() compares
};

// By name. `what` names the archive in messages; they say what the file is where it is something
// else (a bare pickle, 7z, tar).
Result<std::map<std::string, ZipEntry, std::less<>>> readStoredZip(
    std::span<const std::byte> archive, std::string_view what);
// InvalidInput when the data is not what was stored.
Status checkCrc(const ZipEntry& entry, std::string_view name, std::string_view what);

} // namespace koala
