// core/weights/hf_folder.h: the JSON of a Hugging Face LLaMA folder (spec 05 section 4): read with
// the table's defaults and no silent others, and written so that transformers opens the folder as
// it is.
#pragma once

#include <optional>
#include <string>

#include "core/base/json.h"
#include "core/weights/checkpoint.h"

namespace koala {

// From config.json, also with the newer `rope_parameters`. Refuses architectures, rotary scalings
// and biases that are not computed here. `what` names the file in messages.
Result<ModelConfig> configFromHf(const Json& json, std::string_view what);

struct HfConfigExtras {
    std::string dtype = "bfloat16"; // torch_dtype: float32, float16, bfloat16
    std::optional<std::int32_t> bosId;
    std::optional<std::int32_t> eosId;
    std::optional<std::int32_t> padId;
};
OrderedJson configToHf(const ModelConfig& config, const HfConfigExtras& extras);
// Writes config.json and generation_config.json. The weights beside it must be in half-split order.
Status writeHfConfig(
    const fs::path& folder, const ModelConfig& config, const HfConfigExtras& extras);

} // namespace koala
