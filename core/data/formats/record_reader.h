// core/data/formats/record_reader.h: cuts a file into JSON records in bounded memory: the elements
// of a top-level array, JSON Lines, or values one after another. It looks at brackets and strings
// only; whether a record is JSON the caller finds out, and says reject() when not: the reader then
// looks for the next record inside what it had taken for one, so that one broken record costs no
// other.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/data/formats/byte_source.h"

namespace koala {

struct RawRecord {
    std::string_view text;    // valid until the next call
    std::uint64_t line = 0;   // where it begins, from 1
    std::uint64_t offset = 0; // in the unpacked text
};

class RecordReader {
public:
    static constexpr std::size_t kMaxRecordBytes = std::size_t(64) << 20;

    static Result<RecordReader> open(const fs::path& path);
    explicit RecordReader(std::unique_ptr<ByteSource> source) : m_source(std::move(source)) {}

    // False at the end, or after an error (status() tells).
    bool next(RawRecord& record);
    // The record just given is no JSON. Goes on at the next one, which may lie inside it.
    void reject();
    const Status& status() const { return m_status; }
    std::uint64_t bytesRead() const { return m_source->bytesRead(); }
    // True when the record just given ran to the end of the file without being closed.
    bool unclosed() const { return m_unclosed; }

private:
    enum class Form { Unknown, Lines, Array, Values };
    bool fill(); // more bytes at the end of the buffer; false at the end of the file
    void chooseForm();
    bool nextLine(RawRecord& record);
    bool nextValue(RawRecord& record);
    std::size_t valueEnd(std::size_t begin);
    void give(std::size_t begin, std::size_t end, RawRecord& record);
    std::string indentationBefore(std::size_t begin) const;
    std::size_t resumePoint(std::size_t begin, std::size_t end) const;

    std::unique_ptr<ByteSource> m_source;
    std::string m_buffer;
    std::size_t m_at = 0;      // next unread byte in the buffer
    std::uint64_t m_base = 0;  // offset of the buffer's first byte in the text
    std::size_t m_counted = 0; // line ends before this place are in m_line
    std::uint64_t m_line = 1;
    std::size_t m_begin = 0; // of the record just given
    std::size_t m_end = 0;
    Form m_form = Form::Unknown;
    bool m_atEnd = false;
    bool m_unclosed = false;
    std::string m_firstKey; // of the last record that was not rejected: "\"id\""
    Status m_status;
};

// Parses a record; duplicate keys, lone surrogates, invalid UTF-8 and nesting deeper than 100 are
// errors.
Result<Json> parseRecord(std::string_view text);

// The first complete records of a text that may be cut short.
std::vector<Json> sampleRecords(std::string_view text, std::size_t limit);
Result<std::string> readUnpackedHead(const fs::path& path, std::size_t bytes);

} // namespace koala
