#include "core/text/merge.h"

#include <random>

#include <gtest/gtest.h>

namespace koala {
namespace {

// Joins of the symbols 0…11: (a, b) becomes (a * 5 + b * 3) % 12 in some three of four cases.
Merge someJoin(std::int32_t left, std::int32_t right)
{
    const std::uint32_t rank = std::uint32_t(left * 7 + right * 11) % 16;
    return rank < 12 ? Merge{rank, (left * 5 + right * 3) % 12} : Merge{};
}

// The definition: look at every pair, join the best and leftmost, begin again.
std::vector<std::int32_t> mergedSlowly(std::vector<std::int32_t> symbols)
{
    while (true) {
        Merge best;
        std::size_t place = 0;
        for (std::size_t i = 0; i + 1 < symbols.size(); ++i)
            if (const Merge merge = someJoin(symbols[i], symbols[i + 1]); merge.rank < best.rank) {
                best = merge;
                place = i;
            }
        if (best.rank == Merge::kNever)
            return symbols;
        symbols[place] = best.id;
        symbols.erase(symbols.begin() + std::ptrdiff_t(place) + 1);
    }
}

TEST(MergeSymbols, ShortAndLongWordsAreJoinedAsDefined)
{
    std::mt19937 random(7);
    for (std::size_t length = 0; length < 120; ++length) {
        std::vector<std::int32_t> symbols;
        for (std::size_t i = 0; i < length; ++i)
            symbols.push_back(std::int32_t(random() % 12));
        const std::vector<std::int32_t> want = mergedSlowly(symbols);
        mergeSymbols(symbols, someJoin);
        EXPECT_EQ(symbols, want) << length;
    }
}

TEST(MergeSymbols, AMillionSymbolsTakeAFewLooksEach)
{
    constexpr std::size_t kCount = 1'000'000;
    std::vector<std::int32_t> symbols(kCount, 0);
    std::size_t looks = 0;
    // Pairs of equal symbols join: 2^19 of the first become one after nineteen rounds.
    mergeSymbols(symbols, [&](std::int32_t left, std::int32_t right) {
        ++looks;
        return left == right ? Merge{std::uint32_t(left), left + 1} : Merge{};
    });
    EXPECT_EQ(symbols.size(), 7u) << "as many as 1,000,000 has ones in binary";
    EXPECT_EQ(symbols.front(), 19);
    EXPECT_LE(looks, 3 * kCount) << "one a pair at first, two a join";
}

TEST(MergeTable, KeepsTheFirstOfEqualPairsAndKnowsNoOthers)
{
    MergeTable table(3);
    table.add(1, 2, {5, 10});
    table.add(1, 2, {9, 11});
    table.add(2, 1, {6, 12});
    EXPECT_EQ(table(1, 2).id, 10);
    EXPECT_EQ(table(1, 2).rank, 5u);
    EXPECT_EQ(table(2, 1).id, 12);
    EXPECT_EQ(table(2, 2).rank, Merge::kNever);
    EXPECT_EQ(table(0, 0).rank, Merge::kNever);
}

} // namespace
} // namespace koala
