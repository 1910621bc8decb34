#include "core/metrics/min_hash.h"

#include <gtest/gtest.h>

namespace koala {
namespace {

std::uint64_t next(std::uint64_t& state)
{
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return state >> 33;
}

std::vector<std::string> madeWords(std::uint64_t seed, std::size_t count)
{
    std::vector<std::string> words;
    for (std::size_t i = 0; i < count; ++i)
        words.push_back("w" + std::to_string(next(seed) % 5000));
    return words;
}

std::string joined(const std::vector<std::string>& words)
{
    std::string text;
    for (const std::string& word : words)
        text += word + " ";
    return text;
}

std::vector<std::uint32_t> shingles(const std::string& text, std::size_t words = 5)
{
    std::vector<std::uint32_t> list;
    shinglesOf(text, words, list);
    return list;
}

TEST(Jaccard, CountsSharedOverAll)
{
    const std::vector<std::uint32_t> a = {1, 2, 3, 4};
    const std::vector<std::uint32_t> b = {3, 4, 5};
    EXPECT_DOUBLE_EQ(jaccard(a, b), 2.0 / 5.0);
    EXPECT_DOUBLE_EQ(jaccard(a, a), 1.0);
    EXPECT_DOUBLE_EQ(jaccard({}, {}), 0.0);
    EXPECT_DOUBLE_EQ(jaccard(a, {}), 0.0);
}

TEST(MinHash, GivesTheLeastOfEachPermutationWhateverTheOrder)
{
    const std::vector<std::uint32_t> list = shingles(joined(madeWords(1, 200)));
    std::vector<std::uint32_t> reversed(list.rbegin(), list.rend());
    MinHashSignature forward;
    MinHashSignature backward;
    minHash(list, forward);
    minHash(reversed, backward);
    EXPECT_EQ(forward, backward);
    // One hash at a time, then the least: the same as all at once.
    MinHashSignature least;
    least.fill(~std::uint32_t(0));
    for (const std::uint32_t hash : list) {
        MinHashSignature one;
        minHash(std::span(&hash, 1), one);
        for (std::size_t i = 0; i < kMinHashes; ++i)
            least[i] = std::min(least[i], one[i]);
    }
    EXPECT_EQ(least, forward);
}

TEST(MinHash, EstimatesTheSimilarityWithoutBias)
{
    // 300 pairs at known similarities: the mean error of the estimate stays within 3 standard
    // deviations of its mean, sqrt(J (1 - J) / 128 / 300).
    double error = 0.0;
    double variance = 0.0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        std::vector<std::string> words = madeWords(seed, 120);
        const std::vector<std::uint32_t> a = shingles(joined(words));
        words[seed % 120] = "other";
        words[(seed * 7) % 120] = "another";
        const std::vector<std::uint32_t> b = shingles(joined(words));
        MinHashSignature x;
        MinHashSignature y;
        minHash(a, x);
        minHash(b, y);
        std::size_t equal = 0;
        for (std::size_t i = 0; i < kMinHashes; ++i)
            equal += x[i] == y[i];
        const double similarity = jaccard(a, b);
        error += double(equal) / kMinHashes - similarity;
        variance += similarity * (1.0 - similarity) / kMinHashes;
    }
    EXPECT_LT(std::abs(error), 3.0 * std::sqrt(variance));
}

TEST(NearDuplicates, AreFoundAsComparingEveryPairFindsThem)
{
    constexpr std::size_t kDocuments = 300;
    std::vector<std::string> texts;
    for (std::uint64_t d = 0; d < kDocuments; ++d) {
        std::vector<std::string> words = madeWords(d / 3, 80); // families of three
        for (std::uint64_t change = 0; change < d % 3; ++change)
            words[(d * 13 + change * 31) % words.size()] = "changed" + std::to_string(d);
        texts.push_back(joined(words));
    }
    texts.emplace_back("");
    texts.emplace_back("?!");
    NearDuplicateOptions options;
    options.threshold = 0.8;
    NearDuplicateFinder finder(texts.size(), options);
    for (std::size_t d = 0; d < texts.size(); ++d)
        finder.add(d, texts[d]);
    const auto found =
        finder.find([&](std::uint64_t d) -> Result<std::string> { return texts[d]; });
    ASSERT_TRUE(found.ok()) << found.error().message;

    std::set<std::uint64_t> grouped;
    for (const auto& group : found->groups) {
        EXPECT_GE(group.size(), 2u);
        grouped.insert(group.begin(), group.end());
    }
    std::size_t wanted = 0;
    std::size_t missed = 0;
    for (std::size_t a = 0; a < texts.size(); ++a)
        for (std::size_t b = a + 1; b < texts.size(); ++b)
            if (jaccard(shingles(texts[a]), shingles(texts[b])) >= options.threshold) {
                ++wanted;
                missed += !grouped.contains(a) || !grouped.contains(b);
            }
    EXPECT_GT(wanted, 100u);
    EXPECT_LE(double(missed), 0.01 * double(wanted));
    for (const NearDuplicate& link : found->links) {
        EXPECT_GE(link.similarity, options.threshold);
        EXPECT_DOUBLE_EQ(
            link.similarity, jaccard(shingles(texts[link.document]), shingles(texts[link.like])));
        EXPECT_EQ(link.document / 3, link.like / 3); // never across families
    }
}

TEST(NearDuplicates, GiveTheFailureOfTheTextThatCannotBeRead)
{
    NearDuplicateFinder finder(2, {});
    finder.add(0, "the same words in the same order");
    finder.add(1, "the same words in the same order");
    const auto found = finder.find(
        [](std::uint64_t) -> Result<std::string> { return ioError("the disk is gone"); });
    ASSERT_FALSE(found.ok());
    EXPECT_EQ(found.error().message, "the disk is gone");
}

} // namespace
} // namespace koala
