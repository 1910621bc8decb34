#include "core/text/word_cache.h"

#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace koala {
namespace {

using Ids = std::vector<std::int32_t>;

void keep(WordCache& cache, std::string_view word, const Ids& ids)
{
    cache.keep(WordCache::keyOf(word), ids.data(), ids.size());
}

bool find(const WordCache& cache, std::string_view word, Ids& ids)
{
    return cache.find(WordCache::keyOf(word), ids);
}

TEST(WordCache, GivesTheTokensOfWordsOfEveryLength)
{
    WordCache cache;
    for (std::size_t length = 1; length <= WordCache::kLongestWord; ++length) {
        const std::string word(length, char('a' + length % 26));
        Ids ids(length % (WordCache::kMostTokens + 1), std::int32_t(1000 + length));
        keep(cache, word, ids);
        Ids found{7};
        ASSERT_TRUE(find(cache, word, found)) << length;
        ids.insert(ids.begin(), 7);
        EXPECT_EQ(found, ids) << "appended";
    }
    Ids none;
    EXPECT_FALSE(find(cache, "never seen", none));
    EXPECT_FALSE(find(cache, std::string_view("b\0", 2), none)) << "no word that ends in zeros";
    EXPECT_TRUE(none.empty());
}

TEST(WordCache, KeysAreEqualForEqualWordsOnly)
{
    const std::string text = "abcdefghijklmnopqrstuvwxyzabcdefghijkl";
    for (std::size_t length = 1; length <= WordCache::kLongestWord; ++length) {
        const auto key = WordCache::keyOf(std::string_view(text).substr(0, length));
        EXPECT_EQ(key.words, WordCache::keyOf(std::string(text.substr(0, length))).words);
        std::string other = text.substr(0, length);
        other.back() = '!';
        EXPECT_NE(key.words, WordCache::keyOf(other).words) << length;
    }
}

TEST(WordCache, DoesNotKeepLongAnswers)
{
    WordCache cache;
    keep(cache, "word", Ids(WordCache::kMostTokens + 1, 3));
    Ids none;
    EXPECT_FALSE(find(cache, "word", none));
}

// Far more words than places, from several threads: every answer is a right one.
TEST(WordCache, NeverGivesTheTokensOfAnotherWord)
{
    WordCache cache;
    constexpr std::int32_t kWords = 100'000;
    const auto work = [&](std::int32_t seed) {
        int wrong = 0;
        for (std::int32_t i = 0; i < kWords; ++i) {
            const std::int32_t number = (i * 7 + seed) % kWords;
            const std::string word = "word " + std::to_string(number);
            const Ids want(std::size_t(number % 7), number);
            if (Ids found; find(cache, word, found))
                wrong += found != want;
            else
                keep(cache, word, want);
        }
        return wrong;
    };
    std::array<int, 3> wrong{};
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < wrong.size(); ++i)
            threads.emplace_back([&, i] { wrong[i] = work(std::int32_t(i)); });
    }
    EXPECT_EQ(wrong, (std::array<int, 3>{}));
}

} // namespace
} // namespace koala
