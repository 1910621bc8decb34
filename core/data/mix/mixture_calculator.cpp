#include "core/data/mix/mixture_calculator.h"

#include <cmath>
#include <numeric>

#include "core/data/mix/incremental_mixture.h"

namespace koala {

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
    IncrementalMixture figures;
    return figures.calculate(mixture, inputs, options);
}

} // namespace koala
