// core/torch/train/batch.h: packed sequences of the data as one micro-batch of the model, and the
// sums of its losses for the events.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/data/mix/training_stream.h"
#include "core/torch/model/llama.h"

namespace koala {

struct TrainBatch {
    Batch model;
    std::vector<std::uint32_t> sourceOfToken;
};
TrainBatch makeBatch(std::span<const PackedSequence> sequences);

// Trained tokens that a document predicts: what the loss is the mean of.
std::int64_t trainedTargets(std::span<const PackedSequence> sequences);

struct LossSums {
    double loss = 0;
    std::int64_t targets = 0;
    std::int64_t correct = 0;
    std::int64_t tokens = 0;
    std::map<std::uint32_t, std::pair<double, std::int64_t>> bySource;
    void add(const TrainBatch& batch, const LossResult& result);
};

} // namespace koala
