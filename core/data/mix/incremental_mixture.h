// core/data/mix/incremental_mixture.h: the calculator of mixtures with a memory: what a change
// leaves as it was is not worked out again, so that figures follow a slider (200 ms for a million
// rows; measured by tests/bench/mixture_bench.cpp). The same results as calculateMixture, always.
//
// The inputs must be the same objects, unchanged, from call to call, or others at other addresses.
// Not thread-safe.
#pragma once

#include <memory>
#include <vector>

#include "core/data/mix/mixture_calculator.h"

namespace koala {

class IncrementalMixture {
public:
    IncrementalMixture();
    ~IncrementalMixture();
    IncrementalMixture(IncrementalMixture&&) noexcept;
    IncrementalMixture& operator=(IncrementalMixture&&) noexcept;

    Result<MixtureResult> calculate(const Mixture& mixture, const std::vector<SourceInput>& inputs,
        const CalculateOptions& options = {});

private:
    struct Source; // what is known of one
    void prepare(const Mixture& mixture, const std::vector<SourceInput>& inputs,
        const CalculateOptions& options);
    std::vector<Source> m_sources;
    std::vector<std::uint64_t> m_excluded;
};

} // namespace koala
