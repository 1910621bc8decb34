// core/data/formats/record_reader.h: cuts a JSON file into records in bounded memory: the elements
// of a top-level array, JSON Lines, values one after another, or the elements of the arrays in
// {"train":[…],"eval":[…]}. It looks at brackets, strings and commas only; whether a record is JSON
// the caller finds out, and says reject() when not: the reader then looks for the next record
// inside what it had taken for one, so that one broken record costs no other.
//
// A comma too many or too few, an array that is not closed and what follows its end are pieces with
// a problem of their own: the file's records are all read, and the fault is still told.
#pragma once

#include <vector>

#include "core/base/json.h"
#include "core/data/formats/byte_source.h"
#include "core/data/formats/record_stream.h"

namespace koala {

class RecordReader final : public RecordStream {
public:
    static Result<RecordReader> open(const fs::path& path);
    explicit RecordReader(std::unique_ptr<ByteSource> source) : m_source(std::move(source)) {}

    bool next(RawRecord& record) override;
    void reject() override;
    const Status& status() const override { return m_status; }
    std::uint64_t bytesRead() const override { return m_source->bytesRead(); }
    bool unclosed() const override { return m_unclosed; }

private:
    enum class Form { Unknown, Lines, Array, Splits, Values };
    // First: a record or the end of the list. Member: the next list of {"train":[…],"eval":[…]}.
    enum class Expect { First, Value, Comma, Member, Nothing };
    bool fill(); // more bytes at the end of the buffer; false at the end of the file
    void chooseForm();
    bool beginsLinesOfArrays(std::size_t first) const;
    bool beginsSplits(std::size_t first);
    bool enterSplit(std::size_t key);
    bool nextLine(RawRecord& record);
    bool nextOfValues(RawRecord& record);
    bool nextOfArray(RawRecord& record, bool wasUnclosed);
    bool nextElement(RawRecord& record);
    bool nextMember(RawRecord& record);
    void trailing(RawRecord& record);
    bool skipBlanks(); // false at the end of the file
    std::size_t valueEnd();
    void giveValue(RawRecord& record);
    void problem(RawRecord& record, std::size_t length, std::string reason);
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
    Expect m_expect = Expect::First;
    bool m_atEnd = false;
    bool m_unclosed = false;
    bool m_skipLine = false; // the rest of a line that was too long
    std::string m_tooLong;   // the head of a record that was too long
    std::string m_split;
    std::string m_firstKey; // of the last record that was not rejected: "\"id\""
    Status m_status;
};

// What a record holds that is not quite as it should be. None of it is an error.
struct RecordFlags {
    std::uint32_t repairedSurrogates = 0; // unpaired \ud800…\udfff, each now U+FFFD
    std::uint32_t bigIntegers = 0;        // past 64 bits: kept as a string of their digits
    std::uint32_t underflows = 0;         // numbers too near to zero, now 0
    std::uint32_t lostDigits = 0;         // reals of more digits than a double holds
    std::uint32_t lookAlikeKeys = 0; // keys of one object that differ in their code points only
};

struct RecordLimits {
    static constexpr std::size_t kDepth = 128;
    static constexpr std::size_t kKeys = 65536; // of one object
    static constexpr std::size_t kKeyBytes = std::size_t(64) << 10;
    static constexpr std::size_t kNumberDigits = 4096;
};

// Parses a record strictly: duplicate keys, invalid UTF-8, numbers that no double holds and
// anything past the limits are errors, which name the byte.
Result<Json> parseRecord(std::string_view text, RecordFlags* flags = nullptr);

// The first complete records of a stream, until they have passed `bytes` of the text.
std::vector<Json> sampleRecords(RecordStream& stream, std::size_t limit, std::uint64_t bytes);

} // namespace koala
