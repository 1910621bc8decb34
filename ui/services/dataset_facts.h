// ui/services/dataset_facts.h: what the Data page shows of a dataset beyond its index: languages,
// roles, repeated prompts, histograms, and which rows pass a filter. Made by workers from an open
// Dataset; plain values; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
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
};
Result<DatasetFacts> gatherFacts(const Dataset& dataset, std::stop_token stop);

// Tokens of each row under one tokeniser and template, sum of them.
struct DatasetTokens {
    std::vector<std::uint32_t> tokens;
    std::vector<std::uint32_t> trained;
    std::uint64_t total = 0;
    std::uint64_t totalTrained = 0;
    std::string model; // slug whose tokeniser counted
};

struct RowFilter {
    std::string text; // plain text in any case (ASCII), or a regular expression (ECMAScript)
    bool regex = false;
    int language = -1;              // index into DatasetFacts::languages, -1: all
    int minTurns = 0, maxTurns = 0; // 0: no bound
    std::uint32_t minTokens = 0, maxTokens = 0;
    enum class Label { Any, Positive, Negative, Chosen, Rejected, HeldOut } label = Label::Any;
    enum class Sort { Position, Turns, Tokens, Language } sort = Sort::Position;
    bool descending = false;
    bool operator==(const RowFilter&) const = default;
    bool empty() const { return *this == RowFilter{}; }
};
// Further rows that pass, on the worker's thread, about ten times a second while texts are read;
// only where they are sorted by position.
using FoundRows = std::function<void(std::span<const std::uint32_t> more)>;
// Row numbers that pass, sorted as the filter says. Facts and tokens may be null: their bounds then
// pass everything, and sorting by them keeps the order.
Result<std::vector<std::uint32_t>> filterRows(const Dataset& dataset, const DatasetFacts* facts,
    const DatasetTokens* tokens, const RowFilter& filter, std::stop_token stop,
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

} // namespace koala
