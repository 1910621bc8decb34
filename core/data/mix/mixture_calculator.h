// core/data/mix/mixture_calculator.h: which rows a mixture takes, and exact counts, from facts in
// memory. Pure and fast enough to run at each move of a slider: no files, no tokeniser.
//
// Order of the rules: effective rows, hold-out by prompt group, slice, cap, repeat, shares
// (contracts, section 4). What the contract leaves open:
// - hold_out {"fraction": f}: prompt groups in the order of mix64(seed ^ group) are held out until
//   round(f * rows) rows are (at least one when f > 0). A prompt held out in one source is in no
//   other source's training rows.
// - rows: `none` and `chosen` leave rejected and negatively rated rows out, `both` takes them; ties
//   belong to no side and are left out.
// - a source's rows stand in its permutation (EpochOrder(n, seed, 0)); cap keeps the first, repeat
//   lists them again, a share takes a prefix, going round when it is larger than the source.
// - in the bases tokens and trained_tokens a prefix ends where the sum is nearest to the target
//   (ties: the shorter).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/data/dataset.h"
#include "core/data/mix/mixture.h"

namespace koala {

// Tokens of each row of one dataset, rendered by one tokeniser, template, limit and marker mode.
struct PartTokens {
    std::uint32_t tokens = 0;
    std::uint32_t trained = 0;
};
struct RowTokens {
    std::vector<std::uint32_t> tokens; // of all its parts together
    std::vector<std::uint32_t> trained;
    // Rows that too_long "split" makes several documents of.
    std::map<std::uint32_t, std::vector<PartTokens>> parts;
};

struct SourceInput {
    const std::vector<RowFacts>* rows = nullptr;
    const RowTokens* counts =
        nullptr; // may be null: tokens count as 0, bases of tokens are refused
    const std::vector<std::uint64_t>* holdOutList = nullptr; // uids, sorted; for hold_out list
};

struct MixtureAmounts {
    std::uint64_t rows = 0;
    std::uint64_t tokens = 0;
    std::uint64_t trainedTokens = 0;
};

struct SourceCounts {
    std::string dataset;
    MixtureAmounts taken;     // with repeats: what one epoch holds
    MixtureAmounts available; // after hold-out, slice, cap and repeat
    MixtureAmounts heldOut;
    double epochs =
        0; // times that the source's available rows are seen in one epoch of the mixture
    std::uint64_t leftOut =
        0; // rows left out for their label, or whose prompt is held out or excluded
};

struct RecordRef {
    std::uint32_t source = 0; // index into Mixture::sources
    std::uint32_t row = 0;
};

struct MixtureResult {
    std::vector<SourceCounts> sources;
    MixtureAmounts total;
    MixtureAmounts heldOut;
    std::vector<RecordRef> training; // position space of EpochOrder
    std::vector<RecordRef> holdOut;
};

struct CalculateOptions {
    bool listRecords = true;                                    // false: counts only
    const std::vector<std::uint64_t>* excludedGroups = nullptr; // prompt groups, sorted
};

Result<MixtureResult> calculateMixture(const Mixture& mixture,
    const std::vector<SourceInput>& inputs, const CalculateOptions& options = {});

// Hamilton's rule: integers near `shares` * total that sum to total.
std::vector<std::int64_t> largestRemainder(const std::vector<double>& shares, std::int64_t total);

} // namespace koala
