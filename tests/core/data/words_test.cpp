#include "core/data/words.h"

#include <gtest/gtest.h>

namespace koala {
namespace {

std::string folded(std::string_view text)
{
    std::string out;
    appendFolded(out, text);
    return out;
}

std::string terms(std::string_view text)
{
    TermCollector collector;
    collector.add(folded(text));
    return collector.joined();
}

bool finds(std::string_view typed, std::string_view text)
{
    const auto parsed = parseWords(typed);
    EXPECT_TRUE(parsed.ok()) << typed;
    const std::string inside = folded(text);
    return std::ranges::all_of(*parsed,
        [&](const WordTerm& term) { return inside.find(term.inText) != std::string::npos; });
}

TEST(Words, AreFoldedInCaseAndAccents)
{
    EXPECT_EQ(folded("The Café, THE café"), " the cafe the cafe ");
    EXPECT_EQ(folded("cafe\u0301"), " cafe ") << "the accent as a character of its own";
    EXPECT_EQ(folded("Ёлка и ёж"), " елка и еж ");
    EXPECT_EQ(folded("한국어 공부"), " 한국어 공부 ");
    EXPECT_EQ(folded("हिन्दी भाषा"), " हिन्दी भाषा ") << "vowel signs belong to the word";
    EXPECT_EQ(folded("... !!"), " ");
}

TEST(Words, TextWithoutBlanksIsFoundAtAnyPlace)
{
    EXPECT_EQ(folded("学习AI技术"), " 学习 ai 技术 ");
    EXPECT_EQ(terms("人工智"), "人 工 人工 智 工智 ");
    EXPECT_TRUE(finds("工智", "人工智能"));
    EXPECT_FALSE(finds("工能", "人工智能"));
    EXPECT_TRUE(finds("ไทย", "ภาษาไทยง่าย"));
}

TEST(Words, EachTermIsGivenOnceHoweverManyThereAre)
{
    std::string text;
    for (int round = 0; round < 2; ++round)
        for (int i = 0; i < 5000; ++i)
            text += fmt::format("w{} ", i);
    const std::string joined = terms(text);
    EXPECT_EQ(std::ranges::count(joined, ' '), 5000);
}

TEST(Words, LongWordsCountByTheirBeginning)
{
    const std::string word(1'000'000, 'x');
    EXPECT_LE(folded(word).size(), 66u);
    EXPECT_TRUE(finds(word, "a " + word + " b"));
}

TEST(Words, PhrasesAndPrefixesAreTold)
{
    EXPECT_TRUE(finds("\"red panda\"", "The red, panda!"));
    EXPECT_FALSE(finds("\"red panda\"", "The panda is red"));
    EXPECT_TRUE(finds("panda red", "The panda is red"));
    EXPECT_TRUE(finds("pan*", "The panda"));
    EXPECT_FALSE(finds("pan", "The panda"));
    EXPECT_FALSE(finds("anda*", "The panda"));
    EXPECT_EQ(matchExpression(*parseWords("Pan* \"a b\"")), "\"pan\"* AND \"a\" AND \"b\"");
    EXPECT_FALSE(parseWords("\"red panda").ok());
    EXPECT_FALSE(parseWords("!! ?").ok());
}

} // namespace
} // namespace koala
