// core/data/formats/unfinished_imports.h: the imports of a project that were cut off (killed, or
// the machine went down) and left a folder behind. Each can be gone on with or discarded; until
// then it takes room on the disk. Those at work are not among them.
#pragma once

#include "core/data/formats/dataset_import.h"

namespace koala {

struct UnfinishedImport {
    std::string id;                // names it to continueImport and discardImport
    std::string slug;              // of the dataset that it would have become; "" unknown
    std::string importer;          // id
    std::vector<fs::path> files;   // that it reads
    std::uint64_t records = 0;     // read and kept so far
    std::uint64_t rows = 0;        // conversations among what is kept
    std::uint64_t bytesOnDisk = 0; // what discarding it frees
    std::string started;           // UTC
    std::string problem;           // why it can only be discarded, or ""
};

// Sorted by the time of their start.
Result<std::vector<UnfinishedImport>> unfinishedImports(const fs::path& datasetsDirectory);
// The request with which importDataset goes on where it was cut off; `published` is not set.
Result<ImportRequest> continuedRequest(const fs::path& datasetsDirectory, std::string_view id);
// Unavailable while it is at work.
Status discardImport(const fs::path& datasetsDirectory, std::string_view id);

} // namespace koala
