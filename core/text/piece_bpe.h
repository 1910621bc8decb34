// core/text/piece_bpe.h: byte pair encoding over characters with "▁" for blanks and byte pieces for
// what the vocabulary lacks: sentencepiece's BPE without its library. Out of a GGUF
// (tokenizer.ggml.model "llama", joined by score) or a tokenizer.json with byte_fallback (joined by
// rank). Nothing is cut beforehand, so pieces may run over word ends.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/text/vocabulary.h"

namespace koala {

struct PieceBpeOptions {
    bool dummyPrefix = true;     // a blank is put in front of a text that is not empty
    bool collapseBlanks = false; // runs of blanks become one, outer ones go
};

class PieceBpe final : public VocabularyTokenizer {
public:
    static std::shared_ptr<const Tokenizer> byScore(
        Vocabulary vocabulary, std::vector<double> scores, const PieceBpeOptions& options);
    // `merges`: left and right spelled out, in order of rank.
    static std::shared_ptr<const Tokenizer> byRank(Vocabulary vocabulary,
        const std::vector<std::pair<std::string, std::string>>& merges,
        const PieceBpeOptions& options);

    std::vector<TokenId> encode(std::string_view text) const override;
    bool dropsLeadingBlank() const override { return m_options.dummyPrefix; }
    bool dropsAllLeadingBlanks() const override { return m_options.collapseBlanks; }

private:
    PieceBpe(Vocabulary vocabulary, const PieceBpeOptions& options);
    PieceBpeOptions m_options;
    std::vector<double> m_scores; // empty: joined by rank
    std::unordered_map<std::uint64_t, std::pair<std::int32_t, TokenId>> m_ranks;
    std::vector<TokenId> m_byteIds; // 256; -1 where absent
};

} // namespace koala
