#include "core/weights/random_model.h"

#include <cmath>
#include <cstring>
#include <numbers>

#include "core/base/counter_random.h"
#include "core/weights/model_names.h"

namespace koala {
namespace {

// Box and Muller: two uniform draws to a normal one.
float normalAt(std::uint64_t key, std::uint64_t place)
{
    const double first = double((mixBits(key + 2 * place) >> 11) + 1) * 0x1p-53; // in (0, 1]
    const double second = double(mixBits(key + 2 * place + 1) >> 11) * 0x1p-53;
    return float(std::sqrt(-2 * std::log(first)) * std::cos(2 * std::numbers::pi * second));
}

double deviationOf(const ExpectedTensor& tensor)
{
    if (tensor.name == "model.embed_tokens.weight")
        return 0.02;
    return 0.02 / std::sqrt(double(tensor.shape.back()));
}

} // namespace

SourceModel randomModel(const ModelConfig& config, std::uint64_t seed)
{
    SourceModel model;
    model.config = config;
    model.format = "random weights";
    for (const ExpectedTensor& expected : expectedTensors(config)) {
        const bool isNorm = expected.shape.size() == 1;
        const std::uint64_t key = joinKeys(seed, keyOf(expected.name));
        model.tensors.push_back({expected.name, TensorType::F32, expected.shape,
            [isNorm, key, deviation = deviationOf(expected)](std::span<std::byte> out) -> Status {
                for (std::size_t i = 0; i < out.size() / sizeof(float); ++i) {
                    const float value =
                        isNorm ? 1.0F : float(deviation) * normalAt(key, std::uint64_t(i));
                    std::memcpy(out.data() + i * sizeof value, &value, sizeof value);
                }
                return {};
            }});
    }
    return model;
}

} // namespace koala
