#include "core/data/mix/mixture_calculator.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/data/permutation.h"

namespace koala {
namespace {

using GroupList = std::vector<std::uint64_t>; // sorted, without repeats

bool contains(const GroupList& sorted, std::uint64_t value)
{
    return std::binary_search(sorted.begin(), sorted.end(), value);
}

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

GroupList groupsHeldOut(const MixtureSource& source, const SourceInput& input, std::uint64_t seed)
{
    const std::vector<RowFacts>& rows = *input.rows;
    GroupList held;
    if (source.holdOut.given || input.holdOutList != nullptr) {
        for (const RowFacts& row : rows)
            if (source.holdOut.given ? row.givenHoldOut : contains(*input.holdOutList, row.uid))
                held.push_back(row.promptGroup);
        sortUnique(held);
        return held;
    }
    if (source.holdOut.fraction <= 0)
        return held;
    struct Keyed {
        std::uint64_t key;
        std::uint64_t group;
        bool operator<(const Keyed& other) const
        {
            return key != other.key ? key < other.key : group < other.group;
        }
    };
    std::vector<Keyed> order;
    std::uint64_t usableRows = 0;
    for (const RowFacts& row : rows)
        if (usable(row, source.markers)) {
            order.push_back({mix64(seed ^ row.promptGroup), row.promptGroup});
            ++usableRows;
        }
    std::sort(order.begin(), order.end());
    const auto wanted = std::max<std::uint64_t>(
        1, std::uint64_t(std::llround(source.holdOut.fraction * double(usableRows))));
    std::uint64_t taken = 0;
    for (std::size_t i = 0; i < order.size();) {
        std::size_t end = i;
        while (end < order.size() && order[end].group == order[i].group)
            ++end;
        if (taken >= wanted || end - i >= usableRows) // never the only prompt of a source
            break;
        held.push_back(order[i].group);
        taken += end - i;
        i = end;
    }
    sortUnique(held);
    return held;
}

struct SourceWork {
    std::vector<std::uint32_t> order;    // rows in the source's permutation, after slice and cap
    std::vector<std::uint32_t> heldRows; // in file order
    std::uint64_t leftOut = 0;
    MixtureAmounts once; // of `order`
};

class Calculation {
public:
    Calculation(const Mixture& mixture, const std::vector<SourceInput>& inputs,
        const CalculateOptions& options)
        : m_mixture(mixture), m_inputs(inputs), m_options(options)
    {
    }

    Result<MixtureResult> run()
    {
        KOALA_RETURN_IF_ERROR(check());
        splitRows();
        for (std::size_t s = 0; s < m_inputs.size(); ++s)
            describe(s);
        if (shared())
            takeShares();
        else
            for (std::size_t s = 0; s < m_inputs.size(); ++s)
                takeRows(s, m_work[s].order.size() * repeat(s));
        for (const SourceCounts& counts : m_result.sources) {
            add(m_result.total, counts.taken);
            add(m_result.heldOut, counts.heldOut);
        }
        return std::move(m_result);
    }

private:
    bool shared() const { return m_mixture.sources.front().share.has_value(); }
    std::uint64_t repeat(std::size_t s) const { return std::uint64_t(m_mixture.sources[s].repeat); }

    Status check()
    {
        if (m_mixture.sources.empty() || m_inputs.size() != m_mixture.sources.size())
            return invalidInput("the mixture names no dataset; add at least one");
        double sum = 0;
        for (std::size_t s = 0; s < m_inputs.size(); ++s) {
            const MixtureSource& source = m_mixture.sources[s];
            if (source.share.has_value() != shared())
                return invalidInput(
                    "some sources have a share and some have none; give each one a share, or none");
            sum += source.share.value_or(0);
            if (shared() && m_mixture.basis != MixtureBasis::Rows && m_inputs[s].counts == nullptr)
                return unavailable("the tokens of \"" + source.dataset + "\" are not counted yet");
        }
        return shared() && !(sum > 0)
                   ? Status(invalidInput("all shares are 0; give at least one source a share"))
                   : Status();
    }

