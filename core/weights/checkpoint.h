// core/weights/checkpoint.h: a model on disk, opened for reading: a GGUF file or a Hugging Face
// folder (safetensors, with or without index). Tensors keep their stored form and are mapped, not
// copied. Names are Hugging Face's ("model.layers.0.self_attn.q_proj.weight") whatever the file
// calls them; the row order of q and k stays as stored and `ropeLayout` says which it is (spec 02
// section 2). Every size is checked against the file before anything is mapped or allocated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/files.h"

namespace koala {

// Values are stored block-wise for the quantised kinds: 32 values a block (spec 05 section 6).
enum class TensorType { F32, F16, BF16, Q4_0, Q4_1, Q8_0 };
std::string_view tensorTypeName(TensorType type);
// Bytes of `columns` values; columns must be a multiple of 32 for quantised types.
std::size_t rowBytes(TensorType type, std::size_t columns);

struct TensorView {
    std::string name;
    TensorType type = TensorType::F32;
    std::vector<std::int64_t> shape; // [rows, columns] or [n]; row-major, rows = output features
    std::span<const std::byte> data;
    std::int64_t rows() const { return shape.size() == 2 ? shape[0] : 1; }
    std::int64_t columns() const { return shape.empty() ? 1 : shape.back(); }
};
// fp32 values of one row; `out` has columns() places.
void dequantizeRow(const TensorView& tensor, std::int64_t row, float* out);

enum class RopeLayout { Interleaved, HalfSplit };

// LLaMA family, as config.json or GGUF keys say (spec 02 section 1, 05 sections 4 and 6).
struct ModelConfig {
    std::string architecture = "llama";
    std::int32_t vocabularySize = 0;
    std::int32_t width = 0; // hidden_size
    std::int32_t mlpWidth = 0;
    std::int32_t layers = 0;
    std::int32_t heads = 0;
    std::int32_t keyValueHeads = 0;
    std::int32_t headSize = 0;
    std::int32_t contextTokens = 2048;
    double ropeBase = 10000.0;
    double normEpsilon = 1e-5;
    bool tiedEmbedding = false;
    RopeLayout ropeLayout = RopeLayout::HalfSplit;
    std::int64_t parameterCount() const;
};

class Checkpoint {
public:
    virtual ~Checkpoint() = default;
    virtual const ModelConfig& config() const = 0;
    virtual const std::vector<TensorView>& tensors() const = 0;
    const TensorView* find(std::string_view name) const; // null if absent
    virtual const fs::path& path() const = 0;
    // The chat template the file itself asks for, as one of ours: "chatml", "llama-3", "" unknown.
    virtual std::string templateHint() const = 0;
};

// Opens and validates: every tensor the configuration needs is there with the right shape.
Result<std::shared_ptr<const Checkpoint>> openCheckpoint(const fs::path& path);
// SHA-256 of the model file (or, for a folder, over its weight files in name order). Cached beside
// nothing: callers keep it.
Result<std::string> checkpointSha256(const fs::path& path);

} // namespace koala
