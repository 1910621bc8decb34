// core/data/clean/cleaning.h: runs the cleaning steps of a dataset and says what each took, edited
// and tagged. The same steps on the same rows give the same effective_sha256 everywhere: SHA-256
// over the effective rows' canonical lines, each with its line end, which without steps is the
// manifest's rows_sha256.
//
// What is left is kept in datasets/<slug>/cleaned/, made beside and renamed, and made again when
// the rows, the steps or the prompt sets they name are others.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "core/data/clean/steps.h"
#include "core/data/dataset.h"

namespace koala {

struct TextSpan { // bytes of a turn's text
    std::uint32_t turn = 0;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

struct StepExample {
    std::uint64_t row = 0;                 // of rows.jsonl
    std::optional<std::uint64_t> otherRow; // the one it repeats
    std::string reason;
    std::vector<TextSpan> spans;      // what the step looked at, or what both rows share
    std::vector<TextSpan> otherSpans; // in the other row; or in otherText, as turn 0
    std::string before;               // of edits: the turn's text, at most 4,000 characters
    std::string after;
    std::string otherText; // a test prompt
};

struct StepReport {
    std::string id;
    std::string type;
    std::uint64_t rowsBefore = 0;
    std::uint64_t rowsAfter = 0;
    std::uint64_t taken = 0; // rows that went; rows put back by hand are in the facts
    std::uint64_t edited = 0;
    std::uint64_t tagged = 0;
    std::vector<StepExample> examples;                      // the first 20, by row
    std::vector<std::pair<std::string, std::string>> facts; // "Groups found" -> "14"
    double seconds = 0.0; // of steps that run in one pass together: of the pass
};

struct CleaningReport {
    std::vector<StepReport> steps; // of the enabled ones
    std::uint64_t rows = 0;
    std::uint64_t kept = 0;
    std::uint64_t edited = 0; // of those kept
    std::uint64_t tagged = 0;
    std::string effectiveSha256;
    double seconds = 0.0;
};
OrderedJson toJson(const CleaningReport& report);
Result<CleaningReport> cleaningReportFromJson(const Json& json, std::string_view what);

struct CleaningProgress {
    std::size_t step = 0; // of the enabled ones, from 0; steps.size() while the rows are hashed
    std::size_t steps = 0;
    std::string type;
    std::uint64_t rows = 0; // done in this pass
    std::uint64_t totalRows = 0;
};

struct CleaningOptions {
    fs::path projectDirectory; // prompt sets; "" : two folders above the dataset
    std::stop_token stop = {};
    // About ten times a second, from any thread, one call at a time.
    std::function<void(const CleaningProgress&)> progress = {};
    bool dryRun = false; // count and hash, keep nothing
    unsigned threads = 2;
};

// `dataset` is the whole one, not a view.
Result<CleaningReport> runCleaning(
    const Dataset& dataset, const CleaningSteps& steps, const CleaningOptions& options = {});

// What the last run with the present steps said; nothing where it is missing or stale.
Result<std::optional<CleaningReport>> readCleaningReport(const fs::path& datasetDirectory);

// The dataset as its steps leave it. Without enabled steps this is Dataset::open. Runs the steps if
// their results are missing or stale.
Result<std::shared_ptr<const Dataset>> openEffectiveDataset(
    const fs::path& datasetDirectory, const CleaningOptions& options = {});

} // namespace koala
