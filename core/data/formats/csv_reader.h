// core/data/formats/csv_reader.h: the rows of a table in text, as RFC 4180 has it: cells in quotes
// may hold separators, line ends and doubled quotes. The first row names the columns; each further
// row is given as a JSON object {"column":"cell"}, all cells as text, unchanged. The separator
// (comma, semicolon or tab) is told from the first row. A column without a name is "column N".
//
// A row with another number of cells than the header, one with text beside its quotes and one that
// is no UTF-8 are given as problems. A quote that is never closed costs the one line it is on.
#pragma once

#include <vector>

#include "core/data/formats/byte_source.h"
#include "core/data/formats/record_stream.h"

namespace koala {

// True when the first rows have the same number of cells, at least two, and the header's are all
// different.
bool looksLikeCsv(std::string_view head);

class CsvReader final : public RecordStream {
public:
    CsvReader(std::unique_ptr<ByteSource> source, fs::path path)
        : m_source(std::move(source)), m_path(std::move(path))
    {
    }
    bool next(RawRecord& record) override;
    const Status& status() const override { return m_status; }
    std::uint64_t bytesRead() const override { return m_source->bytesRead(); }

private:
    bool fill();
    bool readHeader();
    bool nextRow(std::vector<std::string>& cells, std::string& problem, std::size_t& begin);

    std::unique_ptr<ByteSource> m_source;
    fs::path m_path;
    std::string m_buffer;
    std::size_t m_at = 0;
    std::uint64_t m_base = 0; // offset of the buffer's first byte
    std::uint64_t m_line = 1;
    bool m_atEnd = false;
    char m_separator = ',';
    std::vector<std::string> m_columns;
    std::string m_row; // the JSON of the row just given
    Status m_status;
};

} // namespace koala
