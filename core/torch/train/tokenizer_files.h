// core/torch/train/tokenizer_files.h: the tokeniser beside the weights of a Hugging Face folder:
// copied from a folder, or written as tokenizer.json from a GGUF's byte-level BPE; and the chat
// template.
#pragma once

#include "core/base/files.h"
#include "core/text/chat_template.h"

namespace koala {

// `model` is the base: a GGUF file or a Hugging Face folder.
Status writeTokenizerFiles(const fs::path& model, TemplateId chatTemplate, const fs::path& folder);

} // namespace koala
