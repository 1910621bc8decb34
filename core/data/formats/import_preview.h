// core/data/formats/import_preview.h: what an import would make of a file, for the import page and
// `koala data preview`. Nothing is written.
#pragma once

#include "core/data/formats/column_map.h"
#include "core/data/formats/importer.h"

namespace koala {

struct ImportPreview {
    Detection detection;
    std::vector<std::string> columns; // of the first record, when it is flat: for a column map
    std::vector<Conversation> conversations; // the first ones; uid and source are empty
    std::vector<std::string> problems;       // what could not be read, with the line
};

// Reads on until there are `limit` conversations or `limit` problems. `format` "" : as detected;
// with columns: as a table. An error when the file cannot be read at all.
Result<ImportPreview> previewImport(
    const fs::path& file, const std::string& format, const ColumnMap& columns, std::size_t limit);

} // namespace koala
