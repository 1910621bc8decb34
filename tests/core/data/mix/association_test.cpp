#include "core/data/mix/association.h"

#include <cmath>

#include <gtest/gtest.h>

#include "core/stats/interval.h"

namespace koala {
namespace {

Conversation answer(std::string text, PairRank rank, std::string pair)
{
    Conversation conversation;
    conversation.source = "s";
    conversation.turns = {{Role::User, "Why?", false}, {Role::Assistant, std::move(text), true}};
    if (pair.empty())
        conversation.feedback = rank == PairRank::Chosen ? Feedback::Positive : Feedback::Negative;
    else
        conversation.pair = PairLabel{std::move(pair), rank, {}};
    return conversation;
}

const FeatureAssociation& of(const std::vector<FeatureAssociation>& list, std::string_view feature)
{
    for (const FeatureAssociation& one : list)
        if (one.feature == feature)
            return one;
    ADD_FAILURE() << feature;
    return list.front();
}

TEST(OddsRatios, AreThoseOfTheTextbooks)
{
    // Woolf with a half in each cell: ln(10.5 * 8.5 / (5.5 * 3.5)), half-width 1.96 sqrt(sum 1/x).
    const OddsRatio odds = woolfOdds(10, 5, 3, 8);
    EXPECT_NEAR(odds.log, 1.533930, 1e-6);
    EXPECT_NEAR(
        odds.high - odds.log, 1.959964 * std::sqrt(1 / 10.5 + 1 / 5.5 + 1 / 3.5 + 1 / 8.5), 1e-5);
    // Clopper and Pearson of 8 of 10: 0.4439 to 0.9748.
    const Interval exact = exactInterval(8, 10);
    EXPECT_NEAR(exact.low, 0.4439, 5e-5);
    EXPECT_NEAR(exact.high, 0.9748, 5e-5);
    EXPECT_EQ(exactInterval(0, 5).low, 0.0);
    EXPECT_NEAR(exactInterval(0, 5).high, 1 - std::pow(0.025, 0.2), 1e-12);
    EXPECT_EQ(exactInterval(5, 5).high, 1.0);
    const OddsRatio paired = pairedOdds(8, 2);
    EXPECT_NEAR(paired.log, std::log(4.0), 1e-12);
    EXPECT_NEAR(paired.low, std::log(exact.low / (1 - exact.low)), 1e-12);
    EXPECT_TRUE(std::isinf(pairedOdds(3, 0).high));
}

TEST(AssociationCounter, CountsFeaturesOfGoodAndBadAnswers)
{
    AssociationCounter counter;
    for (int i = 0; i < 4; ++i) {
        const std::string pair = "p" + std::to_string(i);
        counter.add(answer("Sure:\n- one\n- two\nsee https://a.b", PairRank::Chosen, pair));
        counter.add(answer("I'm sorry, I cannot.", PairRank::Rejected, pair));
    }
    counter.add(answer("plain", PairRank::Chosen, ""));
    counter.add(answer("plain?", PairRank::Rejected, ""));
    Conversation tie = answer("tie", PairRank::Tie, "t");
    counter.add(tie);
    EXPECT_EQ(counter.answers(), 10u);
    const auto list = counter.finish();
    ASSERT_EQ(list.size(), answerFeatures().size());
    const FeatureAssociation& lists = of(list, "list");
    EXPECT_EQ(lists.good, 5u);
    EXPECT_EQ(lists.goodWith, 4u);
    EXPECT_EQ(lists.badWith, 0u);
    EXPECT_EQ(lists.pairs, 4u);
    EXPECT_EQ(lists.onlyGood, 4u);
    EXPECT_GT(lists.odds->low, 0) << "it goes with good answers beyond chance";
    EXPECT_EQ(of(list, "refuses").badWith, 4u);
    EXPECT_LT(of(list, "refuses").odds->log, 0);
    EXPECT_EQ(of(list, "cites").goodWith, 4u);
    EXPECT_EQ(of(list, "praises").goodWith, 4u);
    EXPECT_EQ(of(list, "question").badWith, 1u);
    EXPECT_EQ(of(list, "longer").onlyGood, 4u);
    EXPECT_FALSE(of(list, "code").pairedOdds.has_value());
}

TEST(AssociationCounter, WithoutLabelsThereIsNothing)
{
    AssociationCounter counter;
    Conversation conversation;
    conversation.turns = {{Role::Assistant, "x", true}};
    counter.add(conversation);
    EXPECT_TRUE(counter.finish().empty());
}

} // namespace
} // namespace koala
