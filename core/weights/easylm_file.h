// core/weights/easylm_file.h: EasyLM's streaming checkpoints and flax' msgpack files (spec 05
// sections 1 and 2), both ways. A file holds weights only: the configuration comes from the caller.
// Matrices are stored [inputs, outputs], q and k in interleaved order.
#pragma once

#include "core/weights/model_writers.h"
#include "core/weights/source_model.h"

namespace koala {

// Either file as a model. Of a train state only the parameters count.
Result<SourceModel> openEasyLm(const fs::path& path, const SourceOptions& options);

constexpr std::uint64_t kFlaxChunkBytes = std::uint64_t(1) << 30;
// A streaming file of parameters ("params::"). Refuses block types; `chunkBytes` is for tests.
Status writeEasyLm(const fs::path& path, const SourceModel& model, TensorType type,
    std::uint64_t chunkBytes = kFlaxChunkBytes, const WriteProgress& progress = {});

} // namespace koala
