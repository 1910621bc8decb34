// core/data/clean/edited_lines.h: the lines that stand for edited rows while steps run: on disk, so
// that editing every row of a large dataset needs no memory. One thread appends; any thread reads
// rows that are not being appended. Private to core/data/clean.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/files.h"

namespace koala {

class EditedLines {
public:
    static Result<EditedLines> create(const fs::path& path, std::uint64_t rows);
    EditedLines(EditedLines&& other) noexcept;
    EditedLines& operator=(EditedLines&&) = delete;
    ~EditedLines();
    Status put(std::uint64_t row, std::string_view line);
    bool has(std::uint64_t row) const { return !m_places.empty() && m_places[row].length > 0; }
    Status read(std::uint64_t row, std::string& line) const;

private:
    struct Place {
        std::uint64_t offset = 0;
        std::uint32_t length = 0;
    };
    EditedLines(int descriptor, fs::path path, std::uint64_t rows)
        : m_descriptor(descriptor), m_path(std::move(path)), m_places(rows)
    {
    }
    int m_descriptor = -1;
    fs::path m_path;
    std::vector<Place> m_places;
    std::uint64_t m_size = 0;
};

} // namespace koala
