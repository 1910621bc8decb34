// core/text/sentencepiece_tokenizer.h: a sentencepiece *.model or *.spm file, encoded by PieceBpe
// where that gives the same ids (LLaMA's kind), else by its own library.
#pragma once

#include <memory>

#include "core/text/tokenizer.h"

namespace koala {

Result<std::shared_ptr<const Tokenizer>> loadSentencePiece(const fs::path& path);

} // namespace koala
