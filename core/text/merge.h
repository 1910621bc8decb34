// core/text/merge.h: byte pair encoding of one word: the best adjacent pair is joined until no pair
// is left; of equal ones the leftmost. Short words by looking at every pair, long ones with a heap,
// so that a word of n symbols costs about n log n. Private to core/text.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

namespace koala {

// What a pair becomes; smaller ranks first.
struct Merge {
    static constexpr std::uint32_t kNever = 0xFFFFFFFF;
    std::uint32_t rank = kNever;
    std::int32_t id = -1;
};

// Pairs of symbols and what they become. Open addressing: one probe for most pairs.
class MergeTable {
public:
    explicit MergeTable(std::size_t merges)
    {
        std::size_t size = 16;
        while (size < merges * 2 + 2)
            size *= 2;
        m_slots.resize(size);
        m_mask = size - 1;
    }
    // The first of equal pairs stays. At most as many as the table was made for.
    void add(std::int32_t left, std::int32_t right, const Merge& merge)
    {
        const std::uint64_t key = keyOf(left, right);
        std::uint64_t at = hash(key) & m_mask;
        for (; m_slots[at].merge.rank != Merge::kNever; at = (at + 1) & m_mask)
            if (m_slots[at].key == key)
                return;
        m_slots[at] = {key, merge};
    }
    Merge operator()(std::int32_t left, std::int32_t right) const
    {
        const std::uint64_t key = keyOf(left, right);
        std::uint64_t at = hash(key) & m_mask;
        for (; m_slots[at].merge.rank != Merge::kNever; at = (at + 1) & m_mask)
            if (m_slots[at].key == key)
                return m_slots[at].merge;
        return {};
    }

private:
    struct Slot {
        std::uint64_t key = 0;
        Merge merge;
    };
    static std::uint64_t keyOf(std::int32_t left, std::int32_t right)
    {
        return std::uint64_t(std::uint32_t(left)) << 32 | std::uint32_t(right);
    }
    static std::uint64_t hash(std::uint64_t key)
    {
        key *= 0x9E3779B97F4A7C15ull;
        return key ^ (key >> 32);
    }
    std::vector<Slot> m_slots;
    std::uint64_t m_mask = 0;
};

constexpr std::size_t kShortWord = 32;

// `join(left, right)` gives a Merge, as a MergeTable does. The symbols are joined in place.
template <typename Join>
void mergeShortWord(std::vector<std::int32_t>& symbols, const Join& join)
{
    std::array<Merge, kShortWord> pairs; // pairs[i]: of the symbols i and i + 1
    std::size_t count = symbols.size() - 1;
    for (std::size_t i = 0; i < count; ++i)
        pairs[i] = join(symbols[i], symbols[i + 1]);
    while (true) {
        std::size_t best = 0;
        for (std::size_t i = 1; i < count; ++i)
            if (pairs[i].rank < pairs[best].rank)
                best = i;
        if (count == 0 || pairs[best].rank == Merge::kNever)
            break;
        symbols[best] = pairs[best].id;
        for (std::size_t i = best + 1; i < count; ++i) {
            symbols[i] = symbols[i + 1];
            pairs[i - 1] = pairs[i];
        }
        --count;
        if (best > 0)
            pairs[best - 1] = join(symbols[best - 1], symbols[best]);
        if (best < count)
            pairs[best] = join(symbols[best], symbols[best + 1]);
    }
    symbols.resize(count + 1);
}

template <typename Join>
void mergeLongWord(std::vector<std::int32_t>& symbols, const Join& join)
{
    constexpr std::uint32_t kNone = 0xFFFFFFFF;
    const auto count = std::uint32_t(symbols.size());
    std::vector<std::uint32_t> next(count), previous(count);
    std::vector<Merge> pairs(count); // pairs[i]: of symbol i and the one after it
    std::vector<std::uint64_t> heap; // rank, then place: the leftmost of equal ones comes first
    const auto place = [](std::uint32_t rank, std::uint32_t left) {
        return std::uint64_t(rank) << 32 | left;
    };
    for (std::uint32_t i = 0; i < count; ++i) {
        next[i] = i + 1 < count ? i + 1 : kNone;
        previous[i] = i > 0 ? i - 1 : kNone;
        if (i + 1 < count)
            pairs[i] = join(symbols[i], symbols[i + 1]);
        if (pairs[i].rank != Merge::kNever)
            heap.push_back(place(pairs[i].rank, i));
    }
    std::priority_queue<std::uint64_t, std::vector<std::uint64_t>, std::greater<>> queue(
        std::greater<>(), std::move(heap));
    const auto pairUp = [&](std::uint32_t left) {
        pairs[left] = next[left] == kNone ? Merge{} : join(symbols[left], symbols[next[left]]);
        if (pairs[left].rank != Merge::kNever)
            queue.push(place(pairs[left].rank, left));
    };
    while (!queue.empty()) {
        const std::uint64_t top = queue.top();
        queue.pop();
        const auto left = std::uint32_t(top);
        if (pairs[left].rank != std::uint32_t(top >> 32)) // it became another pair meanwhile
            continue;
        const std::uint32_t right = next[left];
        symbols[left] = pairs[left].id;
        pairs[right] = {};
        next[left] = next[right];
        if (next[left] != kNone)
            previous[next[left]] = left;
        pairUp(left);
        if (previous[left] != kNone)
            pairUp(previous[left]);
    }
    std::size_t kept = 0;
    for (std::uint32_t i = 0; i != kNone; i = next[i])
        symbols[kept++] = symbols[i];
    symbols.resize(kept);
}

template <typename Join>
void mergeSymbols(std::vector<std::int32_t>& symbols, const Join& join)
{
    if (symbols.size() < 2)
        return;
    if (symbols.size() <= kShortWord)
        mergeShortWord(symbols, join);
    else
        mergeLongWord(symbols, join);
}

} // namespace koala
