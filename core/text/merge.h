// core/text/merge.h: the loop of byte pair encoding: the best adjacent pair is joined until no pair
// is left. `Symbol` is whatever the caller's join works on; private to core/text.
#pragma once

#include <cstdint>
#include <optional>
#include <queue>
#include <vector>

namespace koala {

// Begin and end of a symbol in the text, and its piece (-1: none).
struct MergeSymbol {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    std::int32_t id = -1;
};

struct Joined {
    double order = 0; // smaller first; ties: the leftmost pair
    std::int32_t id = -1;
};

// `join(left, right)` gives std::optional<Joined>. Symbols are joined in place; those left, in
// order.
template <typename Join>
void mergeSymbols(std::vector<MergeSymbol>& symbols, const Join& join)
{
    if (symbols.size() < 2)
        return;
    if (symbols.size() <= 24) { // words: looking at every pair is faster than a queue
        std::vector<std::optional<Joined>> pairs(symbols.size() - 1);
        for (std::size_t i = 0; i + 1 < symbols.size(); ++i)
            pairs[i] = join(symbols[i], symbols[i + 1]);
        while (true) {
            std::size_t best = pairs.size();
            for (std::size_t i = 0; i < pairs.size(); ++i)
                if (pairs[i] && (best == pairs.size() || pairs[i]->order < pairs[best]->order))
                    best = i;
            if (best == pairs.size())
                return;
            symbols[best].end = symbols[best + 1].end;
            symbols[best].id = pairs[best]->id;
            symbols.erase(symbols.begin() + std::ptrdiff_t(best) + 1);
            pairs.erase(pairs.begin() + std::ptrdiff_t(best));
            if (best > 0)
                pairs[best - 1] = join(symbols[best - 1], symbols[best]);
            if (best < pairs.size())
                pairs[best] = join(symbols[best], symbols[best + 1]);
        }
    }
    struct Candidate {
        double order;
        std::uint32_t left;
        std::uint32_t right;
        std::uint32_t end; // of the pair when it was pushed: stale if it has changed
        std::int32_t id;
        bool operator<(const Candidate& other) const
        {
            return order != other.order ? order > other.order : left > other.left;
        }
    };
    constexpr std::uint32_t kNone = 0xFFFFFFFF;
    const auto count = std::uint32_t(symbols.size());
    std::vector<std::uint32_t> next(count), previous(count);
    std::vector<bool> alive(count, true);
    for (std::uint32_t i = 0; i < count; ++i) {
        next[i] = i + 1 < count ? i + 1 : kNone;
        previous[i] = i > 0 ? i - 1 : kNone;
    }
    std::priority_queue<Candidate> queue;
    const auto push = [&](std::uint32_t left, std::uint32_t right) {
        if (left == kNone || right == kNone)
            return;
        if (const std::optional<Joined> joined = join(symbols[left], symbols[right]))
            queue.push({joined->order, left, right, symbols[right].end, joined->id});
    };
    for (std::uint32_t i = 0; i + 1 < count; ++i)
        push(i, i + 1);
    while (!queue.empty()) {
        const Candidate top = queue.top();
        queue.pop();
        if (!alive[top.left] || !alive[top.right] || next[top.left] != top.right ||
            symbols[top.right].end != top.end)
            continue;
        const std::optional<Joined> now = join(symbols[top.left], symbols[top.right]);
        if (!now || now->id != top.id)
            continue;
        symbols[top.left].end = top.end;
        symbols[top.left].id = top.id;
        alive[top.right] = false;
        next[top.left] = next[top.right];
        if (next[top.left] != kNone)
            previous[next[top.left]] = top.left;
        push(previous[top.left], top.left);
        push(top.left, next[top.left]);
    }
    std::size_t kept = 0;
    for (std::uint32_t i = 0; i < count; ++i)
        if (alive[i])
            symbols[kept++] = symbols[i];
    symbols.resize(kept);
}

} // namespace koala
