#include "core/text/piece_bpe.h"

#include <cmath>
#include <limits>
#include <map>

#include "core/base/utf8.h"

namespace koala {
namespace {

constexpr std::string_view kBlank = "▁";
constexpr TokenId kBlankPoint = 0x2581;
// A character without a piece of its own is the symbol kCharacter + its code point.
constexpr TokenId kCharacter = TokenId(1) << 30;

unsigned char byteAt(std::string_view text, std::size_t at)
{
    return static_cast<unsigned char>(text[at]);
}

std::size_t characterBytes(char first)
{
    const auto byte = static_cast<unsigned char>(first);
    return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

// The code point at the front of valid UTF-8.
TokenId pointOf(std::string_view text)
{
    const auto rest = [&](std::size_t i) { return TokenId(byteAt(text, i) & 0x3F); };
    const TokenId first = byteAt(text, 0);
    switch (characterBytes(text.front())) {
    case 1:
        return first;
    case 2:
        return (first & 0x1F) << 6 | rest(1);
    case 3:
        return (first & 0x0F) << 12 | rest(1) << 6 | rest(2);
    default:
        return (first & 0x07) << 18 | rest(1) << 12 | rest(2) << 6 | rest(3);
    }
}

// Calls `each` with every byte of the character.
template <typename Each>
void forBytes(TokenId point, const Each& each)
{
    const auto rest = [&](int shift) { each(0x80 | (point >> shift & 0x3F)); };
    if (point < 0x80)
        return each(point);
    if (point < 0x800) {
        each(0xC0 | point >> 6);
    } else if (point < 0x10000) {
        each(0xE0 | point >> 12);
        rest(6);
    } else {
        each(0xF0 | point >> 18);
        rest(12);
        rest(6);
    }
    rest(0);
}

bool isMatched(const Vocabulary& vocabulary, TokenId id)
{
    const PieceKind kind = vocabulary.kinds[std::size_t(id)];
    return kind == PieceKind::Normal || kind == PieceKind::UserDefined;
}

// The symbol that is spelled so; -1: none ever is.
TokenId symbolOf(const Vocabulary& vocabulary, std::string_view spelled)
{
    const auto found = vocabulary.index.find(spelled);
    if (found != vocabulary.index.end() && isMatched(vocabulary, found->second))
        return found->second;
    return spelled.size() == characterBytes(spelled.front()) ? kCharacter + pointOf(spelled) : -1;
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

std::string collapsed(std::string_view text)
{
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    std::string out;
    out.reserve(text.size());
    for (const char c : text)
        if (c != ' ' || out.back() != ' ')
            out += c;
    return out;
}

} // namespace

PieceBpe::PieceBpe(
    Vocabulary vocabulary, const std::vector<Join>& joins, const PieceBpeOptions& options)
    : VocabularyTokenizer(std::move(vocabulary)), m_options(options), m_merges(joins.size()),
      m_mayJoin(std::size_t(256) * 256, 0), m_byteIds(256, -1)
{
    readBytes();
    nameCharacters();
    for (std::size_t before = 0; before < 256; ++before) // never cut inside a character
        for (std::size_t behind = 0x80; behind < 0xC0; ++behind)
            m_mayJoin[before << 8 | behind] = 1;
    for (const Join& join : joins) {
        m_merges.add(join.left, join.right, join.merge);
        markJoin(join);
    }
}

void PieceBpe::readBytes()
{
    m_vocabulary.bytes.resize(m_vocabulary.pieces.size());
    for (std::size_t i = 0; i < m_vocabulary.pieces.size(); ++i) {
        const std::string& piece = m_vocabulary.pieces[i];
        const int byte = byteOfPiece(piece);
        switch (m_vocabulary.kinds[i]) {
        case PieceKind::Control:
            break;
        case PieceKind::Unknown:
            m_vocabulary.bytes[i] = " \xE2\x81\x87 "; // as sentencepiece shows it
            break;
        case PieceKind::Byte:
            if (byte >= 0) {
                m_vocabulary.bytes[i] = std::string(1, char(byte));
                m_byteIds[std::size_t(byte)] = TokenId(i);
            }
            break;
        default:
            m_vocabulary.bytes[i] = withBlanks(piece);
        }
    }
}

void PieceBpe::nameCharacters()
{
    for (const auto& [piece, id] : m_vocabulary.index) {
        if (piece.empty() || piece.size() != characterBytes(piece.front()) ||
            !isMatched(m_vocabulary, id) || !isValidUtf8(piece))
            continue;
        const auto point = std::size_t(pointOf(piece));
        if (point >= m_characters.size())
            m_characters.resize(point + 1, -1);
        m_characters[point] = id;
    }
}

// A blank of a text is "▁" in the pieces, and "▁" in a text is the same.
void PieceBpe::markJoin(const Join& join)
{
    const std::string_view left = join.piece.substr(0, join.leftBytes);
    const std::string_view right = join.piece.substr(join.leftBytes);
    const auto mark = [&](unsigned char before, unsigned char behind) {
        m_mayJoin[std::size_t(before) << 8 | behind] = 1;
    };
    const unsigned char before = byteAt(left, left.size() - 1);
    const unsigned char behind = byteAt(right, 0);
    mark(before, behind);
    if (left.ends_with(kBlank))
        mark(' ', behind);
    if (right.starts_with(kBlank))
        mark(before, ' ');
    if (left.ends_with(kBlank) && right.starts_with(kBlank))
        mark(' ', ' ');
}

Result<std::shared_ptr<const Tokenizer>> PieceBpe::byScore(Vocabulary vocabulary,
    const std::vector<double>& scores, const PieceBpeOptions& options, const std::string& what)
{
    vocabulary.buildIndex();
    const std::vector<std::uint32_t> ranks = ranksOf(scores);
    std::vector<Join> joins;
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
    // The views in `joins` point into the pieces, which moving the vocabulary leaves in place.
    return std::shared_ptr<const Tokenizer>(new PieceBpe(std::move(vocabulary), joins, options));
}

std::shared_ptr<const Tokenizer> PieceBpe::byRank(Vocabulary vocabulary,
    const std::vector<std::pair<std::string, std::string>>& merges, const PieceBpeOptions& options)
{
    vocabulary.buildIndex();
    const PieceIndex& index = vocabulary.index;
    std::vector<Join> joins;
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
    return std::shared_ptr<const Tokenizer>(new PieceBpe(std::move(vocabulary), joins, options));
}

bool PieceBpe::mayJoin(std::string_view text, std::size_t at) const
{
    return m_mayJoin[std::size_t(byteAt(text, at - 1)) << 8 | byteAt(text, at)] != 0;
}

std::vector<TokenId> PieceBpe::encode(std::string_view given) const
{
    std::string text;
    if (m_options.dummyPrefix)
        text += ' ';
    if (m_options.collapseBlanks)
        text += collapsed(isValidUtf8(given) ? given : toValidUtf8(given));
    else if (isValidUtf8(given))
        text += given;
    else
        text += toValidUtf8(given);
    std::vector<TokenId> ids;
    if (text.size() == (m_options.dummyPrefix ? 1 : 0))
        return ids;
    ids.reserve(text.size() / 3 + 1);
    std::vector<TokenId> symbols;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at + 1;
        while (end < text.size() && mayJoin(text, end))
            ++end;
        addPart(std::string_view(text).substr(at, end - at), symbols, ids);
        at = end;
    }
    return ids;
}

void PieceBpe::addPart(
    std::string_view part, std::vector<TokenId>& symbols, std::vector<TokenId>& out) const
{
    const std::size_t before = out.size();
    const bool mayBeKnown = part.size() <= WordCache::kLongestWord;
    WordCache::Key key;
    if (mayBeKnown)
        key = WordCache::keyOf(part);
    if (!mayBeKnown || !m_cache.find(key, out)) {
        symbols.clear();
        for (std::size_t at = 0; at < part.size(); at += characterBytes(part[at]))
            symbols.push_back(characterSymbol(part.substr(at)));
        mergeSymbols(symbols, m_merges);
        for (const TokenId symbol : symbols)
            addSymbol(symbol, before, out);
        if (mayBeKnown)
            m_cache.keep(key, out.data() + before, out.size() - before);
    }
    // Neighbours without any piece are one unknown, on both sides of a cut too.
    if (before > 0 && out.size() > before && out[before] == out[before - 1] &&
        m_vocabulary.unknown == out[before])
        out.erase(out.begin() + std::ptrdiff_t(before));
}

TokenId PieceBpe::characterSymbol(std::string_view text) const
{
    const TokenId point = text.front() == ' ' ? kBlankPoint : pointOf(text);
    const TokenId id =
        std::size_t(point) < m_characters.size() ? m_characters[std::size_t(point)] : -1;
    return id >= 0 ? id : kCharacter + point;
}

void PieceBpe::addSymbol(TokenId symbol, std::size_t before, std::vector<TokenId>& out) const
{
    if (symbol < kCharacter)
        return out.push_back(symbol);
    forBytes(symbol - kCharacter, [&](TokenId byte) {
        if (const TokenId id = m_byteIds[std::size_t(byte)]; id >= 0)
            out.push_back(id);
        else if (m_vocabulary.unknown &&
                 (out.size() == before || out.back() != *m_vocabulary.unknown))
            out.push_back(*m_vocabulary.unknown);
    });
}

} // namespace koala
