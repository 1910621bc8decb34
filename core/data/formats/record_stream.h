// core/data/formats/record_stream.h: the records of a file, one after another, whatever its form:
// JSON in its shapes, CSV, a transcript, Parquet. The form is told from the content, never from the
// name. What is no JSON is given as JSON all the same: a row of a table as an object by its header,
// a transcript as {"text"}; so an importer sees one kind of record. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/files.h"

namespace koala {

struct RawRecord {
    std::string_view text;    // JSON, unless there is a problem; valid until the next call
    std::uint64_t line = 0;   // where it begins, from 1
    std::uint64_t offset = 0; // in the unpacked text (Parquet: the number of the row)
    std::string split;        // "" : the file names none ({"train":[…],"eval":[…]} does)
    std::string problem;      // not "": this piece of the file is no record, and this is why
};

class RecordStream {
public:
    static constexpr std::size_t kMaxRecordBytes = std::size_t(64) << 20;

    virtual ~RecordStream() = default;
    // False at the end, or after an error (status() tells).
    virtual bool next(RawRecord& record) = 0;
    // The record just given is no JSON. Goes on at the next one, which may lie inside it.
    virtual void reject() {}
    virtual const Status& status() const = 0;
    virtual std::uint64_t bytesRead() const = 0; // of the file as it is stored
    // True when the record just given ran to the end of the file without being closed.
    virtual bool unclosed() const { return false; }
};

enum class FileForm { JsonRecords, Csv, Text, Parquet };

// From the first bytes of a file, unpacked. An error says what the file is instead, and what to do:
// nothing at all, UTF-16, an archive or workbook, a program's own binary form.
Result<FileForm> formOf(std::string_view head, const fs::path& path);

Result<std::string> readUnpackedHead(const fs::path& path, std::size_t bytes);
Result<std::unique_ptr<RecordStream>> openRecordStream(const fs::path& path);

} // namespace koala
