// core/data/mix/token_counts.h: how many tokens each row of a dataset gives, and how many of them
// are trained, for one tokeniser, template and limit. Counted once (two threads), kept beside the
// dataset in counts/<key>.bin and reused while key and rows agree. Private to core/data.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "core/data/dataset.h"
#include "core/data/mix/mixture_calculator.h"
#include "core/data/mix/render_record.h"

namespace koala {

// `progress` is told rows done while rows are counted; it may be called from another thread. Rows
// that were counted before are not counted again: in all rows of the dataset where this is a view
// of it, without a limit where the row is within the one asked for.
Result<std::shared_ptr<const RowTokens>> countTokens(const Dataset& dataset,
    const RecordRenderer& renderer, MarkerMode markers,
    const std::function<void(std::uint64_t rows)>& progress, std::stop_token stop);

} // namespace koala
