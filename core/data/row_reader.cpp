#include "core/data/row_reader.h"

namespace koala {
namespace {

constexpr std::uint64_t kRunBytes = std::uint64_t(256) << 10;
constexpr std::uint64_t kGapBytes = std::uint64_t(4) << 10; // rows that a view leaves out

} // namespace

bool RowReader::holds(const RowFacts& facts) const
{
    return facts.offset >= m_begin && facts.offset + facts.length <= m_begin + m_bytes.size();
}

// Where the bytes end that are read together with `row`.
std::uint64_t RowReader::endOfRun(std::uint64_t row, std::uint64_t end) const
{
    const std::vector<RowFacts>& rows = m_dataset.rows();
    const std::uint64_t begin = rows[row].offset;
    std::uint64_t runEnd = begin + rows[row].length;
    for (++row; row < std::min<std::uint64_t>(end, rows.size()); ++row) {
        const RowFacts& next = rows[row];
        if (next.offset >= kEditedOffset)
            continue;
        if (next.offset > runEnd + kGapBytes || next.offset + next.length > begin + kRunBytes)
            break;
        runEnd = next.offset + next.length;
    }
    return runEnd;
}

Result<std::string_view> RowReader::line(std::uint64_t row, std::uint64_t end)
{
    if (row >= m_dataset.size() || m_dataset.rows()[row].offset >= kEditedOffset) {
        KOALA_RETURN_IF_ERROR(m_dataset.readLine(row, m_line));
        return std::string_view(m_line);
    }
    const RowFacts& facts = m_dataset.rows()[row];
    if (!holds(facts)) {
        m_begin = facts.offset;
        m_bytes.resize(std::size_t(endOfRun(row, end) - facts.offset));
        if (const Status read = m_dataset.readRows(m_begin, m_bytes); !read.ok()) {
            m_bytes.clear();
            return read.error();
        }
    }
    return std::string_view(m_bytes).substr(std::size_t(facts.offset - m_begin), facts.length);
}

} // namespace koala
