#include "core/data/formats/text_reader.h"

#include "core/base/json.h"
#include "core/base/utf8.h"

namespace koala {
namespace {

bool isBorder(std::string_view line)
{
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r' || line.back() == ' '))
        line.remove_suffix(1);
    if (line == "<|endoftext|>")
        return true;
    return line.size() >= 3 && (line[0] == '-' || line[0] == '=' || line[0] == '*') &&
           line.find_first_not_of(line[0]) == std::string_view::npos;
}

} // namespace

bool TextReader::nextLine(std::string_view& line)
{
    std::size_t newline = std::string::npos;
    while ((newline = m_buffer.find('\n', m_at)) == std::string::npos && !m_atEnd &&
           m_buffer.size() - m_at <= kMaxRecordBytes) {
        m_buffer.erase(0, m_at);
        m_base += m_at;
        m_at = 0;
        m_atEnd = !readOn(*m_source, m_buffer, m_status);
    }
    if (m_at >= m_buffer.size())
        return false;
    const std::size_t end = newline == std::string::npos ? m_buffer.size() : newline + 1;
    line = std::string_view(m_buffer).substr(m_at, end - m_at);
    m_at = end;
    ++m_line;
    return true;
}

bool TextReader::next(RawRecord& record)
{
    m_piece.clear();
    record.problem.clear();
    record.split.clear();
    const std::uint64_t firstByte = m_base + m_at;
    std::string_view line;
    for (bool more = nextLine(line); more; more = nextLine(line)) {
        const bool border = isBorder(line);
        if (m_piece.empty()) {
            if (border || line.find_first_not_of(" \t\r\n") == std::string_view::npos)
                continue;
            record.line = m_line - 1;
            record.offset = m_base + m_at - line.size();
            if (record.offset == 0 && firstByte == 0 && line.starts_with("\xEF\xBB\xBF"))
                line.remove_prefix(3);
        }
        if (border)
            break;
        if (m_piece.size() <= kMaxRecordBytes)
            m_piece += line;
    }
    if (m_piece.empty() || !m_status.ok())
        return false;
    if (m_piece.size() > kMaxRecordBytes)
        record.problem = fmt::format(
            "it is longer than {} MiB, the most that one record may have", kMaxRecordBytes >> 20);
    else if (!isValidUtf8(m_piece))
        record.problem = "it holds bytes that are no UTF-8";
    m_record = record.problem.empty() ? toLine(Json{{"text", m_piece}}) : m_piece;
    record.text = m_record;
    return true;
}

} // namespace koala
