// core/text/gguf_vocabulary.h: a model's tokeniser as the metadata that a GGUF file carries
// (tokenizer.ggml.*, spec 05 section 6). The inverse of bpeFromGguf().
#pragma once

#include "core/base/gguf_writer.h"

namespace koala {

// `model` is a GGUF, whose own keys are taken over, a folder with tokenizer.model or
// tokenizer.json, or a tokenizer.model.
Result<GgufMetadata> ggufVocabularyOf(const fs::path& model);

} // namespace koala
