// core/text/tokenizer_files.h: the tokeniser beside the weights of a Hugging Face folder: copied,
// or written as tokenizer.json from a GGUF's byte-level BPE; and the chat template.
#pragma once

#include <optional>

#include "core/base/files.h"
#include "core/text/chat_template.h"

namespace koala {

// `model` is where the tokeniser lies: a GGUF file, a Hugging Face folder, or a sentencepiece
// model (tokenizer.model). Without a template the model's own stays.
Status writeTokenizerFiles(
    const fs::path& model, std::optional<TemplateId> chatTemplate, const fs::path& folder);

} // namespace koala
