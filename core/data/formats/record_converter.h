// core/data/formats/record_converter.h: what lies between a record of a file and its conversations:
// parsing, the column map, the importer, the split, and the count of oddities. Const after create;
// any thread.
#pragma once

#include "core/data/formats/column_map.h"
#include "core/data/formats/importer.h"
#include "core/data/formats/record_stream.h"

namespace koala {

class RecordConverter {
public:
    RecordConverter(const ImporterInfo& importer, ColumnMap columns)
        : m_importer(&importer), m_columns(std::move(columns))
    {
    }
    // An error is the reason why the record is quarantined. `isRecord` turns false when the piece
    // is no JSON at all: the caller then tells the stream with reject().
    Status convert(const RawRecord& raw, ConvertedRow& out, bool& isRecord) const;

private:
    const ImporterInfo* m_importer;
    ColumnMap m_columns;
};

} // namespace koala
