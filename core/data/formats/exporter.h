// core/data/formats/exporter.h: a dataset written out in a form of the field. Importing what was
// written gives the same turns again. What a form cannot say is left out, counted and named:
// nothing is lost in silence.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/data/dataset.h"

namespace koala {

struct ExporterInfo {
    std::string_view id; // rows, koala-jsonl, sharegpt, alpaca, messages
    std::string_view title;
};
std::span<const ExporterInfo> exporters();

struct ExportOutcome {
    std::uint64_t rows = 0;
    std::uint64_t leftOut = 0; // conversations that the form cannot hold
    std::string reason;        // of the first
    // What was written without something that the form has no place for: "pair" → 12 conversations
    // written without saying which side of their pair they are, and so on.
    std::map<std::string, std::uint64_t> lost;
};
// Writes `out` beside itself and renames it; an existing file is replaced only as a whole.
Result<ExportOutcome> exportDataset(const Dataset& dataset, std::string_view format,
    const fs::path& out, std::stop_token stop = {});

} // namespace koala
