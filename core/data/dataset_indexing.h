// core/data/dataset_indexing.h: what is built behind an import: the words of each row for the
// search, its language and its flags. In transactions of 4,096 rows, so readers are never held up
// for long, and a run that was stopped or killed is gone on with by the next one.
#pragma once

#include <functional>
#include <stop_token>

#include "core/data/dataset.h"

namespace koala {

struct IndexingProgress {
    std::uint64_t rows = 0; // indexed by now, those of earlier runs too
    std::uint64_t totalRows = 0;
};

// Unavailable when another process indexes it already. `progress` is told after each block, on the
// calling thread. Datasets that are open see the new words and flags when they are opened again.
Status indexDataset(const fs::path& directory, std::stop_token stop = {},
    const std::function<void(const IndexingProgress&)>& progress = {});

} // namespace koala
