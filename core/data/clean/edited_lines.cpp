#include "core/data/clean/edited_lines.h"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace koala {

Result<EditedLines> EditedLines::create(const fs::path& path, std::uint64_t rows)
{
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return fileError("write", path, errno);
    return EditedLines(descriptor, path, rows);
}

EditedLines::EditedLines(EditedLines&& other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1)), m_path(std::move(other.m_path)),
      m_places(std::move(other.m_places)), m_size(other.m_size)
{
}

EditedLines::~EditedLines()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

Status EditedLines::put(std::uint64_t row, std::string_view line)
{
    std::size_t done = 0;
    while (done < line.size()) {
        const ssize_t count =
            ::pwrite(m_descriptor, line.data() + done, line.size() - done, off_t(m_size + done));
        if (count < 0)
            return fileError("write", m_path, errno);
        done += std::size_t(count);
    }
    m_places[row] = {m_size, std::uint32_t(line.size())};
    m_size += line.size();
    return {};
}

Status EditedLines::read(std::uint64_t row, std::string& line) const
{
    const Place& place = m_places[row];
    line.resize(place.length);
    std::size_t got = 0;
    while (got < line.size()) {
        const ssize_t count =
            ::pread(m_descriptor, line.data() + got, line.size() - got, off_t(place.offset + got));
        if (count <= 0)
            return fileError("read", m_path, count < 0 ? errno : EIO);
        got += std::size_t(count);
    }
    return {};
}

} // namespace koala
