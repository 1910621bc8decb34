// core/data/mix/prepared_source.h: the rows that one source of a mixture gives, step by step:
// held-out prompts, rows kept, their order with running sums. Each step is kept until what it
// depends on changes. Private to core/data/mix.
#pragma once

#include <cstdint>
#include <optional>
#include <tuple>
#include <vector>

#include <boost/unordered/unordered_flat_set.hpp>

#include "core/data/mix/mixture_calculator.h"

namespace koala {

using GroupList = std::vector<std::uint64_t>; // of prompts: sorted, without repeats
using GroupSet = boost::unordered_flat_set<std::uint64_t>;

class PreparedSource {
public:
    bool isOf(const SourceInput& input) const
    {
        return input.rows == m_input.rows && input.counts == m_input.counts &&
               input.holdOutList == m_input.holdOutList;
    }
    explicit PreparedSource(const SourceInput& input) : m_input(input) {}

    // Prompts that this source holds out; true when they are others than before.
    bool holdOut(const MixtureSource& source, std::uint64_t seed);
    const GroupList& heldGroups() const { return m_heldGroups; }
    // Rows kept and held out. `again`: the prompts held out or excluded anywhere have changed.
    void split(
        const MixtureSource& source, const GroupSet& held, const GroupSet& excluded, bool again);
    // Slice, and the permutation of the seed; the cap is a prefix of it.
    void arrange(const MixtureSource& source, std::uint64_t seed);

    std::uint64_t size() const { return m_size; } // after slice and cap
    std::uint32_t row(std::uint64_t i) const { return m_order[i]; }
    const std::vector<std::uint32_t>& heldRows() const { return m_heldRows; }
    const MixtureAmounts& heldOut() const { return m_heldOut; }
    std::uint64_t leftOut() const { return m_leftOut; }
    // Of the first `count` rows, going round.
    MixtureAmounts amounts(std::uint64_t count) const;
    // How many rows, going round, come nearest to `target` in the basis; of two the fewer.
    std::uint64_t rowsFor(MixtureBasis basis, std::uint64_t target) const;

private:
    void sortByKey(MarkerMode markers, std::uint64_t seed);
    GroupList firstGroups(double fraction) const;
    std::uint64_t sum(MixtureBasis basis, std::uint64_t count) const;

    SourceInput m_input;
    // What the prompts held out were worked out for.
    std::optional<std::tuple<MarkerMode, std::uint64_t, double, bool>> m_heldFor;
    struct Keyed {
        std::uint64_t key = 0;
        std::uint64_t group = 0;
    };
    std::optional<std::pair<MarkerMode, std::uint64_t>> m_keyedFor;
    std::vector<Keyed> m_keyed; // usable rows by the key of their prompt
    GroupList m_heldGroups;

    std::optional<MarkerMode> m_splitFor;
    std::vector<std::uint32_t> m_kept, m_heldRows;
    MixtureAmounts m_heldOut;
    std::uint64_t m_leftOut = 0;

    std::optional<std::tuple<std::int64_t, std::int64_t, std::uint64_t>> m_arrangedFor;
    std::optional<std::pair<std::uint64_t, std::uint64_t>> m_permutationFor; // rows, seed
    std::vector<std::uint32_t> m_permutation;
    std::vector<std::uint32_t> m_order;
    std::vector<std::uint64_t> m_tokens, m_trained; // of the first i rows of the order
    std::uint64_t m_size = 0;
};

} // namespace koala
