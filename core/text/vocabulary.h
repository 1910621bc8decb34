// core/text/vocabulary.h: the pieces of a tokeniser with their kinds: what all our own tokenisers
// share. Built once by a loader, then read-only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/text/tokenizer.h"

namespace koala {

// The numbers are those of sentencepiece and GGUF.
enum class PieceKind : std::uint8_t { Normal = 1, Unknown, Control, UserDefined, Unused, Byte };

struct TransparentHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const
    {
        return std::hash<std::string_view>{}(text);
    }
};
using PieceIndex = std::unordered_map<std::string, TokenId, TransparentHash, std::equal_to<>>;

struct Vocabulary {
    std::vector<std::string> pieces; // as spelled
    std::vector<PieceKind> kinds;
    std::vector<std::string> bytes; // what each adds to a text; "" for control pieces
    PieceIndex index;               // by spelling; the first of equal ones
    std::optional<TokenId> bos;
    std::optional<TokenId> eos;
    std::optional<TokenId> unknown;

    bool contains(TokenId id) const { return id >= 0 && std::size_t(id) < pieces.size(); }
    bool isControl(TokenId id) const;
    std::optional<TokenId> specialId(std::string_view name) const;
    std::string fingerprint() const;
    void buildIndex();
};

// "<0x0A>" -> 10; -1 for any other piece.
int byteOfPiece(std::string_view piece);
// "▁the" -> " the".
std::string withBlanks(std::string_view piece);

// The part of a Tokenizer that is the same for all of ours.
class VocabularyTokenizer : public Tokenizer {
public:
    std::string bytes(TokenId id) const override;
    std::string piece(TokenId id) const override;
    std::int32_t vocabularySize() const override
    {
        return std::int32_t(m_vocabulary.pieces.size());
    }
    bool isControl(TokenId id) const override { return m_vocabulary.isControl(id); }
    std::optional<TokenId> specialId(std::string_view name) const override
    {
        return m_vocabulary.specialId(name);
    }
    std::optional<TokenId> bosId() const override { return m_vocabulary.bos; }
    std::optional<TokenId> eosId() const override { return m_vocabulary.eos; }
    std::string fingerprint() const override { return m_fingerprint; }

protected:
    explicit VocabularyTokenizer(Vocabulary vocabulary)
        : m_vocabulary(std::move(vocabulary)), m_fingerprint(m_vocabulary.fingerprint())
    {
    }
    Vocabulary m_vocabulary;

private:
    std::string m_fingerprint;
};

} // namespace koala
