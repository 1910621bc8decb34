// core/weights/source_model.h: a model of any format the field publishes, as a list of tensors that
// are read one at a time. Import, export and differences of weights go through it, so that the most
// memory they need is that of one tensor. Checkpoint (checkpoint.h) is the form that engines map
// and train; foreign files are converted to it once.
//
// Names and shapes are Hugging Face's, [outputs, inputs], whatever the file says; config.ropeLayout
// tells the order of the rows of q and k.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/weights/adapter.h"
#include "core/weights/checkpoint.h"

namespace koala {

struct SourceTensor {
    std::string name;
    TensorType type = TensorType::F32; // as stored
    std::vector<std::int64_t> shape;
    // Fills `out` (exactly the bytes of shape and type, row-major) from the file.
    std::function<Status(std::span<std::byte> out)> read;
    std::size_t bytes() const; // of shape and type
};

struct SourceModel {
    ModelConfig config;
    std::vector<SourceTensor> tensors; // in the order of the forward pass
    std::string format;                // "EasyLM", "Meta", "llama2.c" … in words
    // What the reader noticed and a person should know: a vocabulary enlarged, an epsilon assumed.
    std::vector<std::string> notes;
    const SourceTensor* find(std::string_view name) const; // null if absent
};

// What some files do not say themselves (EasyLM's hold weights only).
struct SourceOptions {
    // One of namedModelConfig()'s names, or a config.json of Hugging Face.
    std::string config;
};

// Recognises the format by content: GGUF, Hugging Face folder (safetensors or pytorch_model*.bin),
// Meta's folder or one consolidated.*.pth, llama2.c's .bin and .pt, EasyLM streaming, flax msgpack.
Result<SourceModel> openSourceModel(const fs::path& path, const SourceOptions& options = {});
SourceModel sourceFrom(std::shared_ptr<const Checkpoint> checkpoint);

// base + (alpha / r) B A: the adapted tensors come out as F32.
SourceModel mergedWith(SourceModel base, std::shared_ptr<const Adapter> adapter);

// The values of one tensor in another type, with the rows of q and k in another order.
Result<std::vector<std::byte>> readAs(
    const SourceTensor& tensor, const ModelConfig& config, TensorType type, RopeLayout ropeLayout);

// The named table of spec 02 section 1: "7b", "llama2_13b", "debug" …; nothing for another name.
std::optional<ModelConfig> namedModelConfig(std::string_view name);
std::vector<std::string> modelConfigNames();

} // namespace koala
