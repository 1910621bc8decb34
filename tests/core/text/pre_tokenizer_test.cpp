#include "core/text/pre_tokenizer.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace koala {
namespace {

using Words = std::vector<std::string>;

Words words(std::string_view text, Digits digits)
{
    Words cut;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = wordEnd(text, at, digits);
        cut.emplace_back(text.substr(at, end - at));
        at = end;
    }
    return cut;
}

TEST(PreTokenizer, CutsAsThePatternOfGpt2)
{
    const auto cut = [](std::string_view text) { return words(text, Digits::Together); };
    EXPECT_EQ(cut("Hello, world!"), (Words{"Hello", ",", " world", "!"}));
    EXPECT_EQ(cut("we'll it's 'tis"), (Words{"we", "'ll", " it", "'s", " '", "tis"}));
    EXPECT_EQ(cut("'sun"), (Words{"'s", "un"}));
    EXPECT_EQ(cut("a  b"), (Words{"a", " ", " b"}));
    EXPECT_EQ(cut("a   "), (Words{"a", "   "}));
    EXPECT_EQ(cut("a\n\nb"), (Words{"a", "\n", "\n", "b"}));
    EXPECT_EQ(cut("a\u00a0\u3000b"), (Words{"a", "\u00a0", "\u3000", "b"}));
    EXPECT_EQ(cut("x 12½"), (Words{"x", " 12½"}));
    EXPECT_EQ(cut("考拉 🐨🐨e\u0301"), (Words{"考拉", " 🐨🐨", "e", "\u0301"}));
}

TEST(PreTokenizer, CutsEachNumberApartBeforeTheRest)
{
    const auto cut = [](std::string_view text) { return words(text, Digits::Apart); };
    EXPECT_EQ(cut("in 2023."), (Words{"in", " ", "2", "0", "2", "3", "."}));
    EXPECT_EQ(cut("a  1"), (Words{"a", "  ", "1"})) << "a part ends at a number";
    EXPECT_EQ(cut("a  b"), (Words{"a", " ", " b"}));
    EXPECT_EQ(cut("½x٣"), (Words{"½", "x", "٣"}));
    EXPECT_EQ(cut(" 1"), (Words{" ", "1"}));
}

} // namespace
} // namespace koala
