#include "core/data/formats/record_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace koala {
namespace {

constexpr std::size_t kChunk = std::size_t(1) << 20;
// How far past a line that looks like the next record an unclosed one is still followed.
constexpr std::size_t kPatience = std::size_t(4) << 20;
constexpr std::size_t kTooLongHead = 4096; // what is kept of a record past the limit

bool isBlank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// True if the brackets that open in `text` close in it.
bool isBalanced(std::string_view text)
{
    int depth = 0;
    bool inString = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (inString) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                inString = false;
        } else if (c == '"') {
            inString = true;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']') {
            --depth;
        }
    }
    return depth <= 0 && !inString;
}

std::string tooLongReason()
{
    return fmt::format("it is longer than {} MiB, the most that one record may have",
        RecordStream::kMaxRecordBytes >> 20);
}

} // namespace

Result<RecordReader> RecordReader::open(const fs::path& path)
{
    KOALA_TRY(std::unique_ptr<ByteSource> source, openByteSource(path));
    return RecordReader(std::move(source));
}

bool RecordReader::fill()
{
    if (m_atEnd)
        return false;
    // What lies before the record just given is not needed again.
    const std::size_t keep = std::min(m_begin, m_at);
    if (keep >= kChunk) {
        m_line +=
            std::uint64_t(std::count(m_buffer.begin() + std::ptrdiff_t(std::min(m_counted, keep)),
                m_buffer.begin() + std::ptrdiff_t(keep), '\n'));
        m_counted = m_counted > keep ? m_counted - keep : 0;
        m_buffer.erase(0, keep);
        m_base += keep;
        m_at -= keep;
        m_begin -= keep;
        m_end -= std::min(m_end, keep);
    }
    m_atEnd = !readOn(*m_source, m_buffer, m_status);
    return !m_atEnd;
}

void RecordReader::chooseForm()
{
    fill();
    if (std::string_view(m_buffer).starts_with("\xEF\xBB\xBF"))
        m_at = 3;
    const std::size_t first = m_buffer.find_first_not_of(" \t\r\n", m_at);
    if (first == std::string::npos) {
        m_form = Form::Lines;
        return;
    }
    if (m_buffer[first] == '[') {
        if (beginsLinesOfArrays(first)) {
            m_form = Form::Lines;
            return;
        }
        m_form = Form::Array;
        m_at = first + 1;
        return;
    }
    if (beginsSplits(first))
        return;
    std::size_t end = m_buffer.find('\n', first);
    while (end == std::string::npos && m_buffer.size() < kMaxRecordBytes && fill())
        end = m_buffer.find('\n', first);
    const std::string_view line =
        std::string_view(m_buffer).substr(first, end == std::string::npos ? end : end - first);
    m_form = isBalanced(line) ? Form::Lines : Form::Values;
}

// JSON Lines of which each is an array: the first line is closed, and the next begins with '[' too.
bool RecordReader::beginsLinesOfArrays(std::size_t first) const
{
    const std::size_t end = m_buffer.find('\n', first);
    if (end == std::string::npos)
        return false;
    const std::size_t next = m_buffer.find_first_not_of(" \t\r\n", end);
    return next != std::string::npos && m_buffer[next] == '[' &&
           isBalanced(std::string_view(m_buffer).substr(first, end - first));
}

// {"train": [ … : the name of a split and its rows.
bool RecordReader::beginsSplits(std::size_t first)
{
    if (m_buffer[first] != '{')
        return false;
    const std::size_t key = m_buffer.find_first_not_of(" \t\r\n", first + 1);
    if (key == std::string::npos)
        return false;
    for (const char* name : {"train", "eval", "test", "valid", "validation"})
        if (m_buffer.compare(key + 1, std::strlen(name) + 1, std::string(name) + '"') == 0 &&
            enterSplit(key)) {
            m_form = Form::Splits;
            return true;
        }
    return false;
}

