// core/text/byte_bpe.h: byte-level byte pair encoding (GPT-2's kind): words are cut by the
// pre-tokeniser, their bytes are joined by rank; words met before are remembered. Out of a GGUF
// (tokenizer.ggml.model "gpt2") or a tokenizer.json.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/text/merge.h"
#include "core/text/pre_tokenizer.h"
#include "core/text/vocabulary.h"
#include "core/text/word_cache.h"

namespace koala {

class ByteBpe final : public VocabularyTokenizer {
public:
    // Pieces as files spell them (bytes as GPT-2's printable characters); merges in order of rank.
    // `what` names the file in messages.
    static Result<std::shared_ptr<const Tokenizer>> create(Vocabulary vocabulary,
        const std::vector<std::pair<std::string, std::string>>& merges, Digits digits,
        const std::string& what);

    std::vector<TokenId> encode(std::string_view text) const override;
    bool dropsLeadingBlank() const override { return false; }

private:
    ByteBpe(Vocabulary vocabulary, MergeTable merges, Digits digits);
    void addWord(
        std::string_view word, std::vector<TokenId>& symbols, std::vector<TokenId>& out) const;

    MergeTable m_merges;
    Digits m_digits;
    std::vector<TokenId> m_byteIds; // 256; -1 where the vocabulary lacks a byte
    mutable WordCache m_cache;
};

// GPT-2 spells each byte as a printable character: 'Ġ' is the blank. The table and its inverse.
std::string spellBytes(std::string_view bytes);
std::optional<std::string> unspellBytes(std::string_view spelled);

} // namespace koala
