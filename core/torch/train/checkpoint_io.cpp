#include "core/torch/train/checkpoint_io.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>
#include <torch/version.h>

#include "core/base/ids.h"
#include "core/base/sha256.h"
#include "core/base/time.h"
#include "core/base/utf8.h"
#include "core/data/mix/source_terms.h"
#include "core/text/tokenizer_files.h"
#include "core/weights/adapter.h"
#include "core/weights/hf_folder.h"
#include "core/weights/safetensors.h"

namespace koala {
namespace {

constexpr const char* kOptimiserFile = "optimizer.safetensors";
constexpr const char* kUnfinished = ".tmp"; // in the name of a folder that a save fills

std::span<const float> valuesOf(const at::Tensor& tensor)
{
    return {tensor.const_data_ptr<float>(), std::size_t(tensor.numel())};
}

// Names and shapes of everything trained: an optimiser state fits only a model of the same layout.
std::string layoutOf(const LlamaModel& model)
{
    Sha256 hash;
    for (const NamedParameter& parameter : model.parameters()) {
        hash.update(parameter.name + "\n");
        for (const auto extent : parameter.value.sizes())
            hash.update(fmt::format("{} ", extent));
    }
    return hash.finishHex();
}

Status writeOptimiser(const fs::path& folder, const CheckpointContents& c)
{
    const auto values = valuesOf(c.model.flatValues());
    const std::vector<std::int64_t> shape{std::int64_t(values.size())};
    const std::vector<SafetensorsTensor> tensors{{"trained", "F32", shape, std::as_bytes(values)},
        {"first_moment", "F32", shape, std::as_bytes(c.optimiser.firstMoment())},
        {"second_moment", "F32", shape, std::as_bytes(c.optimiser.secondMoment())}};
    return writeSafetensors(folder / kOptimiserFile, tensors, {{"layout", layoutOf(c.model)}});
}

// "base_model.model.X.lora_A.weight" and its B become one module with the target "X.weight".
Result<Adapter> adapterOf(const CheckpointContents& c)
{
    constexpr std::string_view kPrefix = "base_model.model.";
    Adapter adapter;
    adapter.rank = c.config.train.loraRank;
    adapter.alpha = c.config.train.loraAlpha;
    std::map<std::string, AdapterModule> modules;
    for (const ExportedTensor& tensor : c.model.exportTensors()) {
        const bool isA = tensor.name.ends_with(".lora_A.weight");
        const std::string_view suffix = isA ? ".lora_A.weight" : ".lora_B.weight";
        std::string_view stem = tensor.name;
        if (!stem.starts_with(kPrefix) || !stem.ends_with(suffix))
            return internalError("the model exports a tensor that is no adapter: " + tensor.name);
        stem = stem.substr(kPrefix.size(), stem.size() - kPrefix.size() - suffix.size());
        AdapterModule& module = modules[std::string(stem) + ".weight"];
        module.target = std::string(stem) + ".weight";
        module.rank = adapter.rank;
        module.scale = adapter.alpha / double(adapter.rank);
        const auto values = valuesOf(tensor.value);
        (isA ? module.a : module.b).assign(values.begin(), values.end());
        (isA ? module.inputs : module.outputs) = tensor.value.size(isA ? 1 : 0);
    }
    for (auto& [target, module] : modules)
        adapter.modules.push_back(std::move(module));
    return adapter;
}

Status writeHfModel(const fs::path& folder, const CheckpointContents& c)
{
    const bool bf16 = c.config.train.precision == "bf16";
    std::vector<at::Tensor> kept; // the bytes that the list below points to
    std::vector<SafetensorsTensor> tensors;
    for (const ExportedTensor& tensor : c.model.exportTensors()) {
        kept.push_back(bf16 ? tensor.value.to(at::kBFloat16).contiguous() : tensor.value);
        const at::Tensor& values = kept.back();
        tensors.push_back({tensor.name, bf16 ? "BF16" : "F32", values.sizes().vec(),
            {static_cast<const std::byte*>(values.const_data_ptr()),
                std::size_t(values.nbytes())}});
    }
    KOALA_RETURN_IF_ERROR(
        writeSafetensors(folder / "model.safetensors", tensors, {{"format", "pt"}}));
    ModelConfig config = c.model.config();
    config.ropeLayout = RopeLayout::HalfSplit;
    HfConfigExtras extras;
    extras.dtype = bf16 ? "bfloat16" : "float32";
    if (c.tokenizer != nullptr) {
        extras.bosId = c.tokenizer->bosId();
        extras.eosId = c.tokenizer->eosId();
    }
    KOALA_RETURN_IF_ERROR(writeHfConfig(folder, config, extras));
    return writeTokenizerFiles(c.config.modelPath, c.config.chatTemplate, folder);
}

Status writeState(const fs::path& folder, const CheckpointContents& c)
{
    OrderedJson json;
    json["version"] = 1;
    json["run"] = c.config.id;
    json["step"] = c.step;
    json["cursor"] = c.cursor;
    json["updates"] = c.optimiser.updates();
    json["left_out"] = c.leftOut;
    json["total_steps"] = c.totalSteps;
    json["seed"] = c.config.train.seed;
    json["method"] = c.config.train.method;
    json["precision"] = c.config.train.precision;
    json["optimiser"] = c.config.train.optimiser;
    json["template"] = templateName(c.config.chatTemplate);
    json["markers"] = c.markers;
    json["config_sha256"] = c.config.sha256;
    return writeJsonFile(folder / "state.json", json);
}

Status writeModelCard(const fs::path& folder, const CheckpointContents& c)
{
    OrderedJson sources = OrderedJson::array();
    bool restricted = false;
    for (const DatasetFact& dataset : c.config.datasets) {
        const SourceTerms terms =
            sourceTerms(dataset.slug, dataset.title, dataset.licence, dataset.terms);
        sources.push_back(toJson(terms));
        sources.back()["rows_sha256"] = dataset.rowsSha256;
        restricted = restricted || terms.nonCommercial;
    }
    OrderedJson json;
    json["version"] = 1;
    json["base"] = {{"name", c.config.modelName}, {"licence", c.config.modelLicence},
        {"sha256", c.config.modelSha256}};
    json["method"] = c.config.train.method;
    json["sources"] = std::move(sources);
    json["non_commercial_sources"] = restricted;
    json["intended_use"] = "research on dialogue models, by people who know the sources above";
    json["limits"] = OrderedJson::array({"answers may be wrong and must not be relied on",
        "the model knows nothing beyond its base and the sources above",
        "the licence terms of the base and of every source apply to what is made with it"});
    json["step"] = c.step;
    json["created"] = nowUtc();
    return writeJsonFile(folder / "model_card.json", json);
}

Status fill(const fs::path& folder, const CheckpointContents& c)
{
    if (c.config.train.method == "lora") {
        KOALA_TRY(const Adapter adapter, adapterOf(c));
        KOALA_RETURN_IF_ERROR(writeAdapter(folder, adapter, c.config.modelName));
    } else {
        KOALA_RETURN_IF_ERROR(writeHfModel(folder, c));
    }
    KOALA_RETURN_IF_ERROR(writeOptimiser(folder, c));
    KOALA_RETURN_IF_ERROR(writeState(folder, c));
    KOALA_RETURN_IF_ERROR(writeModelCard(folder, c));
    ManifestFacts facts;
    facts.step = c.step;
    facts.basePath = c.config.modelPath.string();
    facts.baseSha256 = c.config.modelSha256;
    facts.finite = std::isfinite(Optimiser::norm(valuesOf(c.model.flatValues())));
    facts.fingerprint = {{"torch", TORCH_VERSION}, {"threads", c.threads},
        {"precision", c.config.train.precision}, {"layout", layoutOf(c.model)}};
    return writeManifest(folder, facts);
}

} // namespace

Result<std::int64_t> saveCheckpoint(
    const fs::path& runDirectory, const CheckpointContents& contents)
{
    const fs::path final = checkpointDirectory(runDirectory, contents.step);
    std::error_code code;
    if (fs::exists(final, code)) {
        if (verifyCheckpoint(final).ok())
            return inspectCheckpoint(final).bytes;
        KOALA_RETURN_IF_ERROR(removeAll(final));
    }
    const std::string prefix = "." + checkpointName(contents.step) + kUnfinished;
    KOALA_TRY(TemporaryDirectory staging,
        TemporaryDirectory::create(checkpointsDirectory(runDirectory), prefix));
    const std::string what = "checkpoint " + final.string();
    KOALA_RETURN_IF_ERROR(fill(staging.path(), contents).within(what));
    KOALA_RETURN_IF_ERROR(publishDirectory(staging.path(), final).within(what));
    staging.release();
    KOALA_RETURN_IF_ERROR(verifyCheckpoint(final));
    return inspectCheckpoint(final).bytes;
}

Result<ResumeState> loadCheckpoint(
    const fs::path& checkpoint, const RunConfig& config, LlamaModel& model, Optimiser& optimiser)
{
    KOALA_RETURN_IF_ERROR(verifyCheckpoint(checkpoint));
    const std::string what = (checkpoint / "state.json").string();
    KOALA_TRY(const Json state, readJsonFile(checkpoint / "state.json"));
    const CheckpointInfo info = inspectCheckpoint(checkpoint);
    if (!config.modelSha256.empty() && info.baseSha256 != config.modelSha256)
        return invalidInput(fmt::format("{} was trained from another base model than {} is now; "
                                        "bring the base model's file back",
            checkpoint.string(), config.modelPath.string()));
    if (const auto seed = integerOr(state, "seed", -1); seed != config.train.seed)
        return invalidInput(
            fmt::format("{}: seed is {}, the run's is {}; resume with the same seed", what, seed,
                config.train.seed));
    if (const auto rule = stringOr(state, "optimiser", "adamw"); rule != config.train.optimiser)
        return invalidInput(
            fmt::format("{}: its moments are those of the optimiser {}, the run's is {}; resume "
                        "with the same optimiser",
                what, elided(toValidUtf8(rule), 40), config.train.optimiser));
    ResumeState resume;
    KOALA_TRY(resume.step, integerAt(state, "step", what));
    KOALA_TRY(const std::int64_t cursor, integerAt(state, "cursor", what));
    KOALA_TRY(const std::int64_t updates, integerAt(state, "updates", what));
    resume.cursor = std::uint64_t(cursor);
    for (const Json& left : memberOr(state, "left_out"))
        if (left.is_number_integer())
            resume.leftOut.push_back(left.get<std::int64_t>());

    KOALA_TRY(const SafetensorsFile file, SafetensorsFile::open(checkpoint / kOptimiserFile));
    const auto layout = file.metadata().find("layout");
    if (layout == file.metadata().end() || layout->second != layoutOf(model))
        return invalidInput(
            fmt::format("{}: the run trains other matrices than the checkpoint holds; "
                        "method, lora_rank and lora_targets must not change on resume",
                checkpoint.string()));
    std::vector<std::span<const float>> arrays;
    const auto count = std::size_t(model.flatValues().numel());
    for (const char* name : {"trained", "first_moment", "second_moment"}) {
        const SafetensorsEntry* entry = file.find(name);
        if (entry == nullptr || entry->data.size() != count * sizeof(float))
            return invalidInput(fmt::format("{}: {} is missing or has the wrong size",
                (checkpoint / kOptimiserFile).string(), name));
        arrays.emplace_back(reinterpret_cast<const float*>(entry->data.data()), count);
    }
    std::memcpy(
        model.flatValues().mutable_data_ptr<float>(), arrays[0].data(), count * sizeof(float));
    model.refreshWorkingCopies();
    optimiser.restore(arrays[1], arrays[2], updates);
    return resume;
}

Status removeUnfinishedSaves(const fs::path& runDirectory)
{
    std::error_code code;
    std::vector<fs::path> left;
    for (const auto& entry : fs::directory_iterator(checkpointsDirectory(runDirectory), code)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with(".step-") && name.find(kUnfinished) != std::string::npos)
            left.push_back(entry.path());
    }
    for (const fs::path& folder : left)
        KOALA_RETURN_IF_ERROR(removeAll(folder));
    return {};
}

