#include "ui/services/token_blocks.h"

#include <gtest/gtest.h>

namespace koala {
namespace {

TEST(TokenBlocks, ClosingTokensStayWithTheirTurnAndOpeningOnesLeadToTheNext)
{
    // <start> user Hi <end> \n <start> assistant Yes <end> \n, of which the words are turns.
    const std::vector<TokenPlace> chat{{-1, true}, {0, false}, {0, false}, {-1, true}, {-1, false},
        {-1, true}, {-1, false}, {1, false}, {-1, true}, {-1, false}};
    EXPECT_EQ(tokenBlocks(chat), (std::vector<int>{1, 1, 1, 1, 1, 2, 2, 2, 2, 2}));
    EXPECT_TRUE(tokenBlocks({}).empty());
}

TEST(TokenBlocks, WordsOfTheTemplateLeadToTheTurnBehindThem)
{
    const std::vector<TokenPlace> koala{
        {-1, false}, {-1, false}, {0, false}, {-1, false}, {1, false}, {1, true}};
    EXPECT_EQ(tokenBlocks(koala), (std::vector<int>{1, 1, 1, 2, 2, 2}));
    EXPECT_EQ(tokenBlocks(std::vector<TokenPlace>(2)), (std::vector<int>{0, 0}));
}

} // namespace
} // namespace koala