// At "name": [ ; true when it was there, and then the next thing is its first row.
bool RecordReader::enterSplit(std::size_t key)
{
    if (m_buffer[key] != '"')
        return false;
    const std::size_t close = m_buffer.find('"', key + 1);
    if (close == std::string::npos || close - key > 64)
        return false;
    const std::size_t colon = m_buffer.find_first_not_of(" \t\r\n", close + 1);
    if (colon == std::string::npos || m_buffer[colon] != ':')
        return false;
    const std::size_t bracket = m_buffer.find_first_not_of(" \t\r\n", colon + 1);
    if (bracket == std::string::npos || m_buffer[bracket] != '[')
        return false;
    m_split = m_buffer.substr(key + 1, close - key - 1);
    m_at = bracket + 1;
    m_expect = Expect::First;
    return true;
}

void RecordReader::give(std::size_t begin, std::size_t end, RawRecord& record)
{
    m_begin = begin;
    m_end = end;
    m_at = end;
    if (begin > m_counted) {
        m_line += std::uint64_t(std::count(m_buffer.begin() + std::ptrdiff_t(m_counted),
            m_buffer.begin() + std::ptrdiff_t(begin), '\n'));
        m_counted = begin;
    }
    record.text = std::string_view(m_buffer).substr(begin, end - begin);
    record.line = m_line;
    record.offset = m_base + begin;
    record.split = m_split;
    record.problem.clear();
}

bool RecordReader::next(RawRecord& record)
{
    if (m_form == Form::Unknown)
        chooseForm();
    // The record before was good: remember how such records begin.
    if (m_firstKey.empty() && m_end > m_begin && m_form != Form::Lines) {
        const std::size_t key = m_buffer.find('"', m_begin);
        const std::size_t close = key == std::string::npos ? key : m_buffer.find('"', key + 1);
        if (close != std::string::npos && close < m_end && close - key < 64)
            m_firstKey = m_buffer.substr(key, close - key + 1);
    }
    m_begin = m_at;
    m_end = m_at;
    const bool wasUnclosed = std::exchange(m_unclosed, false);
    return m_form == Form::Lines    ? nextLine(record)
           : m_form == Form::Values ? nextOfValues(record)
                                    : nextOfArray(record, wasUnclosed);
}

bool RecordReader::nextLine(RawRecord& record)
{
    while (true) {
        std::size_t searched = m_at;
        std::size_t newline = std::string::npos;
        while ((newline = m_buffer.find('\n', searched)) == std::string::npos) {
            if (m_buffer.size() - m_at > kMaxRecordBytes)
                break;
            const std::size_t before = m_at;
            searched = m_buffer.size();
            if (!fill())
                break;
            searched -= before - m_at;
        }
        if (m_at >= m_buffer.size())
            return false;
        const bool tooLong = newline == std::string::npos && !m_atEnd;
        std::size_t end = newline == std::string::npos ? m_buffer.size() : newline;
        const std::size_t after = newline == std::string::npos ? end : newline + 1;
        std::size_t begin = m_at;
        while (begin < end && isBlank(m_buffer[begin]))
            ++begin;
        while (end > begin && isBlank(m_buffer[end - 1]))
            --end;
        const bool rest = std::exchange(m_skipLine, tooLong);
        if (begin < end && !rest) {
            give(begin, end, record);
            m_at = after;
            if (tooLong)
                record.problem = tooLongReason();
            return true;
        }
        m_at = after;
        m_begin = after;
    }
}

bool RecordReader::skipBlanks()
{
    while (true) {
        while (m_at < m_buffer.size() && isBlank(m_buffer[m_at]))
            ++m_at;
        m_begin = m_at;
        if (m_at < m_buffer.size())
            return true;
        if (!fill())
            return false;
    }
}

void RecordReader::problem(RawRecord& record, std::size_t length, std::string reason)
{
    give(m_at, std::min(m_at + length, m_buffer.size()), record);
    record.problem = std::move(reason);
}

