// core/weights/pickled_model.h: models that torch.save wrote, through torch_archive.h: Meta's
// consolidated.*.pth with params.json, llama2.c's training checkpoints (.pt) and Hugging Face's
// pytorch_model*.bin (spec 05 sections 3 and 4).
#pragma once

#include "core/weights/source_model.h"

namespace koala {

// `path` is one .pth or .pt file, or a folder of consolidated.*.pth; params.json lies beside it, or
// options.config names one. Shards are joined as their tensors are read.
Result<SourceModel> openMetaModel(const fs::path& path, const SourceOptions& options);
// A Hugging Face folder whose weights are pytorch_model.bin, or shards with an index.
Result<SourceModel> openHfBinModel(const fs::path& folder);
// True for a folder that openMetaModel or openHfBinModel is for.
bool hasMetaShards(const fs::path& folder);
bool hasHfBin(const fs::path& folder);

} // namespace koala
