// core/data/formats/dataset_import.h: makes a dataset of a project from files. It is written into
// datasets/.import.* and appears by one rename, manifest.json last; a failed or cancelled import
// leaves nothing. One that was killed is continued by the next import of the same files, if they
// are unchanged; unfinished_imports.h lists what killed ones left.
#pragma once

#include <functional>
#include <stop_token>

#include "core/data/dataset.h"
#include "core/data/formats/column_map.h"
#include "core/data/formats/importer.h"
#include "core/data/formats/published_sources.h"

namespace koala {

struct ImportRequest {
    fs::path datasetsDirectory; // <project>/datasets
    std::vector<fs::path> files;
    std::string name;    // "" : from the first file's name
    std::string slug;    // "" : from the name
    std::string format;  // "" : detected
    ColumnMap columns;   // not empty: the files are tables with these columns
    std::string licence; // "" : that of the published source which the first file surely is
    std::string terms;   // "" : the same, else what the importer's notice says
    std::string use = "training";
    std::vector<PublishedSource> published; // what files are held against
};
struct ImportProgress {
    std::uint64_t bytes = 0; // read so far, of all files
    std::uint64_t totalBytes = 0;
    std::uint64_t rows = 0; // conversations kept so far
    std::uint64_t quarantined = 0;
    std::uint64_t continuedAt = 0; // records that an import which was killed had done already
};
// About ten times a second, on the calling thread.
using ImportProgressCallback = std::function<void(const ImportProgress&)>;

Result<DatasetManifest> importDataset(const ImportRequest& request, std::stop_token stop = {},
    const ImportProgressCallback& progress = {});

} // namespace koala
