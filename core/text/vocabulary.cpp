#include "core/text/vocabulary.h"

#include "core/base/sha256.h"

namespace koala {

bool Vocabulary::isControl(TokenId id) const
{
    return contains(id) && kinds[std::size_t(id)] == PieceKind::Control;
}

std::optional<TokenId> Vocabulary::specialId(std::string_view name) const
{
    const auto found = index.find(name);
    if (found == index.end())
        return std::nullopt;
    const PieceKind kind = kinds[std::size_t(found->second)];
    if (kind != PieceKind::Control && kind != PieceKind::UserDefined && kind != PieceKind::Unknown)
        return std::nullopt; // an ordinary piece that is spelled like one
    return found->second;
}

std::string Vocabulary::fingerprint() const
{
    Sha256 hash;
    for (const std::string& piece : pieces) {
        hash.update(piece);
        hash.update("\n");
    }
    return hash.finishHex();
}

void Vocabulary::buildIndex()
{
    index.reserve(pieces.size());
    for (std::size_t i = 0; i < pieces.size(); ++i)
        index.emplace(pieces[i], TokenId(i));
}

int byteOfPiece(std::string_view piece)
{
    if (piece.size() != 6 || !piece.starts_with("<0x") || piece.back() != '>')
        return -1;
    int value = 0;
    for (const char c : piece.substr(3, 2)) {
        const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

std::string withBlanks(std::string_view piece)
{
    std::string text;
    text.reserve(piece.size());
    for (std::size_t i = 0; i < piece.size(); ++i) {
        if (piece.substr(i).starts_with("▁")) {
            text += ' ';
            i += 2;
        } else {
            text += piece[i];
        }
    }
    return text;
}

std::string VocabularyTokenizer::bytes(TokenId id) const
{
    return m_vocabulary.contains(id) ? m_vocabulary.bytes[std::size_t(id)] : std::string();
}

std::string VocabularyTokenizer::piece(TokenId id) const
{
    return m_vocabulary.contains(id) ? m_vocabulary.pieces[std::size_t(id)] : std::string();
}

} // namespace koala