Status supersedeCheckpoints(const fs::path& runDirectory, std::int64_t step)
{
    fs::path aside;
    for (const CheckpointInfo& checkpoint : listCheckpoints(runDirectory)) {
        if (checkpoint.step <= step)
            continue;
        if (aside.empty())
            aside = checkpointsDirectory(runDirectory) / (".superseded-" + newRunId("resume"));
        KOALA_RETURN_IF_ERROR(createDirectories(aside));
        std::error_code code;
        fs::rename(checkpoint.path, aside / checkpoint.path.filename(), code);
        if (code)
            return fileError("put aside", checkpoint.path, code.value());
    }
    return {};
}

Result<std::vector<CheckpointInfo>> pruneCheckpoints(
    const fs::path& runDirectory, std::int64_t keep)
{
    std::vector<CheckpointInfo> removed;
    std::vector<CheckpointInfo> complete;
    for (CheckpointInfo& checkpoint : listCheckpoints(runDirectory))
        if (checkpoint.complete && checkpoint.finite && !checkpoint.pinned)
            complete.push_back(std::move(checkpoint));
    for (std::size_t i = 0; i + std::size_t(keep) < complete.size(); ++i) {
        // The manifest goes first: a removal that stops half-way leaves no checkpoint that looks
        // whole.
        KOALA_RETURN_IF_ERROR(removeAll(complete[i].path / "manifest.json"));
        KOALA_RETURN_IF_ERROR(removeAll(complete[i].path));
        removed.push_back(std::move(complete[i]));
    }
    return removed;
}

} // namespace koala
