// core/weights/adapter.h: a LoRA adapter in PEFT's own form: adapter_config.json beside
// adapter_model.safetensors. y = W x + (alpha / r) B A x. Rows of q and k stand in Hugging Face's
// order (half-split) in the file; toRopeLayout() turns them to what the base has (spec 02 section
// 2).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/files.h"
#include "core/weights/checkpoint.h"

namespace koala {

struct AdapterModule {
    std::string target; // the base tensor: "model.layers.0.self_attn.q_proj.weight"
    std::int64_t rank = 0;
    std::int64_t inputs = 0;  // columns of A and of the base tensor
    std::int64_t outputs = 0; // rows of B and of the base tensor
    double scale = 1;         // alpha / r, or alpha / sqrt(r) with rslora
    std::vector<float> a;     // [rank, inputs]
    std::vector<float> b;     // [outputs, rank]
};

struct Adapter {
    fs::path folder;
    std::int64_t rank = 0;
    double alpha = 0;
    std::vector<AdapterModule> modules; // sorted by target
    const AdapterModule* find(std::string_view target) const;
};

// Reads and checks an adapter folder against the base's configuration. Refuses what it does not
// compute: DoRA, biases, extra saved modules, embeddings.
Result<Adapter> openAdapter(const fs::path& folder, const ModelConfig& base);
// SHA-256 of adapter_model.safetensors.
Result<std::string> adapterSha256(const fs::path& folder);

// Reorders the B rows of q and k modules from half-split to the base's layout; does nothing if that
// is half-split.
void toRopeLayout(Adapter& adapter, const ModelConfig& base);

// For the writer: PEFT's name of one matrix,
// "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight".
std::string peftTensorName(std::string_view target, char matrix);
// Writes adapter_model.safetensors (fp32) and adapter_config.json; rows must be in half-split
// order.
Status writeAdapter(const fs::path& folder, const Adapter& adapter, std::string_view baseModelName);

} // namespace koala
