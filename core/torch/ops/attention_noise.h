// core/torch/ops/attention_noise.h: what training hides from attention: probabilities dropped at
// random, and keys hidden by a forgetful causal mask (spec 02 section 2: per document a ratio
// between two bounds; each query sees each earlier key with the probability 1 - ratio, and always
// the document's first). Every draw depends on key and place only, so the backward pass draws the
// same again and nothing is kept.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/counter_random.h"

namespace koala {

struct AttentionNoise {
    double dropout = 0; // share of probabilities; the others are divided by 1 - dropout
    std::uint64_t dropoutKey = 0;
    double fcmLeast = 0; // bounds of the ratio; 0, 0: no mask
    double fcmMost = 0;
    std::uint64_t fcmKey = 0;
    bool drops() const { return dropout > 0; }
    bool forgets() const { return fcmMost > 0; }
};

// The mask of one document; places count within it.
class ForgetfulMask {
public:
    ForgetfulMask(const AttentionNoise& noise, std::size_t documentBegin)
        : m_key(joinKeys(noise.fcmKey, documentBegin)),
          m_ratio(noise.fcmLeast + (noise.fcmMost - noise.fcmLeast) * unit(mixBits(m_key)))
    {
    }
    bool hides(std::size_t query, std::size_t key) const
    {
        return key > 0 && unit(mixBits(joinKeys(m_key, query) + key)) < m_ratio;
    }

private:
    static double unit(std::uint64_t bits) { return double(bits >> 11) * 0x1p-53; }
    std::uint64_t m_key;
    double m_ratio;
};

// The factor of one probability: 0, or 1 / (1 - dropout).
class ProbabilityDropout {
public:
    ProbabilityDropout(const AttentionNoise& noise, std::size_t head, std::size_t documentBegin)
        : m_key(joinKeys(joinKeys(noise.dropoutKey, head), documentBegin)),
          m_drop(std::uint64_t(noise.dropout * 0x1p53)), m_kept(float(1.0 / (1.0 - noise.dropout)))
    {
    }
    float factor(std::size_t query, std::size_t key) const
    {
        return mixBits(joinKeys(m_key, query) + key) >> 11 < m_drop ? 0.0F : m_kept;
    }

private:
    std::uint64_t m_key;
    std::uint64_t m_drop;
    float m_kept;
};

} // namespace koala
