// What training is fed, held against the golden packed stream that the Tokens view is held against
// as well.
#include "core/torch/train/batch.h"
#include "core/torch/train/batch_source.h"
#include "tests/support/golden_stream.h"

namespace koala {
namespace {

TEST(BatchSource, FeedsTheGoldenStream)
{
    const auto golden = readJsonFile(test::goldenStreamFile());
    ASSERT_TRUE(golden.ok()) << golden.error().message;
    const auto folder = test::temporaryDirectory();
    const auto mixture = test::openGolden(folder.path(), test::makeGoldenProject(folder.path()));
    ASSERT_TRUE(mixture.ok()) << mixture.error().message;
    const auto source = streamSource(*mixture, StreamPart::Training);
    EXPECT_EQ(source->sequences(0), golden->at("sequences_of_epoch_0").get<std::uint64_t>());
    for (std::size_t i = 0; i < golden->at("sequences").size(); ++i) {
        const Json& want = golden->at("sequences")[i];
        const auto sequence = source->sequenceAt(i);
        ASSERT_TRUE(sequence.ok()) << sequence.error().message;
        const TrainBatch batch = makeBatch(std::span(&*sequence, 1));
        EXPECT_EQ(Json(batch.model.tokens), want.at("ids"));
        EXPECT_EQ(test::maskText({batch.model.trained.begin(), batch.model.trained.end()}),
            want.at("trained").get<std::string>());
        ASSERT_EQ(batch.model.documentStarts.size(), want.at("documents").size());
        for (std::size_t d = 0; d < want.at("documents").size(); ++d)
            EXPECT_EQ(batch.model.documentStarts[d],
                want.at("documents")[d].at("begin").get<std::int32_t>());
    }
}

TEST(BatchSource, AStreamedRowIsOneContext)
{
    const auto folder = test::temporaryDirectory();
    Mixture recipe = test::makeGoldenProject(folder.path());
    recipe.packing = PackingMode::Stream;
    const auto mixture = test::openGolden(folder.path(), recipe);
    ASSERT_TRUE(mixture.ok()) << mixture.error().message;
    const auto source = streamSource(*mixture, StreamPart::Training);
    const auto sequence = source->sequenceAt(1);
    ASSERT_TRUE(sequence.ok());
    ASSERT_GT(sequence->documents.size(), 1u);
    const TrainBatch batch = makeBatch(std::span(&*sequence, 1));
    EXPECT_EQ(batch.model.documentStarts.size(), 1u);
    EXPECT_EQ(batch.sourceOfToken.size(), sequence->tokens.size());
    std::int64_t trained = 0;
    for (const std::uint8_t one : sequence->trained)
        trained += one;
    EXPECT_EQ(trainedTargets(std::span(&*sequence, 1)), trained);
}

} // namespace
} // namespace koala
