#include "core/data/permutation.h"

namespace koala {

std::uint64_t mix64(std::uint64_t z)
{
    z += 0x9e3779b97f4a7c15ull;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

EpochOrder::EpochOrder(std::uint64_t count, std::uint64_t seed, std::uint64_t epoch)
    : m_count(count), m_key(mix64(seed ^ mix64(epoch)))
{
    while (m_bits < 32 && (std::uint64_t(1) << (2 * m_bits)) < count)
        ++m_bits;
}

std::uint64_t EpochOrder::at(std::uint64_t i) const
{
    if (m_count <= 1)
        return 0;
    const std::uint64_t mask = (std::uint64_t(1) << m_bits) - 1;
    do {
        std::uint64_t left = i >> m_bits;
        std::uint64_t right = i & mask;
        for (std::uint64_t round = 0; round < 8; ++round) {
            const std::uint64_t mixed =
                left ^ (mix64(m_key ^ (round << 56) ^ right) >> (64 - m_bits));
            left = right;
            right = mixed;
        }
        i = left << m_bits | right;
    } while (i >= m_count);
    return i;
}

} // namespace koala
