#include "core/data/mix/incremental_mixture.h"

#include <algorithm>
#include <cmath>

#include "core/data/mix/prepared_source.h"

namespace koala {

struct IncrementalMixture::Source {
    PreparedSource rows;
};

namespace {

void add(MixtureAmounts& sum, const MixtureAmounts& amount)
{
    sum.rows += amount.rows;
    sum.tokens += amount.tokens;
    sum.trainedTokens += amount.trainedTokens;
}

std::uint64_t inBasis(const MixtureAmounts& amount, MixtureBasis basis)
{
    return basis == MixtureBasis::Rows     ? amount.rows
           : basis == MixtureBasis::Tokens ? amount.tokens
                                           : amount.trainedTokens;
}

bool hasShares(const Mixture& mixture)
{
    return mixture.sources.front().share.has_value();
}

Status check(const Mixture& mixture, const std::vector<SourceInput>& inputs)
{
    if (mixture.sources.empty() || inputs.size() != mixture.sources.size())
        return invalidInput("the mixture names no dataset; add at least one");
    double sum = 0;
    for (std::size_t s = 0; s < inputs.size(); ++s) {
        const MixtureSource& source = mixture.sources[s];
        if (source.share.has_value() != hasShares(mixture))
            return invalidInput(
                "some sources have a share and some have none; give each one a share, or none");
        sum += source.share.value_or(0);
        if (hasShares(mixture) && mixture.basis != MixtureBasis::Rows &&
            inputs[s].counts == nullptr)
            return unavailable("the tokens of \"" + source.dataset + "\" are not counted yet");
    }
    return hasShares(mixture) && !(sum > 0)
               ? Status(invalidInput("all shares are 0; give at least one source a share"))
               : Status();
}

// In the basis, one a source.
std::vector<std::int64_t> targetsOf(const Mixture& mixture, const std::vector<SourceCounts>& counts)
{
    std::vector<double> shares;
    double sum = 0;
    for (const MixtureSource& source : mixture.sources) {
        shares.push_back(*source.share);
        sum += *source.share;
    }
    for (double& share : shares)
        share /= sum;
    double total = double(mixture.total);
    if (mixture.total == 0) {
        total = -1;
        for (std::size_t s = 0; s < shares.size(); ++s)
            if (shares[s] > 0) {
                const double reach =
                    double(inBasis(counts[s].available, mixture.basis)) / shares[s];
                total = total < 0 ? reach : std::min(total, reach);
            }
    }
    // A hair more, so that a total that is whole but for rounding stays whole.
    return largestRemainder(shares, std::int64_t(std::floor(total * (1 + 1e-12))));
}

} // namespace

IncrementalMixture::IncrementalMixture() = default;
IncrementalMixture::~IncrementalMixture() = default;
IncrementalMixture::IncrementalMixture(IncrementalMixture&&) noexcept = default;
IncrementalMixture& IncrementalMixture::operator=(IncrementalMixture&&) noexcept = default;

// Hold-out, then slice, then cap; the rest in each source's permutation.
void IncrementalMixture::prepare(
    const Mixture& mixture, const std::vector<SourceInput>& inputs, const CalculateOptions& options)
{
    bool again = m_sources.size() != inputs.size();
    for (std::size_t s = 0; s < inputs.size() && !again; ++s)
        again = !m_sources[s].rows.isOf(inputs[s]);
    if (again) {
        m_sources.clear();
        for (const SourceInput& input : inputs)
            m_sources.push_back({PreparedSource(input)});
    }
    const GroupList excluded =
        options.excludedGroups != nullptr ? *options.excludedGroups : GroupList();
    if (excluded != m_excluded) {
        m_excluded = excluded;
        again = true;
    }
    for (std::size_t s = 0; s < inputs.size(); ++s)
        again = m_sources[s].rows.holdOut(mixture.sources[s], mixture.seed) || again;
    // A prompt held out in one source is in no other one's training rows.
    GroupSet held;
    if (again || std::any_of(m_sources.begin(), m_sources.end(),
                     [](const Source& source) { return !source.rows.heldGroups().empty(); }))
        for (const Source& source : m_sources)
            held.insert(source.rows.heldGroups().begin(), source.rows.heldGroups().end());
    const GroupSet left(m_excluded.begin(), m_excluded.end());
    for (std::size_t s = 0; s < inputs.size(); ++s) {
        m_sources[s].rows.split(mixture.sources[s], held, left, again);
        m_sources[s].rows.arrange(mixture.sources[s], mixture.seed);
    }
}

Result<MixtureResult> IncrementalMixture::calculate(
    const Mixture& mixture, const std::vector<SourceInput>& inputs, const CalculateOptions& options)
{
    KOALA_RETURN_IF_ERROR(check(mixture, inputs));
    prepare(mixture, inputs, options);
    MixtureResult result;
    for (std::size_t s = 0; s < inputs.size(); ++s) {
        const PreparedSource& rows = m_sources[s].rows;
        SourceCounts& counts = result.sources.emplace_back();
        counts.dataset = mixture.sources[s].dataset;
        counts.available = rows.amounts(rows.size() * std::uint64_t(mixture.sources[s].repeat));
        counts.heldOut = rows.heldOut();
        counts.leftOut = rows.leftOut();
        if (options.listRecords)
            for (const std::uint32_t row : rows.heldRows())
                result.holdOut.push_back({std::uint32_t(s), row});
    }
    std::vector<std::int64_t> targets;
    if (hasShares(mixture))
        targets = targetsOf(mixture, result.sources);
    for (std::size_t s = 0; s < inputs.size(); ++s) {
        const PreparedSource& rows = m_sources[s].rows;
        SourceCounts& counts = result.sources[s];
        const std::uint64_t count = targets.empty()
                                        ? counts.available.rows
                                        : rows.rowsFor(mixture.basis, std::uint64_t(targets[s]));
        counts.taken = rows.amounts(count);
        if (count > 0)
            counts.epochs = double(count) / double(counts.available.rows);
        if (options.listRecords)
            for (std::uint64_t i = 0; i < count; ++i)
                result.training.push_back({std::uint32_t(s), rows.row(i % rows.size())});
        add(result.total, counts.taken);
        add(result.heldOut, counts.heldOut);
    }
    return result;
}

} // namespace koala
