// Known values: Wilson's interval and the exact binomial test as scipy and statsmodels give them.
#include "core/stats/interval.h"
#include "core/stats/preference.h"
#include "core/stats/sign_test.h"

namespace koala {
namespace {

TEST(WilsonInterval, GivesThePublishedValues)
{
    const Interval half = wilsonInterval(5, 10);
    EXPECT_NEAR(half.low, 0.236593, 1e-6);
    EXPECT_NEAR(half.high, 0.763407, 1e-6);
    const Interval large = wilsonInterval(81, 263); // Newcombe 1998, table I
    EXPECT_NEAR(large.low, 0.2553, 5e-5);
    EXPECT_NEAR(large.high, 0.3662, 5e-5);
    const Interval small = wilsonInterval(1, 29);
    EXPECT_NEAR(small.low, 0.0061, 5e-5);
    EXPECT_NEAR(small.high, 0.1718, 5e-5);
}

TEST(WilsonInterval, IsExactAtTheEndsAndOpenWithoutTrials)
{
    EXPECT_EQ(wilsonInterval(0, 20).low, 0.0);
    EXPECT_NEAR(wilsonInterval(0, 20).high, 0.1611, 5e-5); // Newcombe: 0/20
    EXPECT_EQ(wilsonInterval(10, 10).high, 1.0);
    EXPECT_EQ(wilsonInterval(0, 0).low, 0.0);
    EXPECT_EQ(wilsonInterval(0, 0).high, 1.0);
}

TEST(SignTest, EqualsTheBinomialSumsByHand)
{
    EXPECT_DOUBLE_EQ(signTest(0, 0), 1.0);
    EXPECT_DOUBLE_EQ(signTest(7, 7), 1.0);
    EXPECT_NEAR(signTest(9, 1), 2.0 * 11 / 1024, 1e-12);
    EXPECT_NEAR(signTest(1, 9), 2.0 * 11 / 1024, 1e-12);
    EXPECT_NEAR(signTest(5, 0), 0.0625, 1e-12);
    EXPECT_NEAR(signTest(60, 40), 0.056887933640980784, 1e-10);
    EXPECT_NEAR(signTest(3, 4), 1.0, 1e-12);
}

TEST(SignTest, StaysFiniteForLargeCounts)
{
    const double p = signTest(50000, 49000);
    EXPECT_GT(p, 0.001);
    EXPECT_LT(p, 0.002);
    EXPECT_LT(signTest(100000, 1000), 1e-300 + 1e-12);
}

TEST(Preference, CountsBothBadAsNotLostAndSpeaksInWords)
{
    const PreferenceSummary summary = summarize({12, 4, 3, 1});
    EXPECT_DOUBLE_EQ(summary.winShare, 0.6);
    EXPECT_DOUBLE_EQ(summary.atLeastTiedShare, 17.0 / 20.0);
    EXPECT_EQ(inWords(summary),
        "12 wins, 4 ties, 3 losses, 1 both bad of 20; wins 60 % (39 to 78 %), p = 0.035");
    EXPECT_EQ(inWords(summarize({})), "no votes yet");
}

} // namespace
} // namespace koala
