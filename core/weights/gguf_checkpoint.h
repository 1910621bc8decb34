// core/weights/gguf_checkpoint.h: openCheckpoint's half for GGUF files (spec 05 section 6).
#pragma once

#include "core/base/gguf_header.h"
#include "core/base/mapped_file.h"
#include "core/weights/checkpoint.h"

namespace koala {

Result<std::shared_ptr<const Checkpoint>> openGgufCheckpoint(const fs::path& path);
// The model's configuration out of the llama.* keys; vocabulary from the embedding's shape.
Result<ModelConfig> configFromGguf(const GgufHeader& header, std::string_view what);

} // namespace koala
