// core/weights/model_writers.h: a SourceModel written as a Hugging Face folder or as a GGUF file,
// one tensor in memory at a time (spec 05 sections 4 and 6). EasyLM's form is in easylm_file.h.
#pragma once

#include <functional>

#include "core/base/gguf_writer.h"
#include "core/weights/hf_folder.h"
#include "core/weights/source_model.h"

namespace koala {

// Called before each tensor with how many are done of how many; false stops the writing, and what
// was begun is removed.
using WriteProgress = std::function<bool(std::size_t done, std::size_t total)>;

constexpr std::uint64_t kHfShardBytes = std::uint64_t(5) << 30;

// model.safetensors, or shards of at most `shardBytes` with their index, config.json and
// generation_config.json into `folder`, which exists. `type` is F32, F16 or BF16; rows of q and k
// come out half-split. extras.dtype is set from `type`.
Status writeHfModel(const fs::path& folder, const SourceModel& model, TensorType type,
    HfConfigExtras extras, const WriteProgress& progress = {},
    std::uint64_t shardBytes = kHfShardBytes);

// `vocabulary` is the tokeniser's metadata. Norms stay F32; matrices whose rows do not divide into
// blocks of 32 are stored as F16 instead of a block type.
Status writeGgufModel(const fs::path& path, const SourceModel& model, TensorType type,
    const std::string& name, const GgufMetadata& vocabulary, const WriteProgress& progress = {});

} // namespace koala
