// core/text/piece_bpe.h: byte pair encoding over characters with "▁" for blanks and byte pieces for
// what the vocabulary lacks: sentencepiece's BPE without its library. Out of a sentencepiece model,
// a GGUF (tokenizer.ggml.model "llama"), both joined by score, or a tokenizer.json with
// byte_fallback (joined by rank).
//
// Pieces may run over word ends, so a text is cut only between two bytes that no join of the
// vocabulary brings together: no token reaches over such a place. What lies between two cuts is
// remembered.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/text/piece_joins.h"
#include "core/text/vocabulary.h"
#include "core/text/word_cache.h"

namespace koala {

struct PieceBpeOptions {
    bool dummyPrefix = true;     // a blank is put in front of a text that is not empty
    bool collapseBlanks = false; // runs of blanks become one, outer ones go
};

class PieceBpe final : public VocabularyTokenizer {
public:
    // `what` names the file in messages: pieces longer than kLongestPiece are refused.
    static Result<std::shared_ptr<const Tokenizer>> byScore(Vocabulary vocabulary,
        const std::vector<double>& scores, const PieceBpeOptions& options, const std::string& what);
    // `merges`: left and right spelled out, in order of rank.
    static std::shared_ptr<const Tokenizer> byRank(Vocabulary vocabulary,
        const std::vector<std::pair<std::string, std::string>>& merges,
        const PieceBpeOptions& options);

    std::vector<TokenId> encode(std::string_view text) const override;
    bool dropsLeadingBlank() const override { return m_options.dummyPrefix; }
    bool dropsAllLeadingBlanks() const override { return m_options.collapseBlanks; }

private:
    PieceBpe(
        Vocabulary vocabulary, const std::vector<PieceJoin>& joins, const PieceBpeOptions& options);
    void nameCharacters();
    void readBytes();
    void markJoin(const PieceJoin& join);
    bool mayJoin(std::string_view text, std::size_t at) const;
    void addPart(
        std::string_view part, std::vector<TokenId>& symbols, std::vector<TokenId>& out) const;
    TokenId characterSymbol(std::string_view text) const;
    void addSymbol(TokenId symbol, std::size_t before, std::vector<TokenId>& out) const;

    PieceBpeOptions m_options;
    MergeTable m_merges;
    std::vector<std::uint8_t> m_mayJoin; // [last byte before a place][first byte behind it]
    std::vector<TokenId> m_characters;   // by code point; shorter than that: no piece
    std::vector<TokenId> m_byteIds;      // 256; -1 where absent
    mutable WordCache m_cache;
};

} // namespace koala
