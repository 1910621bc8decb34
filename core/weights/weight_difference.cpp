#include "core/weights/weight_difference.h"

#include <array>
#include <cmath>
#include <cstring>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/check.h"
#include "core/base/half.h"
#include "core/weights/quantized.h"

namespace koala {
namespace {

constexpr std::array<std::pair<DifferenceScheme, std::string_view>, 3> kSchemes{{
    {DifferenceScheme::EasyLm, "easylm"},
    {DifferenceScheme::FastChat, "fastchat"},
    {DifferenceScheme::Alpaca, "alpaca"},
}};

bool isVocabularySized(std::string_view name)
{
    return name == "model.embed_tokens.weight" || name == "lm_head.weight";
}

Result<std::vector<float>> valuesOf(
    const SourceTensor& tensor, const ModelConfig& config, RopeLayout ropeLayout)
{
    KOALA_TRY(
        const std::vector<std::byte> data, readAs(tensor, config, TensorType::F32, ropeLayout));
    std::vector<float> values(data.size() / sizeof(float));
    std::memcpy(values.data(), data.data(), data.size());
    return values;
}

// The base's rows, enlarged to `rows` as the scheme does it.
void enlarge(
    std::vector<float>& values, std::int64_t rows, std::int64_t columns, DifferenceScheme scheme)
{
    const auto width = static_cast<std::size_t>(columns);
    const std::size_t had = values.size() / width;
    values.resize(static_cast<std::size_t>(rows) * width, 0.0F);
    if (scheme != DifferenceScheme::Alpaca)
        return;
    std::vector<double> mean(width, 0.0);
    for (std::size_t row = 0; row < had; ++row)
        for (std::size_t column = 0; column < width; ++column)
            mean[column] += values[row * width + column];
    for (std::size_t row = had; row < static_cast<std::size_t>(rows); ++row)
        for (std::size_t column = 0; column < width; ++column)
            values[row * width + column] =
                static_cast<float>(mean[column] / static_cast<double>(had));
}

float inHalf(float value)
{
    return floatFromHalf(halfFromFloat(value));
}

// FastChat computes in fp16: both sides are rounded before and the result after.
void combine(std::vector<float>& base, const std::vector<float>& other, bool subtract,
    DifferenceScheme scheme)
{
    const bool half = scheme == DifferenceScheme::FastChat;
    for (std::size_t i = 0; i < base.size(); ++i) {
        const float a = half ? inHalf(base[i]) : base[i];
        const float b = half ? inHalf(other[i]) : other[i];
        const float result = subtract ? b - a : a + b;
        base[i] = half ? inHalf(result) : result;
    }
}

Status checkPair(const SourceTensor& base, const SourceTensor& other, DifferenceScheme scheme)
{
    if (base.shape == other.shape)
        return {};
    const bool mayGrow = scheme != DifferenceScheme::EasyLm && isVocabularySized(base.name) &&
                         base.shape.size() == 2 && other.shape.size() == 2 &&
                         other.shape[0] > base.shape[0] && other.shape[1] == base.shape[1];
    if (mayGrow)
        return {};
    return invalidInput(fmt::format(
        "tensor {} has the shape [{}] in the base and [{}] in the other model; the scheme {} needs "
        "equal shapes{}",
        base.name, fmt::join(base.shape, ", "), fmt::join(other.shape, ", "),
        differenceSchemeName(scheme),
        scheme == DifferenceScheme::EasyLm ? "" : " (but for rows added to the vocabulary)"));
}

SourceTensor combined(const SourceModel& base, const SourceModel& other, const SourceTensor& mine,
    const SourceTensor& theirs, bool subtract, DifferenceScheme scheme)
{
    return {mine.name, TensorType::F32, theirs.shape,
        [mine, theirs, baseConfig = base.config, otherConfig = other.config, subtract, scheme](
            std::span<std::byte> out) -> Status {
            KOALA_TRY(std::vector<float> values, valuesOf(mine, baseConfig, baseConfig.ropeLayout));
            KOALA_TRY(const std::vector<float> added,
                valuesOf(theirs, otherConfig, baseConfig.ropeLayout));
            if (values.size() != added.size())
                enlarge(values, theirs.shape[0], theirs.shape[1], scheme);
            combine(values, added, subtract, scheme);
            KOALA_CHECK(out.size() == values.size() * sizeof(float));
            std::memcpy(out.data(), values.data(), out.size());
            return {};
        }};
}

Result<SourceModel> combineModels(
    const SourceModel& base, const SourceModel& other, bool subtract, DifferenceScheme scheme)
{
    SourceModel result;
    result.config = base.config;
    result.config.vocabularySize = other.config.vocabularySize;
    result.format = subtract ? "difference" : "base with a difference";
    for (const SourceTensor& mine : base.tensors) {
        const SourceTensor* theirs = other.find(mine.name);
        if (theirs == nullptr)
            return invalidInput(fmt::format(
                "tensor {} of the base is missing in the other model; they do not belong together",
                mine.name));
        KOALA_RETURN_IF_ERROR(checkPair(mine, *theirs, scheme));
        result.tensors.push_back(combined(base, other, mine, *theirs, subtract, scheme));
    }
    for (const SourceTensor& theirs : other.tensors)
        if (base.find(theirs.name) == nullptr)
            return invalidInput(fmt::format(
                "tensor {} is not in the base; the models do not belong together", theirs.name));
    return result;
}

// Σ of the inverse frequencies of one layer: ropeBase^(-2i / headSize).
double rotarySum(const ModelConfig& config)
{
    double sum = 0;
    for (std::int32_t i = 0; i < config.headSize; i += 2)
        sum += static_cast<float>(std::pow(config.ropeBase, -double(i) / config.headSize));
    return sum;
}

} // namespace

std::optional<DifferenceScheme> differenceSchemeFrom(std::string_view name)
{
    for (const auto& [scheme, known] : kSchemes)
        if (known == name)
            return scheme;
    return std::nullopt;
}

std::string_view differenceSchemeName(DifferenceScheme scheme)
{
    for (const auto& [known, name] : kSchemes)
        if (known == scheme)
            return name;
    return "";
}

TensorType differenceType(DifferenceScheme scheme)
{
    switch (scheme) {
    case DifferenceScheme::EasyLm:
        return TensorType::BF16;
    case DifferenceScheme::FastChat:
        return TensorType::F16;
    case DifferenceScheme::Alpaca:
        return TensorType::F32;
    }
    return TensorType::F32;
}

Result<SourceModel> differenceOf(
    const SourceModel& base, const SourceModel& tuned, DifferenceScheme scheme)
{
    return combineModels(base, tuned, true, scheme);
}

Result<SourceModel> withDifference(
    const SourceModel& base, const SourceModel& difference, DifferenceScheme scheme)
{
    return combineModels(base, difference, false, scheme);
}

Result<ValueSum> sumOf(const SourceModel& model)
{
    ValueSum sum;
    for (const SourceTensor& tensor : model.tensors) {
        KOALA_TRY(const std::vector<float> values,
            valuesOf(tensor, model.config, model.config.ropeLayout));
        for (const float value : values)
            if (std::isfinite(value))
                sum.weights += value;
            else
                ++sum.notFinite;
    }
    sum.withRotaryBuffers = sum.weights + model.config.layers * rotarySum(model.config);
    return sum;
}

} // namespace koala
