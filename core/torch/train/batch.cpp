#include "core/torch/train/batch.h"

#include <algorithm>
#include <functional>

namespace koala {

LossKind lossKindFrom(std::string_view name)
{
    if (name == "row_mean")
        return LossKind::RowMean;
    return name == "batch_mean" ? LossKind::BatchMean : LossKind::TokenMean;
}

std::vector<double> lossWeights(
    LossKind kind, std::span<const PackedSequence> sequences, std::size_t batchSequences)
{
    const auto share = [](std::span<const PackedSequence> part) {
        return 1.0 / double(std::max<std::int64_t>(trainedTargets(part), 1));
    };
    const std::size_t count = sequences.size();
    if (kind == LossKind::TokenMean)
        return std::vector<double>(count, share(sequences));
    const std::size_t group = kind == LossKind::RowMean ? 1 : batchSequences;
    const double groups = double((count + group - 1) / group);
    std::vector<double> weights;
    for (std::size_t begin = 0; begin < count; begin += group) {
        const auto part = sequences.subspan(begin, std::min(group, count - begin));
        weights.insert(weights.end(), part.size(), share(part) / groups);
    }
    return weights;
}

TrainBatch makeBatch(std::span<const PackedSequence> sequences, std::span<const double> weights)
{
    TrainBatch batch;
    const bool equal =
        std::adjacent_find(weights.begin(), weights.end(), std::not_equal_to<>()) == weights.end();
    if (equal && !weights.empty())
        batch.lossScale = weights.front();
    for (std::size_t i = 0; i < sequences.size(); ++i) {
        const PackedSequence& sequence = sequences[i];
        const auto offset = std::int32_t(batch.model.tokens.size());
        batch.model.tokens.insert(
            batch.model.tokens.end(), sequence.tokens.begin(), sequence.tokens.end());
        batch.model.trained.insert(
            batch.model.trained.end(), sequence.trained.begin(), sequence.trained.end());
        if (!equal)
            batch.model.weights.insert(
                batch.model.weights.end(), sequence.tokens.size(), float(weights[i]));
        for (const PackedDocument& document : sequence.documents) {
            if (!sequence.wholeRow || document.begin == 0)
                batch.model.documentStarts.push_back(offset + std::int32_t(document.begin));
            batch.sourceOfToken.insert(
                batch.sourceOfToken.end(), document.length, document.record.source);
        }
    }
    return batch;
}

double weightedLoss(const TrainBatch& batch, const LossResult& result)
{
    if (batch.model.weights.empty())
        return result.lossSum * batch.lossScale;
    double sum = 0;
    for (std::size_t i = 0; i < result.losses.size(); ++i)
        sum += double(result.losses[i]) *
               double(batch.model.weights[std::size_t(result.positions[i])]);
    return sum * batch.lossScale;
}

std::int64_t trainedTargets(std::span<const PackedSequence> sequences)
{
    std::int64_t count = 0;
    for (const PackedSequence& sequence : sequences)
        for (const PackedDocument& document : sequence.documents)
            for (std::uint32_t t = sequence.wholeRow && document.begin > 0 ? 0 : 1;
                t < document.length; ++t)
                count += sequence.trained[document.begin + t] != 0 ? 1 : 0;
    return count;
}

void LossSums::add(const TrainBatch& batch, const LossResult& result)
{
    loss += result.lossSum;
    targets += result.targets;
    correct += result.correct;
    tokens += std::int64_t(batch.model.tokens.size());
    for (std::size_t i = 0; i < result.losses.size(); ++i) {
        auto& [sum, count] = bySource[batch.sourceOfToken[std::size_t(result.positions[i])]];
        sum += double(result.losses[i]);
        ++count;
    }
}

} // namespace koala
