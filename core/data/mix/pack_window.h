// core/data/mix/pack_window.h: whole documents of one window put into sequences with little room
// left over. Private to core/data/mix. Pure.
//
// Best fit: each document goes where it leaves the least room, into a new sequence where none has
// enough.
#pragma once

#include <cstdint>
#include <vector>

#include "core/data/mix/mixture_calculator.h"

namespace koala {

struct PackItem {
    RecordRef record;
    std::uint32_t tokens = 0; // at most `length`
};

// Appends the sequences of this window.
void packWindow(const std::vector<PackItem>& window, std::uint32_t length,
    std::vector<std::vector<RecordRef>>& sequences);

} // namespace koala
