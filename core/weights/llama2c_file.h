// core/weights/llama2c_file.h: the .bin files of llama2.c in its three versions: fp32 without and
// with a header, and int8 in groups. A file is weights in a fixed order, so its size must be
// exactly what its seven numbers ask for.
#pragma once

#include "core/weights/source_model.h"

namespace koala {

bool looksLikeLlama2c(std::span<const std::byte> file);
// Rows of q and k are interleaved. Epsilon (1e-5) and rotary base (10000) are those of llama2.c's
// own code: the file does not hold them. Quantised matrices come out as F32.
Result<SourceModel> openLlama2c(const fs::path& path);

} // namespace koala
