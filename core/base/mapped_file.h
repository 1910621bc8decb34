// core/base/mapped_file.h: a file seen as memory, read-only. For model files: opening is instant
// and several processes share the pages. The file must not be shortened while it is mapped; files
// of ours are replaced by rename and never are. Movable; any thread may read.
#pragma once

#include <cstddef>
#include <span>

#include "core/base/files.h"

namespace koala {

class MappedFile {
public:
    // NotFound or Io, naming the path. An empty file gives an empty span.
    static Result<MappedFile> open(const fs::path& path);
    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&& other) noexcept;
    ~MappedFile();
    std::span<const std::byte> bytes() const { return {m_data, m_size}; }

private:
    MappedFile(const std::byte* data, std::size_t size) : m_data(data), m_size(size) {}
    const std::byte* m_data = nullptr;
    std::size_t m_size = 0;
};

} // namespace koala