bool RecordReader::nextOfValues(RawRecord& record)
{
    do {
        if (!skipBlanks())
            return false;
    } while (m_buffer[m_at] == ',' && ++m_at != 0);
    giveValue(record);
    return true;
}

bool RecordReader::nextOfArray(RawRecord& record, bool wasUnclosed)
{
    while (true) {
        if (!skipBlanks()) {
            if (m_expect == Expect::Nothing || wasUnclosed || !m_status.ok())
                return false;
            m_expect = Expect::Nothing;
            problem(record, 0, "the file ends before its list is closed: it was cut short");
            return true;
        }
        if (m_expect == Expect::Nothing) {
            trailing(record);
            return true;
        }
        if (m_expect == Expect::Member ? nextMember(record) : nextElement(record))
            return true;
    }
}

// One step inside a list; true when it gave something.
bool RecordReader::nextElement(RawRecord& record)
{
    const Expect expected = m_expect;
    const char c = m_buffer[m_at];
    if (c == ']') {
        if (expected == Expect::Value)
            problem(record, 1, "a comma stands before the end of the list"); // passes the bracket
        else
            ++m_at;
        m_expect = m_form == Form::Splits ? Expect::Member : Expect::Nothing;
        return expected == Expect::Value;
    }
    if (c == ',' && expected == Expect::Comma) {
        ++m_at;
        m_expect = Expect::Value;
        return false;
    }
    if (c == ',') {
        problem(record, 1, "a comma stands where a record should stand");
        return true;
    }
    if (expected == Expect::Comma) {
        m_expect = Expect::Value;
        problem(record, 0, "a comma is missing before this record");
        return true;
    }
    m_expect = Expect::Comma;
    giveValue(record);
    return true;
}

// After a list of {"train":[…],"eval":[…]}: the next list, or the end.
bool RecordReader::nextMember(RawRecord& record)
{
    if (m_buffer[m_at] == '}') {
        ++m_at;
        m_split.clear();
        m_form = Form::Array;
        m_expect = Expect::Nothing;
        return false;
    }
    if (m_buffer[m_at] == ',') {
        ++m_at;
        while (skipBlanks() && m_buffer.size() - m_at < 128 && fill())
            continue;
        if (m_at < m_buffer.size() && enterSplit(m_at))
            return false;
    }
    if (!skipBlanks())
        return false;
    m_split.clear();
    giveValue(record);
    record.problem = "it is no list of rows like the one before it";
    return true;
}

// Past the end of the list. A second list (two files put together) is read too.
void RecordReader::trailing(RawRecord& record)
{
    if (m_form == Form::Array && m_buffer[m_at] == '[') {
        problem(record, 0, "a second list follows the end of the first");
        ++m_at;
        m_expect = Expect::First;
        return;
    }
    giveValue(record);
    record.problem = "it follows the end of the list";
}

void RecordReader::giveValue(RawRecord& record)
{
    m_tooLong.clear();
    const std::uint64_t offset = m_base + m_at;
    give(m_at, m_at, record);
    const std::uint64_t line = m_line;
    const std::size_t end = valueEnd();
    give(m_begin, end, record);
    if (m_tooLong.empty())
        return;
    record.text = m_tooLong;
    record.line = line;
    record.offset = offset;
    record.problem = tooLongReason();
    m_end = m_begin; // nothing of it is looked through again
}

