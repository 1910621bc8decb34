// core/weights/weight_config.h: the configuration of files that hold weights only, from what their
// shapes tell and what the user says. Nothing that the shapes do not tell (heads, epsilon, rotary
// base) is assumed silently (spec 05, decision 9).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/weights/checkpoint.h"

namespace koala {

struct WeightShapes {
    std::int64_t vocabulary = 0;
    std::int64_t width = 0;
    std::int64_t mlpWidth = 0;
    std::int64_t layers = 0;
    bool tiedEmbedding = false; // the file holds no head of its own
};

// `given` is a name of spec 02 section 1 or the path of a config.json; empty gives an error that
// names the fitting names. A vocabulary enlarged since is taken from the shapes and noted.
Result<ModelConfig> configForWeights(const WeightShapes& shapes, const std::string& given,
    std::string_view what, std::vector<std::string>& notes);

// A configuration by a name of spec 02 section 1, or out of a config.json of Hugging Face.
Result<ModelConfig> configNamedOrRead(const std::string& given);

Status checkShape(std::string_view what, std::string_view name,
    const std::vector<std::int64_t>& stored, const std::vector<std::int64_t>& expected);

} // namespace koala
