// core/data/mix/counts_file.h: the token counts of a dataset's rows as they are kept beside it, in
// counts/<key>.bin. Private to core/data/mix.
#pragma once

#include <memory>

#include "core/base/files.h"
#include "core/data/mix/mixture_calculator.h"

namespace koala {

// Nothing where the file is missing, damaged or of another number of rows.
std::shared_ptr<const RowTokens> readCounts(const fs::path& path, std::uint64_t rows);
// A folder that may not be written only costs counting again next time.
void writeCounts(const fs::path& path, const RowTokens& counts);

} // namespace koala
