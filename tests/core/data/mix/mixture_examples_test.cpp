// Contract 4 against examples that were counted by another program, the slow way
// (tests/golden/make_mixture_examples.py).
#include <set>

#include "core/data/mix/mixture_calculator.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

struct Example {
    Mixture mixture;
    std::vector<std::vector<RowFacts>> rows;
    std::vector<RowTokens> counts;
    std::vector<std::vector<std::uint64_t>> lists; // uids that are held out
    std::vector<std::uint64_t> excluded;
    std::vector<SourceInput> inputs() const
    {
        std::vector<SourceInput> all;
        for (std::size_t s = 0; s < rows.size(); ++s)
            all.push_back({&rows[s], &counts[s], lists[s].empty() ? nullptr : &lists[s]});
        return all;
    }
};

RowFacts rowOf(const Json& json)
{
    RowFacts row;
    row.uid = json.at(0).get<std::uint64_t>();
    row.promptGroup = json.at(1).get<std::uint64_t>();
    const auto rank = json.at(4).get<std::string>();
    row.rank = rank.empty()         ? std::int8_t(-1)
               : rank == "chosen"   ? std::int8_t(PairRank::Chosen)
               : rank == "rejected" ? std::int8_t(PairRank::Rejected)
                                    : std::int8_t(PairRank::Tie);
    const auto feedback = json.at(5).get<std::string>();
    row.feedback = feedback == "positive"   ? Feedback::Positive
                   : feedback == "negative" ? Feedback::Negative
                                            : Feedback::None;
    row.givenHoldOut = json.at(6).get<bool>();
    return row;
}

MixtureSource sourceOf(const Json& json, std::size_t number)
{
    MixtureSource source;
    source.dataset = "source-" + std::to_string(number);
    if (!json.at("share").is_null())
        source.share = json.at("share").get<double>();
    source.repeat = json.at("repeat").get<std::int64_t>();
    source.cap = json.at("cap").get<std::int64_t>();
    source.sliceBegin = json.at("slice").at(0).get<std::int64_t>();
    source.sliceEnd = json.at("slice").at(1).get<std::int64_t>();
    source.holdOut.fraction = numberOr(json.at("hold_out"), "fraction", 0.0);
    source.holdOut.given = boolOr(json.at("hold_out"), "given", false);
    const auto markers = json.at("markers").get<std::string>();
    source.markers = markers == "both"     ? MarkerMode::Both
                     : markers == "chosen" ? MarkerMode::Chosen
                                           : MarkerMode::None;
    return source;
}

Example exampleOf(const Json& json)
{
    Example example;
    const Json& mixture = json.at("mixture");
    example.mixture.seed = mixture.at("seed").get<std::uint64_t>();
    const auto basis = mixture.at("basis").get<std::string>();
    example.mixture.basis = basis == "rows"     ? MixtureBasis::Rows
                            : basis == "tokens" ? MixtureBasis::Tokens
                                                : MixtureBasis::TrainedTokens;
    example.mixture.total = mixture.at("total").get<std::int64_t>();
    example.excluded = mixture.at("excluded").get<std::vector<std::uint64_t>>();
    std::sort(example.excluded.begin(), example.excluded.end());
    for (std::size_t s = 0; s < mixture.at("sources").size(); ++s) {
        const Json& source = mixture.at("sources")[s];
        example.mixture.sources.push_back(sourceOf(source, s));
        const Json& uids = memberOr(source.at("hold_out"), "uids");
        example.lists.push_back(
            uids.is_null() ? std::vector<std::uint64_t>() : uids.get<std::vector<std::uint64_t>>());
        auto& rows = example.rows.emplace_back();
        auto& counts = example.counts.emplace_back();
        for (const Json& row : json.at("data")[s]) {
            rows.push_back(rowOf(row));
            counts.tokens.push_back(row.at(2).get<std::uint32_t>());
            counts.trained.push_back(row.at(3).get<std::uint32_t>());
        }
    }
    return example;
}

Json goldenExamples()
{
    const auto read =
        readJsonFile(fs::path(KOALA_SOURCE_DIR) / "tests/golden/mixture_examples.json");
    EXPECT_TRUE(read.ok()) << read.error().message;
    return read.ok() ? read->at("examples") : Json::array();
}