// The end of the value that begins at m_begin, reading on as needed. Buffer positions stay valid:
// fill() drops only what lies before m_begin, and then moves m_begin with it.
std::size_t RecordReader::valueEnd()
{
    int depth = 0;
    bool inString = false;
    const std::string indentation = indentationBefore(m_begin);
    std::size_t candidate = 0; // length from m_begin to a line that begins like the next record
    std::size_t length = 0;
    while (true) {
        if (m_begin + length >= m_buffer.size()) {
            if (length > kMaxRecordBytes) {
                if (m_tooLong.empty())
                    m_tooLong = m_buffer.substr(m_begin, kTooLongHead);
                m_at = m_begin = m_begin + length - 1; // one byte back: fill() keeps from m_begin
                length = 1;
                candidate = 0;
            }
            if (!fill()) {
                m_unclosed = depth > 0 || inString;
                return m_buffer.size();
            }
            continue;
        }
        const char c = m_buffer[m_begin + length];
        ++length;
        if (c == '\n') {
            if (depth == 0 && !inString)
                return m_begin + length - 1;
            if (candidate == 0 && m_tooLong.empty() &&
                m_begin + length + indentation.size() < m_buffer.size() &&
                m_buffer.compare(m_begin + length, indentation.size(), indentation) == 0 &&
                m_buffer[m_begin + length + indentation.size()] == '{')
                candidate = length;
        }
        if (inString) {
            if (c == '\\')
                ++length;
            else if (c == '"')
                inString = false;
            continue;
        }
        if (c == '"') {
            inString = true;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']') {
            if (depth == 0) // a bracket that nothing opened: a piece of its own
                return m_begin + std::max<std::size_t>(1, length - 1);
            if (--depth == 0)
                return m_begin + length;
        } else if (c == ',' && depth == 0) {
            return m_begin + std::max<std::size_t>(1, length - 1);
        }
        if (candidate != 0 && length - candidate > kPatience) {
            m_unclosed = true;
            return m_begin + length;
        }
    }
}

// The blanks between the start of the line and `begin`; more than blanks: "\n", which no line
// begins with.
std::string RecordReader::indentationBefore(std::size_t begin) const
{
    std::size_t from = begin;
    while (from > 0 && (m_buffer[from - 1] == ' ' || m_buffer[from - 1] == '\t'))
        --from;
    if (from > 0 && m_buffer[from - 1] != '\n')
        return "\n";
    return m_buffer.substr(from, begin - from);
}

std::size_t RecordReader::resumePoint(std::size_t begin, std::size_t end) const
{
    std::size_t best = std::string::npos;
    const std::string indentation = indentationBefore(begin);
    if (indentation != "\n") {
        const std::size_t found = m_buffer.find("\n" + indentation + "{", begin + 1);
        if (found != std::string::npos && found < end)
            best = found + 1 + indentation.size();
    }
    if (m_firstKey.empty())
        return best;
    for (std::size_t key = m_buffer.find(m_firstKey, begin + 1);
        key != std::string::npos && key < end; key = m_buffer.find(m_firstKey, key + 1)) {
        std::size_t brace = key;
        while (brace > begin && isBlank(m_buffer[brace - 1]))
            --brace;
        if (brace <= begin + 1 || m_buffer[brace - 1] != '{')
            continue;
        std::size_t comma = --brace;
        while (comma > begin && isBlank(m_buffer[comma - 1]))
            --comma;
        if (comma > begin && m_buffer[comma - 1] == ',')
            return std::min(best, brace);
    }
    return best;
}

void RecordReader::reject()
{
    if (m_form != Form::Lines && m_end > m_begin) {
        const std::size_t resume = resumePoint(m_begin, m_end);
        if (resume != std::string::npos) {
            m_at = resume;
            if (m_expect == Expect::Comma)
                m_expect = Expect::First;
        }
    }
    m_end = m_begin; // its first key teaches nothing
}

std::vector<Json> sampleRecords(RecordStream& stream, std::size_t limit, std::uint64_t bytes)
{
    std::vector<Json> records;
    for (RawRecord raw; records.size() < limit && stream.next(raw);) {
        Result<Json> record =
            raw.problem.empty() ? parseRecord(raw.text) : Result<Json>(invalidInput(raw.problem));
        if (record.ok())
            records.push_back(std::move(*record));
        else
            stream.reject();
        if (raw.offset > bytes)
            break;
    }
    return records;
}

} // namespace koala
