// The table of named configurations (spec 02 section 1): for files that hold weights only.
#include <array>

#include "core/weights/source_model.h"

namespace koala {
namespace {

struct Row {
    std::string_view name;
    std::int32_t vocabulary, width, mlpWidth, layers, heads, keyValueHeads, context;
    double epsilon, ropeBase;
};

constexpr std::array kRows{
    Row{"debug", 32000, 128, 256, 2, 4, 4, 2048, 1e-6, 1e4},
    Row{"1b", 32000, 2048, 5504, 22, 16, 16, 2048, 1e-6, 1e4},
    Row{"3b", 32000, 3200, 8640, 26, 32, 32, 2048, 1e-6, 1e4},
    Row{"7b", 32000, 4096, 11008, 32, 32, 32, 2048, 1e-6, 1e4},
    Row{"13b", 32000, 5120, 13824, 40, 40, 40, 2048, 1e-6, 1e4},
    Row{"30b", 32000, 6656, 17920, 60, 52, 52, 2048, 1e-6, 1e4},
    Row{"65b", 32000, 8192, 22016, 80, 64, 64, 2048, 1e-5, 1e4},
    Row{"llama2_7b", 32000, 4096, 11008, 32, 32, 32, 4096, 1e-5, 1e4},
    Row{"llama2_13b", 32000, 5120, 13824, 40, 40, 40, 4096, 1e-5, 1e4},
    Row{"llama2_70b", 32000, 8192, 28672, 80, 64, 8, 4096, 1e-5, 1e4},
    Row{"llama3_8b", 128256, 4096, 14336, 32, 32, 8, 8192, 1e-5, 5e5},
    Row{"llama3_70b", 128256, 8192, 28672, 80, 64, 8, 8192, 1e-5, 5e5},
};

} // namespace

std::optional<ModelConfig> namedModelConfig(std::string_view name)
{
    for (const Row& row : kRows) {
        if (row.name != name)
            continue;
        ModelConfig config;
        config.vocabularySize = row.vocabulary;
        config.width = row.width;
        config.mlpWidth = row.mlpWidth;
        config.layers = row.layers;
        config.heads = row.heads;
        config.keyValueHeads = row.keyValueHeads;
        config.headSize = row.width / row.heads;
        config.contextTokens = row.context;
        config.normEpsilon = row.epsilon;
        config.ropeBase = row.ropeBase;
        return config;
    }
    return std::nullopt;
}

std::vector<std::string> modelConfigNames()
{
    std::vector<std::string> names;
    for (const Row& row : kRows)
        names.emplace_back(row.name);
    return names;
}

} // namespace koala
