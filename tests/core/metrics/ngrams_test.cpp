#include "core/metrics/ngrams.h"

#include <gtest/gtest.h>

namespace koala {
namespace {

std::vector<std::string> wordsOf(std::string_view text)
{
    std::vector<Word> words;
    splitWords(text, words);
    std::vector<std::string> list;
    for (const Word& word : words)
        list.emplace_back(text.substr(word.begin, word.end - word.begin));
    return list;
}

std::vector<std::uint64_t> hashesOf(std::string_view text)
{
    std::vector<Word> words;
    splitWords(text, words);
    std::vector<std::uint64_t> hashes;
    for (const Word& word : words)
        hashes.push_back(word.hash);
    return hashes;
}

std::vector<std::uint32_t> overlap(const NgramOverlap& index, std::string_view text)
{
    std::vector<Word> words;
    splitWords(text, words);
    return index.find(words);
}

TEST(NormalText, FoldsCaseFormsAndBlanks)
{
    EXPECT_EQ(normalText("  Ｆｉｎｅ\t\n STRASSE\u3000x "), "fine strasse x");
    EXPECT_EQ(normalText("e\u0301"), "\u00e9"); // composed
    EXPECT_EQ(normalText("\u2167"), "viii");
    EXPECT_EQ(normalText(""), "");
    EXPECT_EQ(normalText("\u00a0\u2003"), "");
}

TEST(NormalText, LeavesOutWhatIsAskedFor)
{
    EXPECT_EQ(normalText("Café à la crème", {.dropAccents = true}), "cafe a la creme");
    EXPECT_EQ(normalText("Well, no. 5 \u2014 yes!", {.dropPunctuation = true}), "well no 5 yes");
    EXPECT_EQ(normalText("in 2023 or \u0662 days", {.dropNumbers = true}), "in or days");
    EXPECT_EQ(normalText("As It Is", {.lower = false}), "As It Is");
}

TEST(SplitWords, TakesRunsOfLettersAndSingleIdeographs)
{
    EXPECT_EQ(wordsOf("Don't stop, 2nd  time."),
        (std::vector<std::string>{"Don", "t", "stop", "2nd", "time"}));
    EXPECT_EQ(wordsOf("考拉 lives in 澳洲"),
        (std::vector<std::string>{"考", "拉", "lives", "in", "澳", "洲"}));
    EXPECT_EQ(wordsOf("?! \u2028"), std::vector<std::string>{});
}

TEST(SplitWords, SeesEqualWordsThroughFormsAndZeroWidthCharacters)
{
    EXPECT_EQ(hashesOf("Fine CAFÉ"), hashesOf("\uff26\uff49\uff4e\uff45, cafe\u0301!"));
    EXPECT_EQ(hashesOf("koala"), hashesOf("ko\u200bala"));
    EXPECT_NE(hashesOf("koala"), hashesOf("koalas"));
}

TEST(HashNgrams, GivesEqualRunsEqualHashesWhereverTheyStand)
{
    std::vector<Word> words;
    std::vector<std::uint64_t> hashes;
    splitWords("x a b c y a b c", words);
    hashNgrams(words, 3, hashes);
    ASSERT_EQ(hashes.size(), 6u);
    EXPECT_EQ(hashes[1], hashes[5]);
    EXPECT_EQ(std::set<std::uint64_t>(hashes.begin(), hashes.end()).size(), 5u);
    hashNgrams(words, 9, hashes);
    EXPECT_TRUE(hashes.empty());
}

TEST(CommonSpans, CoverTheWordsThatBothTextsShareInARow)
{
    const std::string left = "Well: the quick brown fox jumps far. The end";
    const std::string right = "The QUICK brown fox jumps? No end";
    const CommonSpans spans = commonSpans(left, right, 3);
    ASSERT_EQ(spans.left.size(), 1u);
    ASSERT_EQ(spans.right.size(), 1u);
    const ByteSpan l = spans.left[0];
    const ByteSpan r = spans.right[0];
    EXPECT_EQ(left.substr(l.begin, l.end - l.begin), "the quick brown fox jumps");
    EXPECT_EQ(right.substr(r.begin, r.end - r.begin), "The QUICK brown fox jumps");
    EXPECT_TRUE(commonSpans("abc", "", 3).left.empty());
}

TEST(DistinctNgrams, CountsAsByHand)
{
    DistinctNgrams counted;
    std::vector<Word> words;
    splitWords("a b a b", words);
    counted.add(words);
    EXPECT_EQ(counted.total(1), 4u);
    EXPECT_EQ(counted.different(1), 2u);
    EXPECT_EQ(counted.different(2), 2u); // ab ba
    EXPECT_EQ(counted.different(3), 2u); // aba bab
    EXPECT_DOUBLE_EQ(counted.share(2), 2.0 / 3.0);
    DistinctNgrams other;
    splitWords("b a c", words);
    other.add(words);
    counted.add(other);
    EXPECT_EQ(counted.different(1), 3u);
    EXPECT_EQ(counted.total(1), 7u);
    EXPECT_EQ(DistinctNgrams().share(1), 0.0);
}

TEST(NgramOverlap, FindsRunsOfALongPromptAndTheWholeOfAShortOne)
{
    const std::vector<std::string> prompts = {
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen", // 14
        "alpha beta gamma delta epsilon zeta eta theta iota",                               // 9
        "Tell me a joke", "???"};
    const NgramOverlap index(prompts, 13);
    EXPECT_EQ(
        overlap(index, "so: two three four five six seven eight nine ten eleven twelve thirteen "
                       "fourteen!"),
        std::vector<std::uint32_t>{0});
    EXPECT_TRUE(
        overlap(index, "three four five six seven eight nine ten eleven twelve thirteen").empty());
    EXPECT_EQ(overlap(index, "x Alpha beta, gamma delta epsilon zeta eta theta iota y"),
        std::vector<std::uint32_t>{1});
    EXPECT_EQ(overlap(index, "tell me a joke."), std::vector<std::uint32_t>{2});
    EXPECT_TRUE(overlap(index, "please tell me a joke about koalas").empty());
    EXPECT_TRUE(overlap(index, "").empty());
}

} // namespace
} // namespace koala
