// core/text/piece_joins.h: which neighbours become which piece in a vocabulary of "▁" pieces.
// Private to core/text.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/text/merge.h"
#include "core/text/vocabulary.h"

namespace koala {

// A character without a piece of its own is the symbol kCharacterSymbol + its code point.
inline constexpr TokenId kCharacterSymbol = TokenId(1) << 30;
inline constexpr std::size_t kLongestPiece = 256; // bytes

struct PieceJoin {
    TokenId left;
    TokenId right;
    Merge merge;
    std::string_view piece; // of the vocabulary
    std::size_t leftBytes;
};

// Texts are only matched by ordinary and user-defined pieces.
bool isMatched(const Vocabulary& vocabulary, TokenId id);

// Every cut of every piece into two symbols; the better the score, the earlier. The vocabulary has
// its index. `what` names the file in messages: pieces longer than kLongestPiece are refused.
Result<std::vector<PieceJoin>> joinsByScore(
    const Vocabulary& vocabulary, const std::vector<double>& scores, const std::string& what);

// `merges`: left and right spelled out, in order of rank.
std::vector<PieceJoin> joinsByRank(
    const Vocabulary& vocabulary, const std::vector<std::pair<std::string, std::string>>& merges);

} // namespace koala