    MixtureAmounts amountOf(std::size_t s, std::uint32_t row) const
    {
        const RowTokens* counts = m_inputs[s].counts;
        if (counts == nullptr)
            return {1, 0, 0};
        return {1, counts->tokens[row], counts->trained[row]};
    }

    static void add(MixtureAmounts& sum, const MixtureAmounts& amount, std::uint64_t times = 1)
    {
        sum.rows += amount.rows * times;
        sum.tokens += amount.tokens * times;
        sum.trainedTokens += amount.trainedTokens * times;
    }

    std::uint64_t inBasis(const MixtureAmounts& amount) const
    {
        return m_mixture.basis == MixtureBasis::Rows     ? amount.rows
               : m_mixture.basis == MixtureBasis::Tokens ? amount.tokens
                                                         : amount.trainedTokens;
    }

    // Hold-out, then slice, then cap; the rest in the source's permutation.
    void splitRows()
    {
        GroupList held;
        std::vector<bool> holdsOut(m_inputs.size());
        for (std::size_t s = 0; s < m_inputs.size(); ++s) {
            const GroupList own = groupsHeldOut(m_mixture.sources[s], m_inputs[s], m_mixture.seed);
            holdsOut[s] = !own.empty();
            held.insert(held.end(), own.begin(), own.end());
        }
        sortUnique(held);
        m_work.resize(m_inputs.size());
        for (std::size_t s = 0; s < m_inputs.size(); ++s) {
            SourceWork& work = m_work[s];
            const std::vector<RowFacts>& rows = *m_inputs[s].rows;
            std::vector<std::uint32_t> kept;
            for (std::uint32_t row = 0; row < rows.size(); ++row) {
                const bool excluded = m_options.excludedGroups != nullptr &&
                                      contains(*m_options.excludedGroups, rows[row].promptGroup);
                if (!usable(rows[row], m_mixture.sources[s].markers) || excluded)
                    ++work.leftOut;
                else if (!contains(held, rows[row].promptGroup))
                    kept.push_back(row);
                else if (holdsOut[s])
                    work.heldRows.push_back(row);
                else
                    ++work.leftOut;
            }
            arrange(s, kept);
        }
    }

    void arrange(std::size_t s, const std::vector<std::uint32_t>& kept)
    {
        const MixtureSource& source = m_mixture.sources[s];
        const std::uint64_t begin =
            std::min<std::uint64_t>(std::uint64_t(source.sliceBegin), kept.size());
        const std::uint64_t end =
            source.sliceEnd < 0
                ? kept.size()
                : std::clamp<std::uint64_t>(std::uint64_t(source.sliceEnd), begin, kept.size());
        const std::uint64_t count = end - begin;
        const std::uint64_t taken =
            source.cap > 0 ? std::min<std::uint64_t>(count, std::uint64_t(source.cap)) : count;
        const EpochOrder order(count, m_mixture.seed, 0);
        m_work[s].order.reserve(taken);
        for (std::uint64_t i = 0; i < taken; ++i)
            m_work[s].order.push_back(kept[begin + order.at(i)]);
    }

    void describe(std::size_t s)
    {
        SourceWork& work = m_work[s];
        for (const std::uint32_t row : work.order)
            add(work.once, amountOf(s, row));
        SourceCounts counts;
        counts.dataset = m_mixture.sources[s].dataset;
        add(counts.available, work.once, repeat(s));
        counts.leftOut = work.leftOut;
        for (const std::uint32_t row : work.heldRows) {
            add(counts.heldOut, amountOf(s, row));
            if (m_options.listRecords)
                m_result.holdOut.push_back({std::uint32_t(s), row});
        }
        m_result.sources.push_back(std::move(counts));
    }

