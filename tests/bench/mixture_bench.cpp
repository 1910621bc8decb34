// mixture_bench: how long figures take after a slider has moved: a mixture of seven sources with a
// million rows, each move with another share, by tokens, with hold-out and markers. Prints the
// slowest and the median of 21 moves beside the limit of the page.
//
// usage: mixture_bench [ROWS]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "core/data/mix/incremental_mixture.h"
#include "core/data/permutation.h"

namespace koala {
namespace {

constexpr std::array<double, 7> kParts{0.45, 0.26, 0.12, 0.07, 0.05, 0.03, 0.02}; // as Koala-All
constexpr int kMoves = 21;

struct MadeSource {
    std::vector<RowFacts> rows;
    RowTokens counts;
};

MadeSource makeSource(std::uint64_t rows, std::uint64_t number)
{
    MadeSource source;
    for (std::uint64_t i = 0; i < rows; ++i) {
        const std::uint64_t dice = mix64(number << 32 | i);
        RowFacts row;
        row.uid = dice;
        row.promptGroup = mix64(number << 32 | i / 2);
        row.rank = number == 0 ? std::int8_t(i % 2) : std::int8_t(-1);
        source.rows.push_back(row);
        source.counts.tokens.push_back(std::uint32_t(40 + dice % 900));
        source.counts.trained.push_back(std::uint32_t(20 + dice % 450));
    }
    return source;
}

double millisecondsOf(const std::function<void()>& work)
{
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
        .count();
}

int run(std::uint64_t rows)
{
    std::vector<MadeSource> made;
    Mixture mixture;
    mixture.basis = MixtureBasis::Tokens;
    for (std::size_t s = 0; s < kParts.size(); ++s) {
        made.push_back(makeSource(std::uint64_t(kParts[s] * double(rows)), s));
        MixtureSource source;
        source.dataset = "source-" + std::to_string(s);
        source.share = kParts[s];
        source.holdOut.fraction = 0.05;
        source.markers = s == 0 ? MarkerMode::Both : MarkerMode::None;
        mixture.sources.push_back(source);
    }
    std::vector<SourceInput> inputs;
    for (const MadeSource& source : made)
        inputs.push_back({&source.rows, &source.counts, nullptr});

    const auto report = [&](const char* what, const std::function<void(int)>& move) {
        std::vector<double> took;
        for (int i = 0; i < kMoves; ++i)
            took.push_back(millisecondsOf([&] { move(i); }));
        std::sort(took.begin(), took.end());
        std::printf("%-44s median %8.2f ms  slowest %8.2f ms  limit 200 ms  %s\n", what,
            took[took.size() / 2], took.back(), took.back() < 200 ? "holds" : "MISSED");
    };
    IncrementalMixture kept;
    const auto calculate = [&] {
        if (const auto result = kept.calculate(mixture, inputs, {.listRecords = false});
            !result.ok())
            std::exit(1);
    };
    std::printf("%llu rows in %zu sources\n", static_cast<unsigned long long>(rows), made.size());
    std::printf("first figures: %.1f ms\n", millisecondsOf(calculate));
    report("a share moves", [&](int i) {
        mixture.sources[1].share = 0.2 + 0.01 * i;
        calculate();
    });
    report("a cap moves", [&](int i) {
        mixture.sources[0].cap = 1000 + 1000 * i;
        calculate();
    });
    report("the hold-out of one source moves", [&](int i) {
        mixture.sources[2].holdOut.fraction = 0.01 * (i + 1);
        calculate();
    });
    // A number that one types, not a slider: every source is permuted again.
    mixture.seed = 7;
    std::printf("another seed: %.1f ms\n", millisecondsOf(calculate));
    return 0;
}

} // namespace
} // namespace koala

int main(int argc, char** argv)
{
    return koala::run(argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000);
}
