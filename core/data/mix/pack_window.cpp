#include "core/data/mix/pack_window.h"

#include <algorithm>
#include <set>
#include <utility>

namespace koala {
namespace {

struct Bin {
    std::size_t first = 0;              // of the window: its longest document
    std::vector<std::size_t> documents; // places in the window
};

std::vector<Bin> bestFit(const std::vector<PackItem>& window, std::uint32_t length)
{
    std::vector<std::size_t> order(window.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    std::stable_sort(order.begin(), order.end(),
        [&](std::size_t a, std::size_t b) { return window[a].tokens > window[b].tokens; });
    std::vector<Bin> bins;
    // Room left and the bin that has it: the earliest of equals.
    std::set<std::pair<std::uint32_t, std::size_t>> room;
    for (const std::size_t i : order) {
        const std::uint32_t tokens = window[i].tokens;
        const auto best = room.lower_bound({tokens, 0});
        if (best == room.end()) {
            room.emplace(length - tokens, bins.size());
            bins.push_back({i, {i}});
            continue;
        }
        const auto [left, index] = *best;
        room.erase(best);
        bins[index].documents.push_back(i);
        room.emplace(left - tokens, index);
    }
    return bins;
}

} // namespace

void packWindow(const std::vector<PackItem>& window, std::uint32_t length,
    std::vector<std::vector<DocumentRef>>& sequences)
{
    std::vector<Bin> bins = bestFit(window, length);
    std::sort(
        bins.begin(), bins.end(), [](const Bin& a, const Bin& b) { return a.first < b.first; });
    for (Bin& bin : bins) {
        std::sort(bin.documents.begin(), bin.documents.end());
        std::vector<DocumentRef>& sequence = sequences.emplace_back();
        for (const std::size_t i : bin.documents)
            sequence.push_back(window[i].document);
    }
}

} // namespace koala
