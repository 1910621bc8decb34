// tests/core/torch/model/model_support.h: models and batches that the model's tests share.
#pragma once

#include <ATen/ATen.h>

#include "core/base/json.h"
#include "core/torch/model/llama.h"
#include "tests/support/temporary.h"
#include "tests/support/tiny_model.h"

namespace koala::test {

inline std::unique_ptr<LlamaModel> loadModel(const fs::path& path, const ModelOptions& options)
{
    const auto checkpoint = openCheckpoint(path);
    EXPECT_TRUE(checkpoint.ok()) << checkpoint.error().message;
    auto model = LlamaModel::load(**checkpoint, options);
    EXPECT_TRUE(model.ok()) << model.error().message;
    return std::move(*model);
}

inline ModelOptions fullIn(Precision precision)
{
    return {.method = TrainMethod::Full, .precision = precision, .lora = {}};
}

inline ModelOptions loraIn(Precision precision, std::int64_t rank = 4)
{
    ModelOptions options{.method = TrainMethod::Lora, .precision = precision, .lora = {}};
    options.lora.rank = rank;
    options.lora.alpha = 8;
    return options;
}

// Three documents of the tiny model's vocabulary, some tokens trained.
inline Batch tinyBatch()
{
    Batch batch;
    for (int i = 0; i < 90; ++i) {
        batch.tokens.push_back((i * 37 + i * i) % 512);
        batch.trained.push_back(i % 3 != 0 ? 1 : 0);
    }
    batch.documentStarts = {0, 20, 21};
    return batch;
}

inline double lossOf(LlamaModel& model, const Batch& batch)
{
    const auto result = model.evaluate(batch);
    EXPECT_TRUE(result.ok()) << result.error().message;
    return result->lossSum;
}

inline const NamedParameter& parameterOf(const LlamaModel& model, const std::string& name)
{
    for (const NamedParameter& parameter : model.parameters())
        if (parameter.name == name)
            return parameter;
    throw std::out_of_range("no parameter " + name);
}

// Gives every trained value a little of its own, so that no gradient is zero by chance (B begins at
// zero and hides A).
inline void stir(LlamaModel& model, double size)
{
    at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(7);
    at::Tensor values = model.flatValues();
    values.add_(at::randn(values.sizes(), generator, at::kFloat) * size);
    model.refreshWorkingCopies();
}

} // namespace koala::test
