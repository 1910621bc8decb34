// core/text/tokenizer.h: what every tokeniser does, whatever file it came from: byte-level BPE or
// BPE over pieces out of a GGUF, a tokenizer.json or a sentencepiece model (other kinds of which go
// through its library). Immutable to see after loading; any thread may use it.
//
// Text of users and data is text: encode() never turns "<|im_end|>" or "</s>" in it into a control
// token. Templates ask for control tokens by name (specialId).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/files.h"

namespace koala {

using TokenId = std::int32_t;

class Tokenizer {
public:
    virtual ~Tokenizer() = default;
    virtual std::vector<TokenId> encode(std::string_view text) const = 0;
    // The exact bytes a token adds when it is not the first of a text; control tokens give "".
    // sentencepiece's "▁" is a blank here; byte pieces give one byte.
    virtual std::string bytes(TokenId id) const = 0;
    // The piece as the vocabulary spells it, for display ("Ġthe", "▁the", "<0x0A>", "</s>").
    virtual std::string piece(TokenId id) const = 0;
    virtual std::int32_t vocabularySize() const = 0;
    virtual bool isControl(TokenId id) const = 0;
    virtual std::optional<TokenId> specialId(
        std::string_view name) const = 0; // "<|im_end|>", "</s>"
    virtual std::optional<TokenId> bosId() const = 0;
    virtual std::optional<TokenId> eosId() const = 0;
    // True where decoding drops one leading blank (sentencepiece's dummy prefix).
    virtual bool dropsLeadingBlank() const = 0;
    // True where it drops all of them (sentencepiece models that collapse blanks).
    virtual bool dropsAllLeadingBlanks() const { return false; }
    // Identity of the vocabulary: SHA-256 over its pieces, each followed by '\n'.
    virtual std::string fingerprint() const = 0;

    // What the token adds at the beginning of a text; `first` turns false once something stands
    // there.
    std::string leadingBytes(TokenId id, bool& first) const;
    // Valid UTF-8: broken bytes become U+FFFD. Control tokens are left out.
    std::string decode(const std::vector<TokenId>& ids) const;
};

// Turns tokens into text as they come: holds back an unfinished UTF-8 character.
class StreamDecoder {
public:
    explicit StreamDecoder(const Tokenizer& tokenizer) : m_tokenizer(tokenizer) {}
    std::string add(TokenId id); // the newly completed text, often ""
    std::string finish();        // what was held back, as U+FFFD

private:
    const Tokenizer& m_tokenizer;
    std::string m_pending;
    bool m_first = true;
};

// From a file or folder: *.gguf, a Hugging Face folder (tokenizer.model or tokenizer.json), or a
// sentencepiece *.model / *.spm file.
Result<std::shared_ptr<const Tokenizer>> loadTokenizer(const fs::path& path);

} // namespace koala
