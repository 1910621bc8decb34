// core/infer/sampler.h: from logits to a token. Steps, in this order: temperature, repetition
// penalty (of the tokens in the prompt and the answer so far: positive logits are divided, others
// multiplied), top-k, top-p over what is left, min-p relative to the likeliest. Below a temperature
// of 1e-5, or a top-p of 1e-8, the likeliest token after the penalty is taken (the lowest id among
// equals). Random numbers depend on seed and position only, so an answer can be made again whatever
// ran beside it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/api/engine.h"
#include "core/kernels/kernels.h"

namespace koala {

struct Candidate {
    std::int32_t token = 0;
    double probability = 0; // of those kept; they sum to 1
};

class Sampler {
public:
    explicit Sampler(const Kernels& kernels) : m_kernels(kernels) {}

    // `history`: prompt and answer so far; `position`: how many tokens of the answer there are.
    std::int32_t choose(std::span<const float> logits, const GenerationSettings& settings,
        std::span<const std::int32_t> history, std::uint64_t position);
    // What may be drawn, the likeliest first.
    std::vector<Candidate> candidates(std::span<const float> logits,
        const GenerationSettings& settings, std::span<const std::int32_t> history);

    // log of the sum of the exponentials of all logits.
    double logSumExp(std::span<const float> logits);
    // The `count` likeliest tokens, the likeliest first, with their log-probabilities.
    std::vector<TokenAlternative> alternatives(
        std::span<const float> logits, int count, double logSum);

private:
    // m_work: terms exp(logit - largest) of all tokens; m_order: the top-k ids. Returns their sum.
    double prepare(std::span<const float> logits, const GenerationSettings& settings,
        std::span<const std::int32_t> history);
    void penalize(const GenerationSettings& settings, std::span<const std::int32_t> history);

    const Kernels& m_kernels;
    std::vector<float> m_work;         // logits after temperature and penalty, then probabilities
    std::vector<std::int32_t> m_order; // ids, partly sorted
    std::vector<std::int32_t> m_distinct;
};

// In [0, 1): SplitMix64 of seed and position, 53 bits.
double uniformAt(std::uint64_t seed, std::uint64_t position);

} // namespace koala
