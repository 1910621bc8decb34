// core/base/atomic_file.h: a large file written piece by piece, so that a crash or a full disk
// leaves either the old file or the whole new one. For what fits in memory writeFileAtomically()
// of files.h is simpler.
#pragma once

#include <cstddef>
#include <span>

#include "core/base/files.h"

namespace koala {

class AtomicFile {
public:
    // Opens a temporary file beside `path`.
    static Result<AtomicFile> create(const fs::path& path);
    AtomicFile(AtomicFile&& other) noexcept;
    AtomicFile& operator=(AtomicFile&& other) = delete;
    ~AtomicFile(); // removes the temporary file unless it was committed

    Status write(std::span<const std::byte> bytes);
    Status write(std::string_view bytes) { return write(std::as_bytes(std::span(bytes))); }
    std::uint64_t size() const { return m_size; } // bytes written so far
    // Syncs the file, renames it over `path` and syncs the folder.
    Status commit();

private:
    AtomicFile(int descriptor, fs::path path, std::string temporary)
        : m_descriptor(descriptor), m_path(std::move(path)), m_temporary(std::move(temporary))
    {
    }
    int m_descriptor = -1;
    fs::path m_path;
    std::string m_temporary; // "" once committed
    std::uint64_t m_size = 0;
};

} // namespace koala
