// ui/services/dataset_facts.h: what the Data page shows of a dataset beyond its index: languages,
// roles, repeated prompts, histograms, and which rows pass a filter. Made by workers from an open
// Dataset; plain values; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/data/dataset.h"

namespace koala {

struct DatasetFacts {
    std::vector<std::string> languages{""}; // index 0: not given
    std::vector<std::uint16_t> language;    // of each row
    std::map<std::string, std::uint64_t> languageRows;
    std::map<std::string, std::uint64_t> roles; // turns by role
    std::uint64_t repeatedPrompts = 0;          // rows whose first user message occurred before
    std::uint64_t trainedTurns = 0;
    std::uint64_t words = 0;
    std::vector<std::uint32_t> wordsOf; // each row
};
// `progress` is told the rows read so far, now and then, on the calling thread.
Result<DatasetFacts> gatherFacts(const Dataset& dataset, std::stop_token stop,
    const std::function<void(std::uint64_t rows)>& progress = {});

// Tokens of each row under one tokeniser and template, sum of them.
struct DatasetTokens {
    std::vector<std::uint32_t> tokens;
    std::vector<std::uint32_t> trained;
    std::uint64_t total = 0;
    std::uint64_t totalTrained = 0;
    std::string model; // slug whose tokeniser counted
};

struct RowFilter {
    std::string text; // words, or a regular expression in any case (RowQuery)
    bool regex = false;
    std::optional<std::string> language; // a code, "" where none could be told
    int minTurns = 0, maxTurns = 0;      // 0: no bound
    std::uint32_t minTokens = 0, maxTokens = 0;
    enum class Label { Any, Positive, Negative, Chosen, Rejected, HeldOut } label = Label::Any;
    std::uint32_t flags = 0; // RowFlag bits that must be set
    bool repeatedPrompts = false;
    enum class Kept { Any, Left, Taken } kept = Kept::Any; // by the cleaning
    enum class Sort { Position, Turns, Tokens, Language } sort = Sort::Position;
    bool descending = false;
    bool operator==(const RowFilter&) const = default;
    bool empty() const { return *this == RowFilter{}; }
    bool byPosition() const { return sort == Sort::Position && !descending; }
};
// Row numbers that pass, sorted as the filter says; `part` as Dataset::find has it. Tokens and kept
// may be null: their bounds then pass everything.
Result<std::vector<std::uint32_t>> filterRows(const Dataset& dataset, const DatasetTokens* tokens,
    const std::vector<bool>* kept, const RowFilter& filter, std::stop_token stop,
    const FoundRows& part = {});

struct Histogram {
    std::vector<std::uint64_t> counts; // equal bins from 0 on
    double binWidth = 1;
    double maximum = 0; // the true largest value
    double median = 0;
};
// At most `bins` bins of a round width that reach to the true maximum, or to `limit` with one more
// bin for all above it when limit > 0.
Histogram histogramOf(std::vector<std::uint32_t> values, int bins, std::uint32_t limit = 0);

// The histograms of a dataset; those whose counts are not known yet stay empty.
struct DatasetCharts {
    Histogram turns, words, tokens, trained;
    Histogram upToLimit;          // tokens, what lies above the limit in one bin
    std::uint64_t aboveLimit = 0; // conversations
};
DatasetCharts chartsOf(const Dataset& dataset, const DatasetFacts* facts,
    const DatasetTokens* tokens, std::uint32_t limit, int bins);

} // namespace koala
