// core/weights/weight_difference.h: what a fine-tune changed, as the field publishes it (spec 03
// section 7): difference = tuned - base, tuned = base + difference, tensor by tensor in the memory
// of three of one tensor.
//
//   scheme     arithmetic  rows beyond the base's vocabulary   written as
//   EasyLm     fp32        refused                              EasyLM streaming, bf16
//   FastChat   fp16        zero in the base (the [PAD] of v0)   Hugging Face folder, fp16
//   Alpaca     fp32        the mean of the base's rows          Hugging Face folder, fp32
#pragma once

#include <optional>
#include <string_view>

#include "core/weights/source_model.h"

namespace koala {

enum class DifferenceScheme { EasyLm, FastChat, Alpaca };
std::optional<DifferenceScheme> differenceSchemeFrom(std::string_view name); // "easylm" …
std::string_view differenceSchemeName(DifferenceScheme scheme);
TensorType differenceType(DifferenceScheme scheme); // what the result is stored as

// Models whose tensors are computed as they are read. Both must be of one shape but for the
// vocabulary; rows of q and k are brought to the base's order.
Result<SourceModel> differenceOf(
    const SourceModel& base, const SourceModel& tuned, DifferenceScheme scheme);
Result<SourceModel> withDifference(
    const SourceModel& base, const SourceModel& difference, DifferenceScheme scheme);

// Sums of all values in double precision: Alpaca publishes one to check a recovered model by
// (about 50637.1836 for 7B). Theirs adds the inv_freq buffers that Hugging Face's code of that time
// kept in each layer; both are told.
struct ValueSum {
    double weights = 0;
    double withRotaryBuffers = 0;
    std::uint64_t notFinite = 0; // values that are NaN or infinite, left out of the sums
};
Result<ValueSum> sumOf(const SourceModel& model);

} // namespace koala
