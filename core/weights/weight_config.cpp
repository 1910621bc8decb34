#include "core/weights/weight_config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/json.h"
#include "core/base/utf8.h"
#include "core/weights/hf_folder.h"
#include "core/weights/model_names.h"
#include "core/weights/source_model.h"

namespace koala {
namespace {

bool fits(const ModelConfig& config, const WeightShapes& shapes)
{
    return config.width == shapes.width && config.mlpWidth == shapes.mlpWidth &&
           config.layers == shapes.layers;
}

Error notGiven(const WeightShapes& shapes, std::string_view what)
{
    std::vector<std::string> fitting;
    for (const std::string& name : modelConfigNames())
        if (fits(*namedModelConfig(name), shapes))
            fitting.push_back(name);
    const std::string advice =
        fitting.empty() ? std::string("give the model's config.json with --config")
                        : fmt::format("its shapes are those of {}: give one with --config",
                              fmt::join(fitting, " and "));
    return invalidInput(fmt::format(
        "{} holds weights only, neither the number of heads nor epsilon nor the rotary base; {}",
        what, advice));
}

} // namespace

Result<ModelConfig> configNamedOrRead(const std::string& given)
{
    if (const auto named = namedModelConfig(given))
        return *named;
    std::error_code code;
    if (!fs::exists(given, code))
        return invalidInput(fmt::format("\"{}\" is neither a known configuration ({}) nor a file",
            given, fmt::join(modelConfigNames(), ", ")));
    KOALA_TRY(const Json json, readJsonFile(given));
    return configFromHf(json, given);
}

Result<ModelConfig> configForWeights(const WeightShapes& shapes, const std::string& given,
    std::string_view what, std::vector<std::string>& notes)
{
    if (given.empty())
        return notGiven(shapes, what);
    KOALA_TRY(ModelConfig config, configNamedOrRead(given));
    if (!fits(config, shapes))
        return invalidInput(fmt::format(
            "{}: has width {}, MLP width {} and {} layers, but the configuration \"{}\" asks for "
            "{}, {} and {}",
            what, shapes.width, shapes.mlpWidth, shapes.layers, given, config.width,
            config.mlpWidth, config.layers));
    config.tiedEmbedding = shapes.tiedEmbedding;
    if (config.vocabularySize != shapes.vocabulary) {
        if (shapes.vocabulary <= 0 || shapes.vocabulary > (1 << 26))
            return invalidInput(
                fmt::format("{}: a vocabulary of {} pieces cannot be", what, shapes.vocabulary));
        notes.push_back(fmt::format("the vocabulary has {} rows, not the {} of the configuration",
            shapes.vocabulary, config.vocabularySize));
        config.vocabularySize = static_cast<std::int32_t>(shapes.vocabulary);
    }
    KOALA_RETURN_IF_ERROR(checkConfig(config, what));
    return config;
}

Status checkShape(std::string_view what, std::string_view name,
    const std::vector<std::int64_t>& stored, const std::vector<std::int64_t>& expected)
{
    if (stored == expected)
        return {};
    return invalidInput(
        fmt::format("{}: {} has the shape [{}], but the configuration asks for [{}]", what,
            elided(toValidUtf8(name), 120), fmt::join(stored, ", "), fmt::join(expected, ", ")));
}

} // namespace koala
