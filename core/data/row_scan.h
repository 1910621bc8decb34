// core/data/row_scan.h: reads the texts of many rows, with two to four threads, and keeps those
// that pass a test. Private to core/data.
#pragma once

#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "core/data/dataset.h"
#include "core/data/row_texts.h"

namespace koala {

using RowTest = std::function<bool(const RowTexts& texts)>;

// The candidates (ascending) that pass, in order. Each thread makes a test of its own. `part` is
// told on the calling thread of further rows in order, about ten times a second.
Result<std::vector<std::uint32_t>> scanRows(const Dataset& dataset,
    std::span<const std::uint32_t> candidates, const std::function<RowTest()>& makeTest,
    std::stop_token stop, const FoundRows& part);

} // namespace koala
