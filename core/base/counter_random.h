// core/base/counter_random.h: random numbers that depend on a key and a place only, so that
// adapters and dropout are the same on every machine and after every resume.
#pragma once

#include <cstdint>
#include <string_view>

namespace koala {

// SplitMix64's step.
constexpr std::uint64_t mixBits(std::uint64_t z)
{
    z += 0x9e3779b97f4a7c15ULL;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

constexpr std::uint64_t joinKeys(std::uint64_t key, std::uint64_t part)
{
    return mixBits(key ^ mixBits(part));
}

constexpr std::uint64_t keyOf(std::string_view name) // FNV-1a
{
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char c : name)
        hash = (hash ^ std::uint64_t(static_cast<unsigned char>(c))) * 0x100000001b3ULL;
    return hash;
}

// In [-bound, bound).
inline float uniformAt(std::uint64_t key, std::uint64_t place, float bound)
{
    const auto draw = float(mixBits(key + place) >> 40) * 0x1p-24F;
    return bound * (2.0F * draw - 1.0F);
}

} // namespace koala
