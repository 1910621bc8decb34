// core/data/formats/byte_source.h: the bytes of a file from front to back, unpacked on the way when
// it is gzip or zstd (told by its first bytes, not by its name; one layer only: what is packed
// twice stays packed). Several members that follow each other are one text. A file that is cut
// short, a bomb (200 : 1 beyond 64 MiB) and an archive of files are errors that say so. Private to
// core/data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/files.h"

namespace koala {

class ByteSource {
public:
    virtual ~ByteSource() = default;
    // The number of bytes put at `out`; 0 at the end. An error names the file.
    virtual Result<std::size_t> read(char* out, std::size_t size) = 0;
    virtual std::uint64_t bytesRead() const = 0; // of the file as it is stored
};

Result<std::unique_ptr<ByteSource>> openByteSource(const fs::path& path);
// Appends the next megabyte or less to `buffer`. False at the end, or after an error, which `status`
// then holds.
bool readOn(ByteSource& source, std::string& buffer, Status& status);
std::unique_ptr<ByteSource> memorySource(std::string_view text); // `text` must outlive it

} // namespace koala
