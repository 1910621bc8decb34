#include "core/weights/hf_checkpoint.h"

#include <set>

#include <fmt/format.h>

#include "core/base/json.h"
#include "core/base/utf8.h"
#include "core/weights/hf_folder.h"
#include "core/weights/model_names.h"
#include "core/weights/safetensors.h"

namespace koala {
namespace {

class HfCheckpoint final : public Checkpoint {
public:
    HfCheckpoint(fs::path path, std::vector<SafetensorsFile> files, ModelConfig config,
        std::vector<TensorView> tensors, std::string templateHint)
        : m_path(std::move(path)), m_files(std::move(files)), m_config(std::move(config)),
          m_tensors(std::move(tensors)), m_templateHint(std::move(templateHint))
    {
    }
    const ModelConfig& config() const override { return m_config; }
    const std::vector<TensorView>& tensors() const override { return m_tensors; }
    const fs::path& path() const override { return m_path; }
    std::string templateHint() const override { return m_templateHint; }

private:
    fs::path m_path;
    std::vector<SafetensorsFile> m_files; // keeps the mappings
    ModelConfig m_config;
    std::vector<TensorView> m_tensors;
    std::string m_templateHint;
};

std::optional<TensorType> typeOf(std::string_view dtype)
{
    if (dtype == "F32")
        return TensorType::F32;
    if (dtype == "F16")
        return TensorType::F16;
    if (dtype == "BF16")
        return TensorType::BF16;
    return std::nullopt;
}

// Our own checkpoints say which template they were trained with; others have a chat template.
std::string folderTemplateHint(const fs::path& folder)
{
    std::error_code code;
    if (fs::exists(folder / "state.json", code))
        if (const auto state = readJsonFile(folder / "state.json"); state.ok())
            if (std::string name = stringOr(*state, "template", ""); !name.empty())
                return name;
    if (fs::exists(folder / "tokenizer_config.json", code))
        if (const auto json = readJsonFile(folder / "tokenizer_config.json"); json.ok())
            if (std::string hint = templateHintFrom(stringOr(*json, "chat_template", ""));
                !hint.empty())
                return hint;
    if (fs::exists(folder / "chat_template.jinja", code))
        if (const auto text = readFile(folder / "chat_template.jinja", 1 << 20); text.ok())
            return templateHintFrom(*text);
    return {};
}

} // namespace

Result<std::vector<fs::path>> hfWeightFiles(const fs::path& folder)
{
    std::error_code code;
    const fs::path index = folder / "model.safetensors.index.json";
    if (!fs::exists(index, code)) {
        if (!fs::exists(folder / "model.safetensors", code))
            return notFound(
                fmt::format("{} holds neither model.safetensors nor its index; weights in "
                            "other forms (.bin) are not read, save them as safetensors",
                    folder.string()));
        return std::vector<fs::path>{folder / "model.safetensors"};
    }
    KOALA_TRY(const Json json, readJsonFile(index));
    const Json& map = memberOr(json, "weight_map");
    if (!map.is_object() || map.empty())
        return invalidInput(fmt::format("{}: has no weight_map", index.string()));
    std::set<std::string> names;
    for (const auto& [tensor, file] : map.items()) {
        if (!file.is_string() || !isSafeName(file.get<std::string>()))
            return invalidInput(fmt::format("{}: the file of tensor {} is no plain file name",
                index.string(), elided(tensor, 80)));
        names.insert(file.get<std::string>());
    }
    std::vector<fs::path> files;
    for (const std::string& name : names)
        files.push_back(folder / name);
    return files;
}

Result<std::shared_ptr<const Checkpoint>> openHfCheckpoint(const fs::path& folder)
{
    const fs::path configPath = folder / "config.json";
    std::error_code code;
    if (!fs::exists(configPath, code))
        return notFound(
            fmt::format("{} is no model: it holds no config.json. Name a Hugging Face folder "
                        "or a GGUF file",
                folder.string()));
    KOALA_TRY(const Json json, readJsonFile(configPath));
    KOALA_TRY(ModelConfig config, configFromHf(json, configPath.string()));
    KOALA_TRY(const std::vector<fs::path> paths, hfWeightFiles(folder));
    std::vector<SafetensorsFile> files;
    std::vector<TensorView> tensors;
    for (const fs::path& path : paths) {
        KOALA_TRY(SafetensorsFile file, SafetensorsFile::open(path));
        for (const SafetensorsEntry& entry : file.entries()) {
            if (entry.name.ends_with("rotary_emb.inv_freq"))
                continue;
            const auto type = typeOf(entry.dtype);
            if (!type)
                return invalidInput(
                    fmt::format("{}: tensor {} is stored as {}; F32, F16 and BF16 are read",
                        path.string(), elided(entry.name, 80), entry.dtype));
            tensors.push_back({entry.name, *type, entry.shape, entry.data});
        }
        files.push_back(std::move(file));
    }
    // A vocabulary enlarged after the configuration was written: the tensor is right.
    for (const TensorView& tensor : tensors)
        if ((tensor.name == "model.embed_tokens.weight" || tensor.name == "lm_head.weight") &&
            tensor.shape.size() == 2 && tensor.rows() > 0 && tensor.rows() <= (1 << 24))
            config.vocabularySize = static_cast<std::int32_t>(tensor.rows());
    KOALA_RETURN_IF_ERROR(checkConfig(config, configPath.string()));
    KOALA_TRY(tensors, selectTensors(config, std::move(tensors), folder.string()));
    return std::shared_ptr<const Checkpoint>(std::make_shared<HfCheckpoint>(folder,
        std::move(files), std::move(config), std::move(tensors), folderTemplateHint(folder)));
}

} // namespace koala
