// The golden packed stream: see tests/support/golden_stream.h.
#include "core/data/permutation.h"
#include "tests/support/golden_stream.h"

namespace koala {
namespace {

OrderedJson goldenOf(const ResolvedMixture& mixture)
{
    constexpr std::uint64_t kRecords = 6, kSequences = 4;
    OrderedJson records = OrderedJson::array();
    const auto& training = mixture.result().training;
    const EpochOrder order(training.size(), mixture.mixture().seed, 0);
    for (std::uint64_t i = 0; i < kRecords; ++i) {
        const RecordRef record = training[order.at(i)];
        const Rendered rendered = *mixture.render(record);
        std::vector<std::uint8_t> trained;
        for (const RenderedToken& token : rendered.tokens)
            trained.push_back(token.trained ? 1 : 0);
        records.push_back({{"uid", mixture.uid(record)}, {"ids", rendered.ids()},
            {"trained", test::maskText(trained)}});
    }
    OrderedJson sequences = OrderedJson::array();
    const auto shared =
        std::shared_ptr<const ResolvedMixture>(&mixture, [](const ResolvedMixture*) {});
    const TrainingStream stream(shared, StreamPart::Training);
    for (std::uint64_t i = 0; i < kSequences; ++i) {
        const PackedSequence packed = *stream.sequence(0, i);
        OrderedJson documents = OrderedJson::array();
        for (const PackedDocument& document : packed.documents)
            documents.push_back({{"uid", mixture.uid(document.record)}, {"begin", document.begin},
                {"length", document.length}});
        sequences.push_back({{"ids", packed.tokens}, {"trained", test::maskText(packed.trained)},
            {"documents", documents}});
    }
    return {{"made_by", "tests/support/golden_stream.h"}, {"mixture", toJson(mixture.mixture())},
        {"total", {{"rows", mixture.result().total.rows}, {"tokens", mixture.result().total.tokens},
                      {"trained_tokens", mixture.result().total.trainedTokens}}},
        {"order_sha256", mixture.orderSha256()}, {"sequences_of_epoch_0", stream.sequences(0)},
        {"records", records}, {"sequences", sequences}};
}

TEST(PackedStream, IsTheGoldenOne)
{
    const auto folder = test::temporaryDirectory();
    const Mixture mixture = test::makeGoldenProject(folder.path());
    const auto resolved = test::openGolden(folder.path(), mixture);
    ASSERT_TRUE(resolved.ok()) << resolved.error().message;
    const OrderedJson made = goldenOf(**resolved);
    if (std::getenv("KOALA_WRITE_GOLDEN") != nullptr) {
        test::writeText(test::goldenStreamFile(), toLine(made) + "\n");
    }
    const auto golden = readFile(test::goldenStreamFile());
    ASSERT_TRUE(golden.ok()) << golden.error().message;
    EXPECT_EQ(*golden, toLine(made) + "\n");
}

} // namespace
} // namespace koala
