// Differences and diversity of mixtures built from the starter data.
#include <set>

#include "core/data/mix/diversity.h"
#include "core/data/mix/mixture_diff.h"
#include "core/data/mix/request_verb.h"
#include "tests/support/golden_stream.h"

namespace koala {
namespace {

class MixtureReports : public testing::Test {
protected:
    void SetUp() override { m_mixture = test::makeGoldenProject(m_folder.path()); }
    std::shared_ptr<const ResolvedMixture> open(const Mixture& mixture)
    {
        auto resolved = test::openGolden(m_folder.path(), mixture);
        EXPECT_TRUE(resolved.ok()) << resolved.error().message;
        return resolved.ok() ? *resolved : nullptr;
    }
    TemporaryDirectory m_folder = test::temporaryDirectory();
    Mixture m_mixture;
};

std::set<std::string> uidsOf(const ResolvedMixture& mixture, std::uint32_t source)
{
    std::set<std::string> uids;
    for (const RecordRef record : mixture.result().training)
        if (record.source == source)
            uids.insert(mixture.uid(record));
    return uids;
}

TEST_F(MixtureReports, ADifferenceNamesSettingsSourcesAndRows)
{
    Mixture other = m_mixture;
    other.sources[0].cap = 12;
    other.sources[1].repeat = 2;
    other.sources.pop_back();
    other.packingLength = 300;
    const auto before = open(m_mixture);
    const auto after = open(other);
    ASSERT_TRUE(before && after);
    const auto difference = compareMixtures(*before, *after);
    ASSERT_TRUE(difference.ok()) << difference.error().message;
    ASSERT_EQ(difference->settings.size(), 1u);
    EXPECT_EQ(difference->settings[0].name, "packing.length");
    EXPECT_EQ(difference->settings[0].after, "300");
    ASSERT_EQ(difference->sources.size(), 3u);
    const SourceDifference& capped = difference->sources[0];
    EXPECT_EQ(capped.lost, 8u);
    EXPECT_EQ(capped.gained, 0u);
    ASSERT_EQ(capped.lostRows.size(), 5u);
    const auto had = uidsOf(*before, 0);
    const auto has = uidsOf(*after, 0);
    for (const SampleRow& row : capped.lostRows) {
        EXPECT_TRUE(had.contains(row.uid) && !has.contains(row.uid));
        EXPECT_FALSE(row.text.empty());
    }
    ASSERT_EQ(capped.settings.size(), 1u);
    EXPECT_EQ(capped.settings[0].name, "cap");
    EXPECT_EQ(difference->sources[1].repeated, 20u);
    EXPECT_EQ(difference->sources[1].lost, 0u);
    EXPECT_FALSE(difference->sources[2].after.has_value());
    EXPECT_EQ(difference->sources[2].lost, 20u);
    EXPECT_EQ(difference->lost, 28u);
    EXPECT_EQ(difference->totalBefore.rows, 60u);
    EXPECT_EQ(difference->totalAfter.rows, 12u + 40u);
    EXPECT_FALSE(difference->sameOrder());
    const auto same = compareMixtures(*before, *before);
    ASSERT_TRUE(same.ok());
    EXPECT_TRUE(same->sameOrder() && same->settings.empty());
    EXPECT_EQ(same->gained + same->lost + same->repeated, 0u);
}

TEST_F(MixtureReports, DiversityCountsWhatARecountCounts)
{
    const auto mixture = open(m_mixture);
    ASSERT_NE(mixture, nullptr);
    const auto report = measureDiversity(*mixture, {});
    ASSERT_TRUE(report.ok()) << report.error().message;
    EXPECT_EQ(report->rows, 60u);
    EXPECT_EQ(report->sampled, report->distinct);
    std::uint64_t multiTurn = 0;
    std::set<std::uint64_t> prompts;
    std::vector<std::uint64_t> tokens;
    for (const RecordRef record : mixture->result().training) {
        const Conversation conversation = *mixture->conversation(record);
        multiTurn += std::ranges::count(conversation.turns, Role::Assistant, &Turn::role) > 1;
        prompts.insert(promptGroupOf(conversation));
        tokens.push_back(mixture->tokensOf(record));
    }
    EXPECT_EQ(report->multiTurn, multiTurn);
    EXPECT_EQ(report->prompts, prompts.size());
    EXPECT_EQ(report->tokens.most, *std::ranges::max_element(tokens));
    EXPECT_EQ(report->tokens.least, *std::ranges::min_element(tokens));
    ASSERT_EQ(report->answers.size(), 3u);
    for (const NgramVariety& grams : report->answers)
        EXPECT_TRUE(grams.distinct > 0 && grams.distinct <= grams.total);
    EXPECT_LT(report->answers[0].share(), report->answers[2].share());
    std::uint64_t languages = 0;
    for (const NamedCount& one : report->languages)
        languages += one.rows;
    EXPECT_EQ(languages, report->sampled);
    EXPECT_EQ(report->languages.front().name, "en");
    EXPECT_FALSE(report->associations.empty()) << "the pairs have good and bad answers";
    const OrderedJson json = toJson(*report);
    EXPECT_EQ(json.at("sampled"), report->sampled);
}

TEST_F(MixtureReports, ASampleKeepsPromptsWholeAndSaysItsSize)
{
    const auto mixture = open(m_mixture);
    DiversityOptions options;
    options.sample = 15;
    const auto report = measureDiversity(*mixture, options);
    ASSERT_TRUE(report.ok());
    EXPECT_GE(report->sampled, 15u);
    EXPECT_LT(report->sampled, report->distinct);
    EXPECT_EQ(report->seed, 42u);
    const auto again = measureDiversity(*mixture, options);
    EXPECT_EQ(toJson(*again), toJson(*report));
}

TEST(RequestVerb, IsTheFirstWordBehindPoliteOnes)
{
    const auto of = [](std::string_view text) {
        const VerbAndObject found = verbOf(text);
        return found.verb + " " + found.object;
    };
    EXPECT_EQ(of("Write a short poem about rain."), "write poem");
    EXPECT_EQ(of("Could you please explain the theory of tides?"), "explain theory");
    EXPECT_EQ(of("List: one, two"), "list ");
    EXPECT_EQ(of("The weather is fine"), " ");
    EXPECT_EQ(of("写一首诗"), " ");
    EXPECT_EQ(of(""), " ");
}

TEST_F(MixtureReports, FiguresThatRememberAreThoseThatDoNot)
{
    const auto mixture = open(m_mixture);
    ASSERT_NE(mixture, nullptr);
    Mixture moved = m_mixture;
    moved.basis = MixtureBasis::Tokens;
    for (std::size_t s = 0; s < moved.sources.size(); ++s)
        moved.sources[s].share = 0.2 + 0.1 * double(s);
    for (int step = 0; step < 24; ++step) {
        MixtureSource& source = moved.sources[std::size_t(step) % 3];
        switch (step % 6) {
        case 0:
            source.share = 0.05 + 0.03 * step;
            break;
        case 1:
            source.cap = 3 + step;
            break;
        case 2:
            source.holdOut.fraction = 0.02 * step;
            break;
        case 3:
            source.sliceBegin = step % 5;
            break;
        case 4:
            source.repeat = 1 + step % 4;
            break;
        default:
            moved.seed = std::uint64_t(step);
            moved.total = step % 2 == 0 ? 0 : 4000;
            break;
        }
        const auto remembered = mixture->recalculate(moved);
        const auto fresh = open(moved);
        ASSERT_TRUE(remembered.ok() && fresh);
        for (std::size_t s = 0; s < 3; ++s) {
            const SourceCounts& a = remembered->sources[s];
            const SourceCounts& b = fresh->result().sources[s];
            EXPECT_EQ(a.taken.rows, b.taken.rows) << step;
            EXPECT_EQ(a.taken.tokens, b.taken.tokens) << step;
            EXPECT_EQ(a.available.trainedTokens, b.available.trainedTokens) << step;
            EXPECT_EQ(a.heldOut.tokens, b.heldOut.tokens) << step;
            EXPECT_EQ(a.leftOut, b.leftOut) << step;
            EXPECT_DOUBLE_EQ(a.epochs, b.epochs) << step;
        }
    }
}

} // namespace
} // namespace koala
