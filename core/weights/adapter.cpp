#include "core/weights/adapter.h"

#include <cmath>
#include <map>

#include <fmt/format.h>

#include "core/base/json.h"
#include "core/base/sha256.h"
#include "core/base/utf8.h"
#include "core/weights/model_names.h"
#include "core/weights/quantized.h"
#include "core/weights/rope_layout.h"
#include "core/weights/safetensors.h"

namespace koala {
namespace {

constexpr std::string_view kPrefix = "base_model.model.";
constexpr std::int64_t kMaxRank = 65536;

struct AdapterConfig {
    std::int64_t rank = 0;
    double alpha = 0;
    bool rankStabilised = false;
};

Result<AdapterConfig> readConfig(const fs::path& path)
{
    KOALA_TRY(const Json json, readJsonFile(path));
    const std::string what = path.string();
    if (!json.is_object())
        return invalidInput(fmt::format("{}: is not a JSON object", what));
    const std::string type = stringOr(json, "peft_type", "");
    if (type != "LORA")
        return invalidInput(fmt::format("{}: peft_type is \"{}\"; LORA adapters are read", what,
            elided(toValidUtf8(type), 40)));
    if (boolOr(json, "use_dora", false) || boolOr(json, "fan_in_fan_out", false) ||
        stringOr(json, "bias", "none") != "none")
        return invalidInput(fmt::format(
            "{}: use_dora, fan_in_fan_out or bias is set, which is not computed here", what));
    AdapterConfig config;
    KOALA_TRY(config.rank, integerAt(json, "r", what));
    KOALA_TRY(config.alpha, numberAt(json, "lora_alpha", what));
    if (config.rank <= 0 || config.rank > kMaxRank || !std::isfinite(config.alpha))
        return invalidInput(fmt::format(
            "{}: r is {} and lora_alpha {}, which cannot be", what, config.rank, config.alpha));
    config.rankStabilised = boolOr(json, "use_rslora", false);
    for (const std::string_view key : {"rank_pattern", "alpha_pattern"})
        if (const Json& pattern = memberOr(json, key); pattern.is_object() && !pattern.empty())
            return invalidInput(
                fmt::format("{}: {} is set, which is not computed here", what, key));
    return config;
}

Result<std::vector<float>> matrixOf(const SafetensorsEntry& entry, std::string_view what)
{
    const TensorType type = entry.dtype == "F16"    ? TensorType::F16
                            : entry.dtype == "BF16" ? TensorType::BF16
                                                    : TensorType::F32;
    if (type == TensorType::F32 && entry.dtype != "F32")
        return invalidInput(fmt::format("{}: {} is stored as {}; F32, F16 and BF16 are read", what,
            elided(entry.name, 100), entry.dtype));
    std::vector<float> values(entry.data.size() / safetensorsDtypeBytes(entry.dtype));
    dequantize(type, entry.data.data(), values.size(), values.data());
    return values;
}

// "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight" -> target and 'A'.
bool splitName(std::string_view name, std::string& target, char& matrix)
{
    if (!name.starts_with(kPrefix))
        return false;
    name.remove_prefix(kPrefix.size());
    for (const char which : {'A', 'B'})
        for (const std::string_view ending : {"weight", "default.weight"}) {
            const std::string suffix = fmt::format(".lora_{}.{}", which, ending);
            if (name.ends_with(suffix)) {
                target = std::string(name.substr(0, name.size() - suffix.size())) + ".weight";
                matrix = which;
                return true;
            }
        }
    return false;
}

bool isLinear(const ExpectedTensor& tensor)
{
    return tensor.name.ends_with("_proj.weight");
}

Status completeModule(AdapterModule& module, const AdapterConfig& config, std::string_view what)
{
    const auto wrong = [&](std::string_view reason) {
        return invalidInput(fmt::format("{}: {}: {}", what, module.target, reason));
    };
    if (module.a.empty() || module.b.empty())
        return wrong("one of its two matrices is missing; the file is incomplete");
    if (module.rank != config.rank)
        return wrong(
            fmt::format("its rank is {}, but the configuration says {}", module.rank, config.rank));
    module.scale = config.alpha /
                   (config.rankStabilised ? std::sqrt(double(module.rank)) : double(module.rank));
    return {};
}

} // namespace

const AdapterModule* Adapter::find(std::string_view target) const
{
    for (const AdapterModule& module : modules)
        if (module.target == target)
            return &module;
    return nullptr;
}

Result<Adapter> openAdapter(const fs::path& folder, const ModelConfig& base)
{
    std::error_code code;
    if (!fs::exists(folder / "adapter_config.json", code))
        return notFound(
            fmt::format("{} is no adapter: it holds no adapter_config.json", folder.string()));
    KOALA_TRY(const AdapterConfig config, readConfig(folder / "adapter_config.json"));
    const fs::path weights = folder / "adapter_model.safetensors";
    KOALA_TRY(const SafetensorsFile file, SafetensorsFile::open(weights));
    const std::string what = weights.string();

    std::map<std::string, std::vector<std::int64_t>> shapes;
    for (const ExpectedTensor& tensor : expectedTensors(base))
        if (isLinear(tensor))
            shapes.emplace(tensor.name, tensor.shape);
    std::map<std::string, AdapterModule> modules;
    for (const SafetensorsEntry& entry : file.entries()) {
        std::string target;
        char matrix = 0;
        if (!splitName(entry.name, target, matrix) || !shapes.contains(target))
            return invalidInput(
                fmt::format("{}: {} belongs to no linear layer of the base model; the "
                            "adapter was made for another model or kind",
                    what, elided(entry.name, 100)));
        const std::int64_t outputs = shapes[target][0];
        const std::int64_t inputs = shapes[target][1];
        const bool isA = matrix == 'A';
        if (entry.shape.size() != 2 || entry.shape[isA ? 1 : 0] != (isA ? inputs : outputs))
            return invalidInput(fmt::format("{}: {} does not fit the base model's {} x {}", what,
                elided(entry.name, 100), outputs, inputs));
        AdapterModule& module = modules[target];
        const std::int64_t rank = entry.shape[isA ? 0 : 1];
        if (rank <= 0 || (module.rank != 0 && module.rank != rank))
            return invalidInput(
                fmt::format("{}: the two matrices of {} differ in rank", what, target));
        module.target = target;
        module.rank = rank;
        module.inputs = inputs;
        module.outputs = outputs;
        KOALA_TRY((isA ? module.a : module.b), matrixOf(entry, what));
    }
    Adapter adapter;
    adapter.folder = folder;
    adapter.rank = config.rank;
    adapter.alpha = config.alpha;
    for (auto& [target, module] : modules) {
        KOALA_RETURN_IF_ERROR(completeModule(module, config, what));
        adapter.modules.push_back(std::move(module));
    }
    if (adapter.modules.empty())
        return invalidInput(fmt::format("{}: holds no matrices", what));
    return adapter;
}

Result<std::string> adapterSha256(const fs::path& folder)
{
    return sha256File(folder / "adapter_model.safetensors");
}

void toRopeLayout(Adapter& adapter, const ModelConfig& base)
{
    if (base.ropeLayout == RopeLayout::HalfSplit)
        return;
    for (AdapterModule& module : adapter.modules) {
        const bool isQuery = module.target.ends_with("q_proj.weight");
        if (!isQuery && !module.target.ends_with("k_proj.weight"))
            continue;
        const auto order =
            interleavedFromHalfSplit(isQuery ? base.heads : base.keyValueHeads, base.headSize);
        std::vector<float> turned(module.b.size());
        gatherRows(std::as_bytes(std::span(module.b)).data(),
            std::as_writable_bytes(std::span(turned)).data(), order,
            static_cast<std::size_t>(module.rank) * sizeof(float));
        module.b = std::move(turned);
    }
}

std::string peftTensorName(std::string_view target, char matrix)
{
    if (target.ends_with(".weight"))
        target.remove_suffix(7);
    return fmt::format("{}{}.lora_{}.weight", kPrefix, target, matrix);
}

Status writeAdapter(const fs::path& folder, const Adapter& adapter, std::string_view baseModelName)
{
    std::vector<SafetensorsTensor> tensors;
    std::vector<std::string> targets; // the last part of each name, once
    for (const AdapterModule& module : adapter.modules) {
        tensors.push_back({peftTensorName(module.target, 'A'), "F32", {module.rank, module.inputs},
            std::as_bytes(std::span(module.a))});
        tensors.push_back({peftTensorName(module.target, 'B'), "F32", {module.outputs, module.rank},
            std::as_bytes(std::span(module.b))});
        const fs::path stem = fs::path(module.target).stem(); // without ".weight"
        std::string last = stem.extension().string().substr(1);
        if (std::find(targets.begin(), targets.end(), last) == targets.end())
            targets.push_back(std::move(last));
    }
    std::sort(targets.begin(), targets.end());
    KOALA_RETURN_IF_ERROR(
        writeSafetensors(folder / "adapter_model.safetensors", tensors, {{"format", "pt"}}));
    OrderedJson json;
    json["base_model_name_or_path"] = baseModelName;
    json["bias"] = "none";
    json["fan_in_fan_out"] = false;
    json["inference_mode"] = true;
    json["init_lora_weights"] = true;
    json["lora_alpha"] = adapter.alpha;
    json["lora_dropout"] = 0.0;
    json["modules_to_save"] = nullptr;
    json["peft_type"] = "LORA";
    json["r"] = adapter.rank;
    json["target_modules"] = targets;
    json["task_type"] = "CAUSAL_LM";
    json["use_dora"] = false;
    json["use_rslora"] = false;
    return writeJsonFile(folder / "adapter_config.json", json);
}

} // namespace koala
