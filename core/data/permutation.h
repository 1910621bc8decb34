// core/data/permutation.h: the seeded order of an epoch (contracts, section 4): any position in
// O(1), so that a run resumes anywhere without a list of what came before. Pure functions.
#pragma once

#include <cstdint>

namespace koala {

// SplitMix64's step.
std::uint64_t mix64(std::uint64_t z);

class EpochOrder {
public:
    EpochOrder(std::uint64_t count, std::uint64_t seed, std::uint64_t epoch);
    std::uint64_t count() const { return m_count; }
    // The record at position i of this epoch; i < count().
    std::uint64_t at(std::uint64_t i) const;

private:
    std::uint64_t m_count;
    std::uint64_t m_key;
    unsigned m_bits = 1; // k: the least with 4^k >= count
};

} // namespace koala
