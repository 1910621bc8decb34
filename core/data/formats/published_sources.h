// core/data/formats/published_sources.h: the datasets that the publications used, as
// datasets/sources/<id>.json describe them: how many rows, under which licence and terms, what for
// and where to get them. Nothing of them is shipped. Mixture templates name them by id, and an
// imported file that is surely one of them takes over its licence and terms.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/files.h"

namespace koala {

struct PublishedSource {
    std::string id;
    std::string title;
    std::string use;                 // training or evaluation
    std::string importer;            // the id of its kind, "" for prompt sets
    std::string published;           // the counts in the words of the publication
    std::uint64_t publishedRows = 0; // in `unit`
    std::string unit;                // dialogues, pairs, instructions …
    std::uint64_t releasedRows = 0;  // rows of the released pipeline's training files; 0 unknown
    std::string licence;             // "" where none is stated
    std::string terms;
    std::string purpose;
    std::string homepage;              // text to show, opened only when a person asks for it
    std::string obtain;                // how to get it, in words
    bool identifiedByImporter = false; // its form is its own: the importer tells it surely
    struct File {
        std::string name;
        std::string sha256;
    };
    std::vector<File> files; // published files whose hash is known
};

// Sorted by id. `datasetsFolder` is .../datasets (core/store/starter.h finds it). An error names
// the file that is broken.
Result<std::vector<PublishedSource>> readPublishedSources(const fs::path& datasetsFolder);

// The source that a file surely is, by its hash, or else by an importer that reads nothing else;
// null when neither says so.
const PublishedSource* identifySource(const std::vector<PublishedSource>& sources,
    std::string_view sha256, std::string_view importer);

} // namespace koala
