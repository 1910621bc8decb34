// core/data/mix/pack_window.h: whole documents of one window put into sequences with little room
// left over. Private to core/data/mix. Pure.
//
// Best fit decreasing (Johnson 1974: never more than 11/9 of the fewest sequences, and 6/9 of one):
// the longest first, each where it leaves the least room, into a new sequence where none has
// enough. A sequence then stands where its longest document stood in the window, so the order of
// training still follows the permutation and not the lengths.
#pragma once

#include <cstdint>
#include <vector>

#include "core/data/mix/mixture_calculator.h"

namespace koala {

struct DocumentRef {
    RecordRef record;
    std::uint32_t part = 0; // of a record that is split
};

struct PackItem {
    DocumentRef document;
    std::uint32_t tokens = 0; // at most `length`
};

// Appends the sequences of this window.
void packWindow(const std::vector<PackItem>& window, std::uint32_t length,
    std::vector<std::vector<DocumentRef>>& sequences);

} // namespace koala
