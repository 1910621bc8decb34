#include "core/text/piece_joins.h"

#include <cmath>
#include <limits>
#include <map>

#include "core/base/utf8.h"
#include "core/text/characters.h"

namespace koala {
namespace {

// The symbol that is spelled so; -1: none ever is.
TokenId symbolOf(const Vocabulary& vocabulary, std::string_view spelled)
{
    const auto found = vocabulary.index.find(spelled);
    if (found != vocabulary.index.end() && isMatched(vocabulary, found->second))
        return found->second;
    return spelled.size() == characterBytes(spelled.front()) ? kCharacterSymbol + pointOf(spelled)
                                                             : -1;
}

// The better the score, the smaller the rank; equal ones share it.
std::vector<std::uint32_t> ranksOf(const std::vector<double>& scores)
{
    const auto key = [](double score) {
        return std::isnan(score) ? std::numeric_limits<double>::infinity() : -score;
    };
    std::map<double, std::uint32_t> places;
    for (const double score : scores)
        places.emplace(key(score), 0);
    std::uint32_t next = 0;
    for (auto& [score, place] : places)
        place = next++;
    std::vector<std::uint32_t> ranks;
    ranks.reserve(scores.size());
    for (const double score : scores)
        ranks.push_back(places.at(key(score)));
    return ranks;
}

} // namespace

bool isMatched(const Vocabulary& vocabulary, TokenId id)
{
    const PieceKind kind = vocabulary.kinds[std::size_t(id)];
    return kind == PieceKind::Normal || kind == PieceKind::UserDefined;
}

Result<std::vector<PieceJoin>> joinsByScore(
    const Vocabulary& vocabulary, const std::vector<double>& scores, const std::string& what)
{
    const std::vector<std::uint32_t> ranks = ranksOf(scores);
    std::vector<PieceJoin> joins;
    for (std::size_t i = 0; i < vocabulary.pieces.size(); ++i) {
        const std::string_view piece = vocabulary.pieces[i];
        if (!isMatched(vocabulary, TokenId(i)) ||
            vocabulary.index.find(piece)->second != TokenId(i))
            continue;
        if (piece.size() > kLongestPiece)
            return invalidInput(fmt::format(
                "{}: the piece {} has {} bytes, the longest that are known have {}; use another "
                "file of this vocabulary",
                what, i, piece.size(), kLongestPiece));
        if (!isValidUtf8(piece))
            continue; // no text holds it
        for (std::size_t at = 0; at < piece.size();) {
            at += characterBytes(piece[at]);
            if (at >= piece.size())
                break;
            const TokenId left = symbolOf(vocabulary, piece.substr(0, at));
            const TokenId right = symbolOf(vocabulary, piece.substr(at));
            if (left >= 0 && right >= 0)
                joins.push_back({left, right, {ranks[i], TokenId(i)}, piece, at});
        }
    }
    return joins;
}

std::vector<PieceJoin> joinsByRank(
    const Vocabulary& vocabulary, const std::vector<std::pair<std::string, std::string>>& merges)
{
    const PieceIndex& index = vocabulary.index;
    std::vector<PieceJoin> joins;
    for (std::size_t rank = 0; rank < merges.size(); ++rank) {
        const auto& [first, second] = merges[rank];
        const auto left = index.find(first);
        const auto right = index.find(second);
        const auto both = index.find(first + second);
        if (left != index.end() && right != index.end() && both != index.end() && !first.empty() &&
            !second.empty())
            joins.push_back({left->second, right->second, {std::uint32_t(rank), both->second},
                both->first, first.size()});
    }
    return joins;
}

} // namespace koala
