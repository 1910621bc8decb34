#include "core/data/formats/csv_reader.h"

#include <algorithm>
#include <set>

#include "core/base/json.h"
#include "core/base/utf8.h"

namespace koala {
namespace {

constexpr std::size_t kPatience = std::size_t(16) << 20; // how far an open quote is followed
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

enum class RowEnd { Row, NeedsMore, OpenQuote, Stray };

// One row of `text`, from `at`; at the end `at` is behind its line end. Stray: something stands
// beside the quotes of a cell; the row's end is found all the same.
RowEnd cutRow(std::string_view text, std::size_t& at, char separator, bool last,
    std::vector<std::string>& cells)
{
    cells.clear();
    bool stray = false;
    std::size_t i = at;
    while (true) {
        std::string cell;
        if (i < text.size() && text[i] == '"') {
            ++i;
            while (true) {
                const std::size_t quote = text.find('"', i);
                if (quote == std::string_view::npos)
                    return last ? RowEnd::OpenQuote : RowEnd::NeedsMore;
                if (quote + 1 >= text.size() && !last)
                    return RowEnd::NeedsMore;
                cell.append(text.substr(i, quote - i));
                i = quote + 1;
                if (i >= text.size() || text[i] != '"')
                    break;
                cell += '"';
                ++i;
            }
        }
        const char stops[] = {separator, '\n', '\0'};
        const std::size_t end = text.find_first_of(std::string_view(stops, 2), i);
        if (end == std::string_view::npos && !last)
            return RowEnd::NeedsMore;
        const std::size_t stop = end == std::string_view::npos ? text.size() : end;
        std::string_view rest = text.substr(i, stop - i);
        const bool rowEnds = stop == text.size() || text[stop] == '\n';
        if (rowEnds && rest.ends_with('\r'))
            rest.remove_suffix(1);
        const bool wasQuoted = i > at && text[i - 1] == '"';
        stray = stray || (wasQuoted && rest.find_first_not_of(" \t") != std::string_view::npos);
        if (!wasQuoted)
            cell = rest;
        cells.push_back(std::move(cell));
        i = std::min(stop + 1, text.size());
        if (rowEnds) {
            at = i;
            return stray ? RowEnd::Stray : RowEnd::Row;
        }
    }
}

bool isEmptyRow(const std::vector<std::string>& cells)
{
    return cells.size() == 1 && cells[0].find_first_not_of(" \t\r") == std::string::npos;
}

char separatorOf(std::string_view head)
{
    char best = ',';
    std::size_t most = 1;
    for (const char separator : {',', ';', '\t'}) {
        std::size_t at = 0;
        std::vector<std::string> cells;
        if (cutRow(head, at, separator, true, cells) == RowEnd::Row && cells.size() > most) {
            most = cells.size();
            best = separator;
        }
    }
    return best;
}

void nameColumns(std::vector<std::string>& columns)
{
    for (std::size_t i = 0; i < columns.size(); ++i)
        if (columns[i].empty())
            columns[i] = fmt::format("column {}", i + 1);
}

} // namespace

bool looksLikeCsv(std::string_view head)
{
    const char separator = separatorOf(head);
    std::size_t at = 0;
    std::vector<std::string> header;
    if (cutRow(head, at, separator, true, header) != RowEnd::Row || header.size() < 2)
        return false;
    const auto isName = [](const std::string& name) {
        return name.size() <= 80 && name.find_first_of("\n.:?!") == std::string::npos;
    };
    if (!std::all_of(header.begin(), header.end(), isName) ||
        std::set<std::string>(header.begin(), header.end()).size() != header.size())
        return false;
    std::vector<std::string> cells;
    for (int row = 0; row < 5 && at < head.size(); ++row) {
        if (cutRow(head, at, separator, false, cells) == RowEnd::NeedsMore)
            return head.find('"', at) != std::string_view::npos; // a long cell in quotes
        if (!isEmptyRow(cells) && cells.size() == header.size())
            return true; // one whole row that fits; the others are told one by one
    }
    return false;
}

bool CsvReader::fill()
{
    if (m_atEnd)
        return false;
    m_buffer.erase(0, m_at);
    m_base += m_at;
    m_at = 0;
    m_atEnd = !readOn(*m_source, m_buffer, m_status);
    return !m_atEnd;
}

bool CsvReader::nextRow(std::vector<std::string>& cells, std::string& problem, std::size_t& begin)
{
    problem.clear();
    while (true) {
        std::size_t at = m_at;
        const bool patient = m_buffer.size() - m_at < kPatience;
        const RowEnd end = m_at >= m_buffer.size()
                               ? RowEnd::NeedsMore
                               : cutRow(m_buffer, at, m_separator, m_atEnd, cells);
        if (end == RowEnd::NeedsMore && (m_atEnd ? m_at < m_buffer.size() : patient)) {
            fill();
            continue;
        }
        if (m_at >= m_buffer.size() && m_atEnd)
            return false;
        begin = m_at;
        if (end == RowEnd::OpenQuote || end == RowEnd::NeedsMore) {
            problem = "a quote that opens in this row is never closed";
            const std::size_t newline = m_buffer.find('\n', m_at);
            at = newline == std::string::npos ? m_buffer.size() : newline + 1;
        } else if (end == RowEnd::Stray) {
            problem = "text stands beside the quotes of a cell";
        }
        m_at = at;
        return true;
    }
}

bool CsvReader::readHeader()
{
    while (m_buffer.size() < (std::size_t(64) << 10) && fill())
        continue;
    if (std::string_view(m_buffer).starts_with(kByteOrderMark))
        m_at = kByteOrderMark.size();
    m_separator = separatorOf(std::string_view(m_buffer).substr(m_at));
    std::string problem;
    std::size_t begin = 0;
    if (!nextRow(m_columns, problem, begin))
        return false;
    m_line += std::uint64_t(std::count(
        m_buffer.begin() + std::ptrdiff_t(begin), m_buffer.begin() + std::ptrdiff_t(m_at), '\n'));
    nameColumns(m_columns);
    for (const std::string& column : m_columns)
        if (std::count(m_columns.begin(), m_columns.end(), column) > 1)
            m_status = invalidInput(fmt::format("{}: the column \"{}\" occurs twice in its first "
                                                "row; give the columns different names",
                m_path.string(), elided(toValidUtf8(column), 60)));
    if (!isValidUtf8(fmt::format("{}", fmt::join(m_columns, ","))))
        m_status = invalidInput(m_path.string() +
                                ": the names of its columns are no UTF-8; convert the file with: "
                                "iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW");
    return m_status.ok();
}

bool CsvReader::next(RawRecord& record)
{
    if (!m_status.ok() || (m_columns.empty() && !readHeader()))
        return false;
    std::vector<std::string> cells;
    std::size_t begin = 0;
    do {
        record.line = m_line;
        if (!nextRow(cells, record.problem, begin))
            return false;
        m_line += std::uint64_t(std::count(m_buffer.begin() + std::ptrdiff_t(begin),
            m_buffer.begin() + std::ptrdiff_t(m_at), '\n'));
    } while (record.problem.empty() && isEmptyRow(cells) && m_columns.size() > 1);
    record.offset = m_base + begin;
    record.split.clear();
    record.text = std::string_view(m_buffer).substr(begin, m_at - begin);
    if (record.problem.empty() && cells.size() != m_columns.size())
        record.problem = fmt::format(
            "it has {} cells, and the first row names {} columns", cells.size(), m_columns.size());
    if (record.problem.empty() && !isValidUtf8(record.text))
        record.problem = "bytes that are no UTF-8; if all rows say so, convert the file with: "
                         "iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW";
    if (!record.problem.empty())
        return true;
    OrderedJson row = OrderedJson::object();
    for (std::size_t i = 0; i < cells.size(); ++i)
        row[m_columns[i]] = std::move(cells[i]);
    m_row = toLine(row);
    record.text = m_row;
    return true;
}

} // namespace koala
