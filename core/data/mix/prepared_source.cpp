#include "core/data/mix/prepared_source.h"

#include <algorithm>
#include <cmath>

#include "core/data/permutation.h"

namespace koala {
namespace {

void sortUnique(GroupList& groups)
{
    std::sort(groups.begin(), groups.end());
    groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
}

// Which rows a source may give at all: labels that its marker mode has a place for.
bool usable(const RowFacts& row, MarkerMode markers)
{
    if (row.rank == std::int8_t(PairRank::Tie))
        return false;
    const bool rejected = row.rank == std::int8_t(PairRank::Rejected) ||
                          (row.rank < 0 && row.feedback == Feedback::Negative);
    return markers == MarkerMode::Both || !rejected;
}

} // namespace

bool PreparedSource::holdOut(const MixtureSource& source, std::uint64_t seed)
{
    const auto wanted =
        std::tuple(source.markers, seed, source.holdOut.fraction, source.holdOut.given);
    if (m_heldFor == wanted)
        return false;
    m_heldFor = wanted;
    GroupList held;
    if (source.holdOut.given || m_input.holdOutList != nullptr) {
        for (const RowFacts& row : *m_input.rows)
            if (source.holdOut.given ? row.givenHoldOut
                                     : std::binary_search(m_input.holdOutList->begin(),
                                           m_input.holdOutList->end(), row.uid))
                held.push_back(row.promptGroup);
    } else if (source.holdOut.fraction > 0) {
        sortByKey(source.markers, seed);
        held = firstGroups(source.holdOut.fraction);
    }
    sortUnique(held);
    if (held == m_heldGroups)
        return false;
    m_heldGroups = std::move(held);
    return true;
}

void PreparedSource::sortByKey(MarkerMode markers, std::uint64_t seed)
{
    if (m_keyedFor == std::pair(markers, seed))
        return;
    m_keyedFor = std::pair(markers, seed);
    m_keyed.clear();
    for (const RowFacts& row : *m_input.rows)
        if (usable(row, markers))
            m_keyed.push_back({mix64(seed ^ row.promptGroup), row.promptGroup});
    std::sort(m_keyed.begin(), m_keyed.end(), [](const Keyed& a, const Keyed& b) {
        return a.key != b.key ? a.key < b.key : a.group < b.group;
    });
}

GroupList PreparedSource::firstGroups(double fraction) const
{
    const auto wanted =
        std::max<std::uint64_t>(1, std::uint64_t(std::llround(fraction * double(m_keyed.size()))));
    GroupList held;
    std::uint64_t taken = 0;
    for (std::size_t i = 0; i < m_keyed.size();) {
        std::size_t end = i;
        while (end < m_keyed.size() && m_keyed[end].group == m_keyed[i].group)
            ++end;
        if (taken >= wanted || end - i >= m_keyed.size()) // never the only prompt of a source
            break;
        held.push_back(m_keyed[i].group);
        taken += end - i;
        i = end;
    }
    return held;
}

void PreparedSource::split(
    const MixtureSource& source, const GroupSet& held, const GroupSet& excluded, bool again)
{
    if (!again && m_splitFor == source.markers)
        return;
    m_splitFor = source.markers;
    std::vector<std::uint32_t> kept;
    kept.reserve(m_kept.size());
    m_heldRows.clear();
    m_heldOut = {};
    m_leftOut = 0;
    const std::vector<RowFacts>& rows = *m_input.rows;
    for (std::uint32_t row = 0; row < rows.size(); ++row) {
        const std::uint64_t group = rows[row].promptGroup;
        if (!usable(rows[row], source.markers) || (!excluded.empty() && excluded.contains(group)))
            ++m_leftOut;
        else if (held.empty() || !held.contains(group))
            kept.push_back(row);
        else if (!m_heldGroups.empty())
            m_heldRows.push_back(row);
        else
            ++m_leftOut;
    }
    m_heldOut.rows = m_heldRows.size();
    if (m_input.counts != nullptr)
        for (const std::uint32_t row : m_heldRows) {
            m_heldOut.tokens += m_input.counts->tokens[row];
            m_heldOut.trainedTokens += m_input.counts->trained[row];
        }
    if (kept != m_kept) {
        m_kept = std::move(kept);
        m_arrangedFor.reset();
    }
}

void PreparedSource::arrange(const MixtureSource& source, std::uint64_t seed)
{
    const auto wanted = std::tuple(source.sliceBegin, source.sliceEnd, seed);
    if (m_arrangedFor != wanted) {
        m_arrangedFor = wanted;
        const std::uint64_t begin =
            std::min<std::uint64_t>(std::uint64_t(source.sliceBegin), m_kept.size());
        const std::uint64_t end =
            source.sliceEnd < 0
                ? m_kept.size()
                : std::clamp<std::uint64_t>(std::uint64_t(source.sliceEnd), begin, m_kept.size());
        const std::uint64_t count = end - begin;
        if (m_permutationFor != std::pair(count, seed)) {
            m_permutationFor = std::pair(count, seed);
            const EpochOrder order(count, seed, 0);
            m_permutation.resize(count);
            for (std::uint64_t i = 0; i < count; ++i)
                m_permutation[i] = std::uint32_t(order.at(i));
        }
        m_order.resize(count);
        for (std::uint64_t i = 0; i < count; ++i)
            m_order[i] = m_kept[begin + m_permutation[i]];
        m_tokens.assign(count + 1, 0);
        m_trained.assign(count + 1, 0);
        if (m_input.counts != nullptr)
            for (std::uint64_t i = 0; i < count; ++i) {
                m_tokens[i + 1] = m_tokens[i] + m_input.counts->tokens[m_order[i]];
                m_trained[i + 1] = m_trained[i] + m_input.counts->trained[m_order[i]];
            }
    }
    m_size = source.cap > 0 ? std::min<std::uint64_t>(m_order.size(), std::uint64_t(source.cap))
                            : m_order.size();
}

MixtureAmounts PreparedSource::amounts(std::uint64_t count) const
{
    if (m_size == 0)
        return {};
    const std::uint64_t rounds = count / m_size;
    const std::uint64_t rest = count % m_size;
    return {count, rounds * m_tokens[m_size] + m_tokens[rest],
        rounds * m_trained[m_size] + m_trained[rest]};
}

std::uint64_t PreparedSource::sum(MixtureBasis basis, std::uint64_t count) const
{
    return basis == MixtureBasis::Rows     ? count
           : basis == MixtureBasis::Tokens ? m_tokens[count]
                                           : m_trained[count];
}

std::uint64_t PreparedSource::rowsFor(MixtureBasis basis, std::uint64_t target) const
{
    const std::uint64_t once = m_size == 0 ? 0 : sum(basis, m_size);
    if (once == 0)
        return 0;
    const std::uint64_t rounds = target / once;
    const std::uint64_t rest = target - rounds * once;
    std::uint64_t low = 0; // the first count that reaches the rest
    for (std::uint64_t high = m_size; low < high;) {
        const std::uint64_t middle = (low + high) / 2;
        if (sum(basis, middle) < rest)
            low = middle + 1;
        else
            high = middle;
    }
    if (low > 0 && sum(basis, low) > rest && sum(basis, low) - rest >= rest - sum(basis, low - 1))
        --low;
    return rounds * m_size + low;
}

} // namespace koala
