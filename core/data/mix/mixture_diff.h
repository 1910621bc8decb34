// core/data/mix/mixture_diff.h: what differs between two mixtures: settings, sources and weights,
// rows and tokens, and which rows only one of them trains on. Both sides are built mixtures, so the
// figures are those of `koala mixture build`. Pure; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/data/mix/training_stream.h"

namespace koala {

struct SettingDifference {
    std::string name;   // as the recipe spells it: "basis", "packing.length"
    std::string before; // JSON
    std::string after;
};

struct SampleRow {
    std::string uid;
    std::uint64_t row = 0;
    std::string text; // the first user message: hostile text, one line of at most 160 characters
};

struct SourceDifference {
    std::string dataset;
    std::optional<SourceCounts> before; // absent: the source is not in that mixture
    std::optional<SourceCounts> after;
    std::optional<double> shareBefore; // of all that is taken, in the basis of that mixture
    std::optional<double> shareAfter;
    std::vector<SettingDifference> settings; // share, repeat, cap, slice, hold_out, markers
    std::uint64_t gained = 0;                // rows that only the second mixture trains on
    std::uint64_t lost = 0;                  // rows that only the first one trains on
    std::uint64_t repeated = 0;        // rows in both, seen another number of times in an epoch
    std::vector<SampleRow> gainedRows; // spread evenly over them, in file order
    std::vector<SampleRow> lostRows;
};

struct MixtureDifference {
    std::vector<SettingDifference> settings; // of the mixture as a whole
    std::vector<SourceDifference> sources;   // the first mixture's in order, then what is new
    MixtureAmounts totalBefore, totalAfter;
    MixtureAmounts heldOutBefore, heldOutAfter;
    std::uint64_t gained = 0, lost = 0, repeated = 0;
    std::string orderBefore, orderAfter; // order_sha256
    bool sameOrder() const { return orderBefore == orderAfter; }
};

// At most `samples` rows of each kind and source are read. Sources are told apart by their dataset;
// one that a mixture names twice counts as one.
Result<MixtureDifference> compareMixtures(
    const ResolvedMixture& before, const ResolvedMixture& after, std::size_t samples = 5);

} // namespace koala
