#include "core/torch/train/batch.h"

namespace koala {

TrainBatch makeBatch(std::span<const PackedSequence> sequences)
{
    TrainBatch batch;
    for (const PackedSequence& sequence : sequences) {
        const auto offset = std::int32_t(batch.model.tokens.size());
        batch.model.tokens.insert(
            batch.model.tokens.end(), sequence.tokens.begin(), sequence.tokens.end());
        batch.model.trained.insert(
            batch.model.trained.end(), sequence.trained.begin(), sequence.trained.end());
        for (const PackedDocument& document : sequence.documents) {
            if (!sequence.wholeRow || document.begin == 0)
                batch.model.documentStarts.push_back(offset + std::int32_t(document.begin));
            batch.sourceOfToken.insert(
                batch.sourceOfToken.end(), document.length, document.record.source);
        }
    }
    return batch;
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
