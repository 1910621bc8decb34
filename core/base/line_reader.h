// core/base/line_reader.h: reads a file line by line in constant memory, knowing each line's
// offset. Lines end with '\n' or "\r\n"; a byte order mark at the start is skipped. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/files.h"

namespace koala {

struct Line {
    std::string_view text; // without its end; valid until the next call
    std::uint64_t offset = 0;
    std::uint64_t number = 0; // from 1
    bool ended = true;        // false: the file ends without '\n' (someone may still be writing)
    bool tooLong = false;     // text holds only the first bytes
};

class LineReader {
public:
    static constexpr std::size_t kMaxLineBytes = std::size_t(256) << 20;
    static Result<LineReader> open(const fs::path& path, std::uint64_t offset = 0);
    // False at the end of the file or after an I/O error (status() tells).
    bool next(Line& line);
    Status status() const { return m_status; }
    std::uint64_t offset() const { return m_offset; } // of the next line

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    LineReader(std::FILE* file, fs::path path, std::uint64_t offset)
        : m_file(file), m_path(std::move(path)), m_offset(offset)
    {
    }
    std::unique_ptr<std::FILE, Close> m_file;
    fs::path m_path;
    std::string m_buffer;
    std::size_t m_begin = 0;
    std::uint64_t m_offset = 0;
    std::uint64_t m_number = 0;
    bool m_atEnd = false;
    Status m_status;
};

} // namespace koala
