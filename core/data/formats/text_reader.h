// core/data/formats/text_reader.h: plain text, given as {"text":"…"}: the whole file as one piece,
// or several, parted by lines of nothing but three or more of - = * or by "<|endoftext|>" lines.
// Who speaks in a piece is the importer's to find (importer_marked.cpp).
#pragma once

#include "core/data/formats/byte_source.h"
#include "core/data/formats/record_stream.h"

namespace koala {

class TextReader final : public RecordStream {
public:
    explicit TextReader(std::unique_ptr<ByteSource> source) : m_source(std::move(source)) {}
    bool next(RawRecord& record) override;
    const Status& status() const override { return m_status; }
    std::uint64_t bytesRead() const override { return m_source->bytesRead(); }

private:
    bool nextLine(std::string_view& line); // with its end
    std::unique_ptr<ByteSource> m_source;
    std::string m_buffer;
    std::size_t m_at = 0;
    std::uint64_t m_base = 0;
    std::uint64_t m_line = 1; // of the next line
    bool m_atEnd = false;
    std::string m_piece;
    std::string m_record;
    Status m_status;
};

} // namespace koala
