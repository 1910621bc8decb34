// core/text/sentencepiece_model.h: the facts of a sentencepiece model file, read without the
// library (spec 05 section 7), so that a broken file gives a message instead of reaching the
// library, which trusts what it is given. Private to core/text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/text/vocabulary.h"

namespace koala {

struct SentencePieceModel {
    Vocabulary vocabulary;
    std::vector<double> scores;
    std::int64_t modelType = 1; // 1 unigram, 2 bpe, 3 word, 4 char
    bool byteFallback = false;
    bool dummyPrefix = true;
    bool removeExtraWhitespace = true;
    bool escapesBlanks = true;
    bool blankAsSuffix = false;
    std::string charsMap;

    // True where PieceBpe gives the library's ids for every text: byte pair encoding with bytes for
    // what has no piece, texts taken as they are, and only pieces that take part as every other.
    bool isPlainBpe() const;
};

// Checks everything that the library relies on; `what` names the file in messages.
Result<SentencePieceModel> parseSentencePieceModel(std::string_view bytes, const std::string& what);

} // namespace koala