TEST(MixtureExamples, RowsAndTotalsAreThoseOfAnIndependentCount)
{
    const Json examples = goldenExamples();
    ASSERT_EQ(examples.size(), 48u);
    for (std::size_t e = 0; e < examples.size(); ++e) {
        SCOPED_TRACE("example " + std::to_string(e));
        const Example example = exampleOf(examples[e]);
        const auto result = calculateMixture(
            example.mixture, example.inputs(), {.excludedGroups = &example.excluded});
        ASSERT_TRUE(result.ok()) << result.error().message;
        for (std::size_t s = 0; s < example.rows.size(); ++s) {
            SCOPED_TRACE("source " + std::to_string(s));
            const Json& expected = examples[e].at("expected")[s];
            const SourceCounts& counts = result->sources[s];
            EXPECT_EQ(counts.taken.rows, expected.at("rows").get<std::uint64_t>());
            EXPECT_EQ(counts.taken.tokens, expected.at("tokens").get<std::uint64_t>());
            EXPECT_EQ(
                counts.taken.trainedTokens, expected.at("trained_tokens").get<std::uint64_t>());
            EXPECT_EQ(counts.leftOut, expected.at("left_out").get<std::uint64_t>());
            std::vector<std::uint32_t> taken, held;
            for (const RecordRef record : result->training)
                if (record.source == s)
                    taken.push_back(record.row);
            for (const RecordRef record : result->holdOut)
                if (record.source == s)
                    held.push_back(record.row);
            EXPECT_EQ(taken, expected.at("taken").get<std::vector<std::uint32_t>>());
            EXPECT_EQ(held, expected.at("held").get<std::vector<std::uint32_t>>());
        }
    }
}

TEST(MixtureExamples, NoPromptIsOnBothSidesAndNoExcludedOneIsThere)
{
    const Json examples = goldenExamples();
    for (const Json& json : examples) {
        const Example example = exampleOf(json);
        const auto result = calculateMixture(
            example.mixture, example.inputs(), {.excludedGroups = &example.excluded});
        ASSERT_TRUE(result.ok());
        std::set<std::uint64_t> held;
        for (const RecordRef record : result->holdOut)
            held.insert(example.rows[record.source][record.row].promptGroup);
        for (const RecordRef record : result->training) {
            const std::uint64_t group = example.rows[record.source][record.row].promptGroup;
            EXPECT_FALSE(held.contains(group));
            EXPECT_FALSE(std::ranges::binary_search(example.excluded, group));
        }
    }
}

TEST(MixtureExamples, SeventyToThirtyByTokensIsMetWithinHalfAPercent)
{
    for (const MixtureBasis basis : {MixtureBasis::Tokens, MixtureBasis::TrainedTokens}) {
        Example example;
        example.mixture.basis = basis;
        for (std::size_t s = 0; s < 2; ++s) {
            auto& rows = example.rows.emplace_back();
            auto& counts = example.counts.emplace_back();
            for (std::uint32_t i = 0; i < 2000; ++i) {
                RowFacts row;
                row.uid = row.promptGroup = s * 10'000 + i + 1;
                rows.push_back(row);
                counts.tokens.push_back(20 + (i * 7919 + std::uint32_t(s) * 13) % 900);
                counts.trained.push_back(counts.tokens.back() / (2 + i % 3));
            }
            example.lists.emplace_back();
            MixtureSource source;
            source.dataset = s == 0 ? "a" : "b";
            source.share = s == 0 ? 0.7 : 0.3;
            example.mixture.sources.push_back(source);
        }
        const auto result = calculateMixture(example.mixture, example.inputs());
        ASSERT_TRUE(result.ok());
        const auto amount = [&](const MixtureAmounts& a) {
            return double(basis == MixtureBasis::Tokens ? a.tokens : a.trainedTokens);
        };
        EXPECT_NEAR(amount(result->sources[0].taken) / amount(result->total), 0.7, 0.005);
        EXPECT_NEAR(result->sources[0].epochs, 1.0, 0.001) << "the first to be exhausted is whole";
    }
}

} // namespace
} // namespace koala