    // The first `count` rows of the source's list, going round.
    void takeRows(std::size_t s, std::uint64_t count)
    {
        const SourceWork& work = m_work[s];
        const std::uint64_t size = work.order.size();
        SourceCounts& counts = m_result.sources[s];
        if (size == 0)
            return;
        add(counts.taken, work.once, count / size);
        for (std::uint64_t i = 0; i < count % size; ++i)
            add(counts.taken, amountOf(s, work.order[i]));
        counts.epochs = double(count) / double(size * repeat(s));
        if (m_options.listRecords)
            for (std::uint64_t i = 0; i < count; ++i)
                m_result.training.push_back({std::uint32_t(s), work.order[i % size]});
    }

    // How many rows come nearest to `target` in the basis.
    std::uint64_t rowsFor(std::size_t s, std::uint64_t target) const
    {
        const SourceWork& work = m_work[s];
        const std::uint64_t once = inBasis(work.once);
        if (once == 0 || work.order.empty())
            return 0;
        std::uint64_t rows = target / once * work.order.size();
        std::uint64_t sum = target / once * once;
        for (std::uint64_t i = 0; sum < target; i = (i + 1) % work.order.size()) {
            const std::uint64_t next = sum + inBasis(amountOf(s, work.order[i]));
            if (next > target && next - target >= target - sum)
                break;
            sum = next;
            ++rows;
        }
        return rows;
    }

    void takeShares()
    {
        std::vector<double> shares;
        double sum = 0;
        for (const MixtureSource& source : m_mixture.sources) {
            shares.push_back(*source.share);
            sum += *source.share;
        }
        for (double& share : shares)
            share /= sum;
        double total = double(m_mixture.total);
        if (m_mixture.total == 0) {
            total = -1;
            for (std::size_t s = 0; s < shares.size(); ++s)
                if (shares[s] > 0) {
                    const double reach = double(inBasis(m_result.sources[s].available)) / shares[s];
                    total = total < 0 ? reach : std::min(total, reach);
                }
        }
        // A hair more, so that a total that is whole but for rounding stays whole.
        const std::vector<std::int64_t> targets =
            largestRemainder(shares, std::int64_t(std::floor(total * (1 + 1e-12))));
        for (std::size_t s = 0; s < shares.size(); ++s)
            takeRows(s, rowsFor(s, std::uint64_t(targets[s])));
    }

    const Mixture& m_mixture;
    const std::vector<SourceInput>& m_inputs;
    const CalculateOptions& m_options;
    std::vector<SourceWork> m_work;
    MixtureResult m_result;
};

} // namespace

std::vector<std::int64_t> largestRemainder(const std::vector<double>& shares, std::int64_t total)
{
    const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
    std::vector<std::int64_t> amounts(shares.size(), 0);
    if (!(sum > 0) || total <= 0)
        return amounts;
    std::vector<std::int64_t> rest(shares.size()); // in billionths, so that equal shares stay equal
    std::int64_t given = 0;
    for (std::size_t i = 0; i < shares.size(); ++i) {
        const double exact = shares[i] / sum * double(total);
        amounts[i] = std::int64_t(std::floor(exact + 1e-9));
        rest[i] = std::llround((exact - double(amounts[i])) * 1e9);
        given += amounts[i];
    }
    std::vector<std::size_t> order(shares.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::stable_sort(order.begin(), order.end(),
        [&](std::size_t a, std::size_t b) { return rest[a] > rest[b]; });
    for (std::size_t i = 0; given < total; i = (i + 1) % order.size())
        if (shares[order[i]] > 0) {
            ++amounts[order[i]];
            ++given;
        }
    return amounts;
}

Result<MixtureResult> calculateMixture(
    const Mixture& mixture, const std::vector<SourceInput>& inputs, const CalculateOptions& options)
{
    return Calculation(mixture, inputs, options).run();
}

} // namespace koala
