#include "core/infer/sampler.h"

#include <cmath>

#include "core/base/json.h"
#include "core/infer/answer_text.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

std::vector<std::int32_t> keptIds(std::span<const float> logits, const GenerationSettings& settings,
    std::vector<std::int32_t> history = {})
{
    Sampler sampler(*availableKernels().front());
    std::vector<std::int32_t> ids;
    for (const Candidate& candidate : sampler.candidates(logits, settings, history))
        ids.push_back(candidate.token);
    return ids;
}

TEST(Sampler, FiltersInTheDocumentedOrder)
{
    const std::vector<float> logits{std::log(0.1F), std::log(0.4F), std::log(0.2F), std::log(0.3F)};
    using testing::ElementsAre;
    const auto with = [](double topP, int topK, double minP) {
        return GenerationSettings{.temperature = 1, .topP = topP, .topK = topK, .minP = minP};
    };
    EXPECT_THAT(keptIds(logits, with(1, 0, 0)), ElementsAre(1, 3, 2, 0));
    EXPECT_THAT(keptIds(logits, with(1, 2, 0)), ElementsAre(1, 3));
    EXPECT_THAT(keptIds(logits, with(0.65, 0, 0)), ElementsAre(1, 3));
    EXPECT_THAT(keptIds(logits, with(0.71, 0, 0)), ElementsAre(1, 3, 2));
    // Top-p looks at what top-k has left: of 0.4 and 0.3 the first holds 0.57.
    EXPECT_THAT(keptIds(logits, with(0.56, 2, 0)), ElementsAre(1));
    EXPECT_THAT(keptIds(logits, with(1, 0, 0.6)), ElementsAre(1, 3));
    EXPECT_THAT(keptIds(logits, with(1, 1, 0)), ElementsAre(1));
    EXPECT_THAT(keptIds(logits, with(0, 0, 0)), ElementsAre(1));
    GenerationSettings penalised = with(1, 1, 0);
    penalised.repetitionPenalty = 1.5; // negative logits grow: -0.92 becomes -1.37, below -1.2
    EXPECT_THAT(keptIds(logits, penalised, {1, 1, 99}), ElementsAre(3));
}

TEST(Sampler, DrawsAsOftenAsTheProbabilitiesSayAndRepeatably)
{
    const std::vector<float> logits{std::log(0.1F), std::log(0.4F), std::log(0.2F), std::log(0.3F)};
    Sampler sampler(*availableKernels().back());
    for (const int topK : {0, 4}) { // with and without sorting
        const GenerationSettings settings{.temperature = 1, .topK = topK, .seed = 11};
        std::array<int, 4> counts{};
        for (std::uint64_t position = 0; position < 20000; ++position) {
            const std::int32_t token = sampler.choose(logits, settings, {}, position);
            ++counts[std::size_t(token)];
            if (position < 100) {
                EXPECT_EQ(token, sampler.choose(logits, settings, {}, position));
            }
        }
        EXPECT_NEAR(counts[0] / 20000.0, 0.1, 0.01);
        EXPECT_NEAR(counts[1] / 20000.0, 0.4, 0.015);
        EXPECT_NEAR(counts[3] / 20000.0, 0.3, 0.015);
    }
    const GenerationSettings greedy{.temperature = 0};
    EXPECT_EQ(sampler.choose(std::vector<float>{1, 3, 3, 2}, greedy, {}, 0), 1);
}

TEST(Sampler, KeepsTheSetsOfTheReferenceDistributions)
{
    KOALA_SHARED_OR_SKIP(shared);
    const Json logits = readJsonFile(shared / "models/stories260k/logits.json").value();
    const Json wanted = readJsonFile(shared / "models/stories260k/sampling.json").value();
    ASSERT_EQ(logits.at("tokens"), wanted.at("tokens"));
    const auto last = logits.at("logits").back().get<std::vector<float>>();
    Sampler sampler(*availableKernels().back());
    for (const Json& each : wanted.at("distributions")) {
        GenerationSettings settings{.temperature = each.at("temperature").get<double>()};
        const auto all = sampler.candidates(last, settings, {});
        for (std::size_t i = 0; i < 10; ++i) {
            EXPECT_EQ(all[i].token, each.at("top10")[i][0].get<std::int32_t>());
            EXPECT_NEAR(all[i].probability, each.at("top10")[i][1].get<double>(), 1e-4);
        }
        for (const double topP : {0.5, 0.9, 0.95}) {
            settings.topP = topP;
            const Json& set = each.at(fmt::format("top_p_{}", topP));
            const auto kept = sampler.candidates(last, settings, {});
            EXPECT_EQ(kept.size(), set.at("kept").get<std::size_t>());
        }
    }
}

TEST(Sampler, LogProbabilitiesAreThoseOfTheModel)
{
    const std::vector<float> logits{std::log(0.1F), std::log(0.4F), std::log(0.2F), std::log(0.3F)};
    Sampler sampler(*availableKernels().back());
    const double sum = sampler.logSumExp(logits);
    EXPECT_NEAR(sum, 0, 1e-6);
    const auto likeliest = sampler.alternatives(logits, 2, sum);
    ASSERT_EQ(likeliest.size(), 2U);
    EXPECT_EQ(likeliest[1].token, 3);
    EXPECT_NEAR(likeliest[1].logprob, std::log(0.3), 1e-6);
}

// A vocabulary of bytes.
class Bytes final : public Tokenizer {
public:
    std::vector<TokenId> encode(std::string_view text) const override
    {
        return {text.begin(), text.end()};
    }
    std::string bytes(TokenId id) const override { return std::string(1, char(id)); }
    std::string piece(TokenId id) const override { return bytes(id); }
    std::int32_t vocabularySize() const override { return 256; }
    bool isControl(TokenId) const override { return false; }
    std::optional<TokenId> specialId(std::string_view) const override { return std::nullopt; }
    std::optional<TokenId> bosId() const override { return std::nullopt; }
    std::optional<TokenId> eosId() const override { return std::nullopt; }
    bool dropsLeadingBlank() const override { return false; }
    std::string fingerprint() const override { return "bytes"; }
};

TEST(AnswerText, HoldsBackWhatMayBecomeAStopString)
{
    const Bytes tokenizer;
    AnswerText text(tokenizer, {"###", "\nUser"});
    const auto add = [&](std::string_view bytes) {
        std::string shown;
        for (const char byte : bytes)
            shown += text.add(static_cast<unsigned char>(byte));
        return shown;
    };
    EXPECT_EQ(add("Hello\n"), "Hello");
    EXPECT_EQ(add("U"), "");
    EXPECT_EQ(add("n"), "\nUn");
    EXPECT_EQ(add("##"), "");
    EXPECT_EQ(add("a"), "##a");
    EXPECT_EQ(add("é"), "é");
    EXPECT_EQ(add("###"), "");
    EXPECT_TRUE(text.stopped());
    EXPECT_EQ(add("more"), "");
    EXPECT_EQ(text.finish(), "");

    AnswerText open(tokenizer, {"###"});
    open.add('#');
    EXPECT_EQ(open.finish(), "#");
}

} // namespace
} // namespace koala
