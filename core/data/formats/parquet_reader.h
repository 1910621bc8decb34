// core/data/formats/parquet_reader.h: the rows of a Parquet file as JSON objects, in batches, so in
// bounded memory. It needs Apache Arrow (KOALA_WITH_ARROW); a build without it says so, and what to
// do instead. Lists and structs become JSON lists and objects, dates and decimals text; bytes that
// are no UTF-8 make their row a problem.
#pragma once

#include "core/data/formats/record_stream.h"

namespace koala {

bool readsParquet(); // this build
Result<std::unique_ptr<RecordStream>> openParquet(const fs::path& path);

} // namespace koala
