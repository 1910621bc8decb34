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

// What the loss of an update is the mean of (spec 02 section 4).
enum class LossKind {
    TokenMean, // all its trained tokens
    BatchMean, // its micro-batches, each the mean of its tokens: transformers under accumulation
    RowMean,   // its rows, each the mean of its tokens: EasyLM; a row without any counts as 0
};
LossKind lossKindFrom(std::string_view name); // as recipes spell it

// What a trained token of each sequence counts in the loss of the update that `sequences` make up,
// `batchSequences` to a micro-batch.
std::vector<double> lossWeights(
    LossKind kind, std::span<const PackedSequence> sequences, std::size_t batchSequences);

struct TrainBatch {
    Batch model;
    std::vector<std::uint32_t> sourceOfToken;
    double lossScale = 1; // of every trained token, beside Batch::weights
};
// `weights` are those of the sequences; none: every token counts 1.
TrainBatch makeBatch(
    std::span<const PackedSequence> sequences, std::span<const double> weights = {});
// The part of the update's loss that the batch is.
double weightedLoss(const TrainBatch& batch, const LossResult& result);

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
