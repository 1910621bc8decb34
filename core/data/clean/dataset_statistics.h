// core/data/clean/dataset_statistics.h: what a dataset is made of, counted over all its rows. Exact
// but for what says otherwise. Two threads; stops within a second.
#pragma once

#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "core/base/json.h"
#include "core/data/dataset.h"

namespace koala {

struct DatasetStatistics {
    std::uint64_t rows = 0;
    std::uint64_t turns = 0;
    std::uint64_t words = 0;                    // as core/metrics/ngrams.h splits them
    std::uint64_t multiTurnRows = 0;            // with more than one answer
    std::map<std::string, std::uint64_t> roles; // turns by role
    std::map<std::string, std::uint64_t>
        languages; // rows by the language of their user turns; "un"
    std::map<std::uint64_t, std::uint64_t> turnsPerRow;
    std::uint64_t longestTurnWords = 0;
    std::uint64_t repeatedPrompts = 0; // rows whose first question an earlier row has too
    // Different and all n-grams of words for n = 1 to 3, of the first 32 million words.
    std::vector<std::pair<std::uint64_t, std::uint64_t>> distinct;
    bool distinctComplete = true;
    // What requests ask for, as self-instruct's figure shows it but without a parser: the first
    // word of the first question where it is one of a list of English verbs of instructions, and
    // the first word after it that is no article, pronoun, preposition or number. Most frequent
    // first.
    std::vector<std::pair<std::string, std::uint64_t>> verbs;
    std::vector<std::pair<std::string, std::uint64_t>> verbObjects; // "write story"
    std::uint64_t requestsWithVerb = 0;
};
OrderedJson toJson(const DatasetStatistics& statistics);

Result<DatasetStatistics> countStatistics(const Dataset& dataset,
    const std::function<void(std::uint64_t rows)>& progress = {}, std::stop_token stop = {});

} // namespace koala
