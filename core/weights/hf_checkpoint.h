// core/weights/hf_checkpoint.h: openCheckpoint's half for Hugging Face folders (spec 05 section 4):
// config.json beside model.safetensors, or shards named by model.safetensors.index.json.
#pragma once

#include "core/weights/checkpoint.h"

namespace koala {

Result<std::shared_ptr<const Checkpoint>> openHfCheckpoint(const fs::path& folder);
// The safetensors files of a folder that make up its model, in name order.
Result<std::vector<fs::path>> hfWeightFiles(const fs::path& folder);

} // namespace koala
