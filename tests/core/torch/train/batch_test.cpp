#include "core/torch/train/batch.h"

#include <gtest/gtest.h>

namespace koala {
namespace {

// One document of `tokens` tokens, the last `trained` of them trained.
PackedSequence sequenceOf(std::size_t tokens, std::size_t trained)
{
    PackedSequence sequence;
    sequence.tokens.assign(tokens, 1);
    sequence.trained.assign(tokens, 0);
    for (std::size_t i = tokens - trained; i < tokens; ++i)
        sequence.trained[i] = 1;
    PackedDocument document;
    document.begin = 0;
    document.length = std::uint32_t(tokens);
    sequence.documents = {document};
    return sequence;
}

LossResult lossesOf(const TrainBatch& batch, const std::vector<float>& losses)
{
    LossResult result;
    result.losses = losses;
    for (std::size_t t = 0; t < batch.model.trained.size(); ++t)
        if (batch.model.trained[t] != 0)
            result.positions.push_back(std::int32_t(t));
    result.targets = std::int64_t(losses.size());
    for (const float loss : losses)
        result.lossSum += double(loss);
    return result;
}

// Spec 02 section 4: rows with losses [2,3,4] and [10] are 6.5 by rows and 4.75 by tokens.
TEST(Losses, AreMeansOfTokensOrOfRowsAsTheRecipeSays)
{
    const std::vector<PackedSequence> rows{sequenceOf(5, 3), sequenceOf(5, 1)};
    const auto lossBy = [&](LossKind kind, std::size_t batchSequences) {
        const std::vector<double> weights = lossWeights(kind, rows, batchSequences);
        double loss = 0;
        for (std::size_t begin = 0; begin < rows.size(); begin += batchSequences) {
            const auto part = std::span(rows).subspan(begin, batchSequences);
            const TrainBatch batch =
                makeBatch(part, std::span(weights).subspan(begin, batchSequences));
            std::vector<float> losses;
            if (begin == 0)
                losses.insert(losses.end(), {2, 3, 4});
            if (begin + batchSequences == 2)
                losses.push_back(10);
            loss += weightedLoss(batch, lossesOf(batch, losses));
        }
        return loss;
    };
    EXPECT_DOUBLE_EQ(lossBy(LossKind::TokenMean, 2), 4.75);
    EXPECT_DOUBLE_EQ(lossBy(LossKind::TokenMean, 1), 4.75);
    EXPECT_NEAR(lossBy(LossKind::RowMean, 2), 6.5, 1e-6);
    EXPECT_NEAR(lossBy(LossKind::RowMean, 1), 6.5, 1e-6);
    // transformers: one batch of both is their token mean, two batches of one the mean of means.
    EXPECT_DOUBLE_EQ(lossBy(LossKind::BatchMean, 2), 4.75);
    EXPECT_NEAR(lossBy(LossKind::BatchMean, 1), 6.5, 1e-6);
}

TEST(Losses, ARowWithoutATrainedTokenCountsAsZeroInTheMeanOfRows)
{
    const std::vector<PackedSequence> rows{sequenceOf(5, 2), sequenceOf(5, 0)};
    const std::vector<double> weights = lossWeights(LossKind::RowMean, rows, 2);
    EXPECT_DOUBLE_EQ(weights[0], 0.25);
    const TrainBatch batch = makeBatch(rows, weights);
    EXPECT_NEAR(weightedLoss(batch, lossesOf(batch, {3, 5})), 2.0, 1e-6);
}

} // namespace
} // namespace koala
