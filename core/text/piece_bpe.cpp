#include "core/text/piece_bpe.h"

#include "core/base/utf8.h"
#include "core/text/characters.h"

namespace koala {
namespace {

constexpr std::string_view kBlank = "▁";
constexpr TokenId kBlankPoint = 0x2581;

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
    Vocabulary vocabulary, const std::vector<PieceJoin>& joins, const PieceBpeOptions& options)
    : VocabularyTokenizer(std::move(vocabulary)), m_options(options), m_merges(joins.size()),
      m_mayJoin(std::size_t(256) * 256, 0), m_byteIds(256, -1)
{
    readBytes();
    nameCharacters();
    for (std::size_t before = 0; before < 256; ++before) // never cut inside a character
        for (std::size_t behind = 0x80; behind < 0xC0; ++behind)
            m_mayJoin[before << 8 | behind] = 1;
    for (const PieceJoin& join : joins) {
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
void PieceBpe::markJoin(const PieceJoin& join)
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
    KOALA_TRY(const std::vector<PieceJoin> joins, joinsByScore(vocabulary, scores, what));
    // The views in `joins` point into the pieces, which moving the vocabulary leaves in place.
    return std::shared_ptr<const Tokenizer>(new PieceBpe(std::move(vocabulary), joins, options));
}

std::shared_ptr<const Tokenizer> PieceBpe::byRank(Vocabulary vocabulary,
    const std::vector<std::pair<std::string, std::string>>& merges, const PieceBpeOptions& options)
{
    vocabulary.buildIndex();
    const std::vector<PieceJoin> joins = joinsByRank(vocabulary, merges);
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
    return id >= 0 ? id : kCharacterSymbol + point;
}

void PieceBpe::addSymbol(TokenId symbol, std::size_t before, std::vector<TokenId>& out) const
{
    if (symbol < kCharacterSymbol)
        return out.push_back(symbol);
    forBytes(symbol - kCharacterSymbol, [&](TokenId byte) {
        if (const TokenId id = m_byteIds[std::size_t(byte)]; id >= 0)
            out.push_back(id);
        else if (m_vocabulary.unknown &&
                 (out.size() == before || out.back() != *m_vocabulary.unknown))
            out.push_back(*m_vocabulary.unknown);
    });
}

} // namespace koala
