#include "core/data/mix/pack_window.h"

#include <set>
#include <utility>

namespace koala {

void packWindow(const std::vector<PackItem>& window, std::uint32_t length,
    std::vector<std::vector<RecordRef>>& sequences)
{
    // Room left and the sequence that has it: the earliest of equals.
    std::set<std::pair<std::uint32_t, std::size_t>> room;
    for (const PackItem& item : window) {
        const auto best = room.lower_bound({item.tokens, 0});
        if (best == room.end()) {
            room.emplace(length - item.tokens, sequences.size());
            sequences.push_back({item.record});
            continue;
        }
        const auto [left, index] = *best;
        room.erase(best);
        sequences[index].push_back(item.record);
        room.emplace(left - item.tokens, index);
    }
}

} // namespace koala
