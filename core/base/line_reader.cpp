#include "core/base/line_reader.h"

#include <cerrno>

namespace koala {

Result<LineReader> LineReader::open(const fs::path& path, std::uint64_t offset)
{
    std::FILE* file = std::fopen(path.c_str(), "rbe");
    if (file == nullptr)
        return fileError("read", path, errno);
    LineReader reader(file, path, offset);
    if (offset != 0 && ::fseeko(file, off_t(offset), SEEK_SET) != 0)
        return fileError("read", path, errno);
    return reader;
}

bool LineReader::next(Line& line)
{
    std::size_t searched = m_begin;
    std::size_t newline = std::string::npos;
    while ((newline = m_buffer.find('\n', searched)) == std::string::npos && !m_atEnd) {
        searched = m_buffer.size();
        if (m_begin > 0) {
            m_buffer.erase(0, m_begin);
            searched -= m_begin;
            m_begin = 0;
        }
        if (m_buffer.size() > kMaxLineBytes)
            break;
        const std::size_t had = m_buffer.size();
        m_buffer.resize(had + (1 << 20));
        const std::size_t got = std::fread(m_buffer.data() + had, 1, 1 << 20, m_file.get());
        m_buffer.resize(had + got);
        if (got == 0) {
            m_atEnd = true;
            if (std::ferror(m_file.get()))
                m_status = fileError("read", m_path, errno);
        }
    }
    if (m_begin >= m_buffer.size() && newline == std::string::npos)
        return false;
    const std::size_t end = newline == std::string::npos ? m_buffer.size() : newline;
    std::string_view text(m_buffer.data() + m_begin, end - m_begin);
    line.offset = m_offset;
    line.number = ++m_number;
    line.ended = newline != std::string::npos;
    line.tooLong = text.size() > kMaxLineBytes;
    const std::size_t consumed = text.size() + (line.ended ? 1 : 0);
    m_offset += consumed;
    m_begin += consumed;
    if (line.offset == 0 && text.starts_with("\xEF\xBB\xBF"))
        text.remove_prefix(3);
    if (text.ends_with('\r'))
        text.remove_suffix(1);
    line.text = text;
    return true;
}

} // namespace koala
