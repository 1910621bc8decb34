// core/text/tokenizer_sources.h: vocabularies as model files hold them: the metadata of a GGUF, and
// tokenizer.json of Hugging Face. Used by loadTokenizer and by the export of checkpoints.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/gguf_header.h"
#include "core/base/json.h"
#include "core/text/byte_bpe.h"
#include "core/text/piece_bpe.h"

namespace koala {

struct BpeSource {
    enum class Form { ByteLevel, PieceByScore, PieceByRank } form = Form::ByteLevel;
    Vocabulary vocabulary;
    std::vector<double> scores;                              // PieceByScore
    std::vector<std::pair<std::string, std::string>> merges; // the other forms
    Digits digits = Digits::Together;
    PieceBpeOptions pieceOptions;
};

// `what` names the file in messages, which say what is missing or not known.
Result<BpeSource> bpeFromGguf(const GgufHeader& header, const std::string& what);
Result<BpeSource> bpeFromTokenizerJson(const Json& json, const std::string& what);
// bos and eos, as tokenizer_config.json or special_tokens_map.json in `folder` name them.
Status nameSpecialTokens(Vocabulary& vocabulary, const fs::path& folder);
Result<std::shared_ptr<const Tokenizer>> makeTokenizer(BpeSource source, const std::string& what);

} // namespace koala
