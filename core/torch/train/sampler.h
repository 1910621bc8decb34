// core/torch/train/sampler.h: greedy answers of the model under training, for `sample` events. Each
// token is a pass over the whole text, which is fine for a few short answers; chat has an engine of
// its own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/text/chat_template.h"
#include "core/torch/model/llama.h"

namespace koala {

struct SampledAnswer {
    std::string text;
    std::vector<std::int32_t> tokens;
};
Result<SampledAnswer> sampleGreedy(const LlamaModel& model, const Tokenizer& tokenizer,
    TemplateId chatTemplate, bool markers, const std::string& prompt, std::int64_t maxTokens);

} // namespace koala
