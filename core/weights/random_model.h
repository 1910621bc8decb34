// core/weights/random_model.h: a model with random weights to train from scratch, in EasyLM's way
// of today (spec 02 section 2): linears normal with 0.02 / sqrt(inputs), the embedding normal with
// 0.02, norms 1. Each value is a function of seed, tensor and place alone, and nothing is held in
// memory.
#pragma once

#include <cstdint>

#include "core/weights/source_model.h"

namespace koala {

SourceModel randomModel(const ModelConfig& config, std::uint64_t seed);

} // namespace koala
