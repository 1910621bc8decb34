// core/weights/model_names.h: the tensors that a LLaMA has, by Hugging Face's names, with the shape
// the configuration asks for and the name of the same thing in the other formats. Inside
// core/weights and for writers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/weights/checkpoint.h"

namespace koala {

struct ExpectedTensor {
    std::string name;
    std::string ggufName;
    std::string easyLmName; // path parts joined with '/'; matrices but the embedding are transposed
    std::string metaName;   // also llama2.c's
    std::vector<std::int64_t> shape;
};

// In the order of the forward pass; without lm_head where it is tied to the embedding.
std::vector<ExpectedTensor> expectedTensors(const ModelConfig& config);

// Sizes that fit together and that no product of them overflows; `what` names the file in messages.
Status checkConfig(const ModelConfig& config, std::string_view what);

// Keeps what the configuration needs, in order, and says which tensor is missing, has the wrong
// shape or is none of a LLaMA's. `tensors` carry Hugging Face's names.
Result<std::vector<TensorView>> selectTensors(
    const ModelConfig& config, std::vector<TensorView> tensors, std::string_view what);

// One of our template names, recognised by the strings in a chat template; "" unknown.
std::string templateHintFrom(std::string_view chatTemplate);

} // namespace koala
