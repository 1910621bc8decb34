#include <charconv>

#include "core/run/checkpoints.h"
#include "core/store/project.h"

namespace koala {
namespace {

constexpr const char* kModelFile = "model.json";
constexpr const char* kWeightsFolder = "weights"; // of a model that was converted

// What stands beside the weights of a checkpoint: state.json names template and markers.
void readCheckpointState(const fs::path& checkpoint, ResolvedModel& model)
{
    const Result<Json> state = readJsonFile(checkpoint / "state.json");
    if (!state.ok())
        return;
    model.templateName = stringOr(*state, "template", model.templateName);
    const Json& markers = memberOr(*state, "markers");
    model.markers =
        markers.is_boolean() ? markers.get<bool>() : markers.is_string() && markers != "none";
}

bool isAdapter(const fs::path& folder)
{
    std::error_code code;
    return fs::exists(folder / "adapter_config.json", code);
}

// The base of an adapter: as manifest.json names it, else as adapter_config.json does.
Result<fs::path> baseOfAdapter(const fs::path& folder, std::string& sha256)
{
    std::string base;
    if (const Result<Json> manifest = readJsonFile(folder / "manifest.json"); manifest.ok()) {
        base = stringOr(memberOr(*manifest, "base"), "path", "");
        sha256 = stringOr(memberOr(*manifest, "base"), "sha256", "");
    }
    if (base.empty()) {
        KOALA_TRY(const Json config, readJsonFile(folder / "adapter_config.json"));
        base = stringOr(config, "base_model_name_or_path", "");
    }
    if (base.empty())
        return invalidInput(folder.string() +
                            " does not say which model it adapts; name the base too: BASE," +
                            folder.string());
    std::error_code code;
    for (const fs::path& candidate : {fs::path(base), folder / base})
        if (fs::exists(candidate, code))
            return fs::canonical(candidate, code);
    return notFound(fmt::format(
        "{} adapts the model {}, which is not there; put it back, or name the base: BASE,{}",
        folder.string(), base, folder.string()));
}

Result<ResolvedModel> resolveAdapter(const fs::path& folder, const std::string& name)
{
    ResolvedModel model;
    model.name = name;
    model.adapter = folder;
    KOALA_TRY(model.checkpoint, baseOfAdapter(folder, model.baseSha256));
    readCheckpointState(folder, model);
    return model;
}

Result<ResolvedModel> resolveRunCheckpoint(const Project& project, std::string_view name)
{
    const std::size_t at = name.rfind('@');
    const std::string run(name.substr(0, at));
    const std::string place(name.substr(at + 1));
    const fs::path directory = project.runsDirectory() / run;
    std::error_code code;
    if (!isSafeName(run) || !fs::exists(directory, code))
        return notFound("this project has no run \"" + run + "\"; see: koala run list");
    CheckpointInfo info;
    if (place == "last") {
        KOALA_TRY(info, latestVerifiedCheckpoint(directory));
    } else {
        std::int64_t step = -1;
        const auto [end, error] = std::from_chars(place.data(), place.data() + place.size(), step);
        if (error != std::errc() || end != place.data() + place.size() || step < 0)
            return invalidInput(
                "\"" + std::string(name) + "\" is no checkpoint; write RUN@STEP or RUN@last");
        info = inspectCheckpoint(checkpointDirectory(directory, step));
        if (!info.complete)
            return notFound(fmt::format(
                "the run \"{}\" has no complete checkpoint of step {} ({}); see: koala run show {}",
                run, step, info.problem, run));
    }
    const std::string shown = fmt::format("{}@{}", run, info.step);
    if (isAdapter(info.path)) {
        KOALA_TRY(ResolvedModel model, resolveAdapter(info.path, shown));
        if (model.baseSha256.empty())
            model.baseSha256 = info.baseSha256;
        return model;
    }
    ResolvedModel model;
    model.name = shown;
    model.checkpoint = info.path;
    readCheckpointState(info.path, model);
    return model;
}

} // namespace

OrderedJson toJson(const ModelEntry& entry)
{
    return {{"slug", entry.slug}, {"title", entry.title}, {"path", entry.path.string()},
        {"sha256", entry.sha256}, {"licence", entry.licence}, {"template", entry.templateName},
        {"problem", entry.problem}};
}

Result<ModelEntry> Project::model(std::string_view slug) const
{
    const fs::path folder = modelDirectory(slug);
    std::error_code code;
    if (!isSafeName(slug) || !fs::exists(folder / kModelFile, code))
        return notFound(
            fmt::format("this project has no model \"{}\"; see: koala model list", slug));
    KOALA_TRY(const Json json, readJsonFile(folder / kModelFile));
    ModelEntry entry;
    entry.slug = slug;
    entry.title = stringOr(json, "title", entry.slug);
    entry.sha256 = stringOr(json, "sha256", "");
    entry.licence = stringOr(json, "licence", "");
    entry.templateName = stringOr(json, "template", "");
    KOALA_TRY(const std::string path, stringAt(json, "path", (folder / kModelFile).string()));
    entry.path = fs::path(path).is_absolute() ? fs::path(path) : folder / path;
    if (!fs::exists(entry.path, code))
        entry.problem =
            "its file " + entry.path.string() + " is gone; put it back or import the model again";
    return entry;
}

Result<std::vector<ModelEntry>> Project::models() const
{
    std::vector<ModelEntry> entries;
    std::error_code code;
    if (!fs::exists(m_directory / "models", code))
        return entries;
    KOALA_TRY(const std::vector<fs::path> folders, listDirectory(m_directory / "models"));
    for (const fs::path& folder : folders) {
        if (!fs::exists(folder / kModelFile, code))
            continue;
        Result<ModelEntry> entry = model(folder.filename().string());
        if (entry.ok()) {
            entries.push_back(std::move(*entry));
        } else {
            ModelEntry broken;
            broken.slug = folder.filename().string();
            broken.problem = entry.error().message;
            entries.push_back(std::move(broken));
        }
    }
    return entries;
}

Status Project::checkModelName(const std::string& slug) const
{
    if (!isSafeName(slug))
        return invalidInput(
            "\"" + slug + "\" is no name for a model; use letters, digits, '.', '-' and '_'");
    std::error_code code;
    if (fs::exists(modelDirectory(slug), code))
        return invalidInput("there is already a model \"" + slug + "\"; choose another --name");
    return {};
}

Result<ModelEntry> Project::linkModel(const fs::path& path, const std::string& slug,
    const std::string& title, const std::string& sha256, const std::string& licence,
    const std::string& templateName) const
{
    KOALA_RETURN_IF_ERROR(checkModelName(slug));
    std::error_code code;
    const fs::path absolute = fs::canonical(path, code);
    if (code)
        return notFound(path.string() + " does not exist; check the path of the model");
    KOALA_RETURN_IF_ERROR(createDirectories(modelDirectory(slug)));
    KOALA_RETURN_IF_ERROR(writeJsonFile(modelDirectory(slug) / kModelFile,
        {{"version", 1}, {"slug", slug}, {"title", title}, {"path", absolute.string()},
            {"sha256", sha256}, {"licence", licence}, {"template", templateName}}));
    return model(slug);
}

Result<ImportedModel> Project::beginModel(const std::string& slug) const
{
    KOALA_RETURN_IF_ERROR(checkModelName(slug));
    const fs::path models = modelDirectory(slug).parent_path();
    KOALA_RETURN_IF_ERROR(createDirectories(models));
    KOALA_TRY(TemporaryDirectory staging, TemporaryDirectory::create(models, ".import"));
    ImportedModel imported{std::move(staging), {}};
    imported.weights = imported.staging.path() / kWeightsFolder;
    KOALA_RETURN_IF_ERROR(createDirectories(imported.weights));
    return imported;
}

Result<ModelEntry> Project::publishModel(
    ImportedModel imported, const ModelEntry& entry, const fs::path& source) const
{
    std::error_code code;
    const std::string from = source.empty() ? "" : fs::absolute(source, code).string();
    KOALA_RETURN_IF_ERROR(writeJsonFile(imported.staging.path() / kModelFile,
        {{"version", 1}, {"slug", entry.slug}, {"title", entry.title}, {"path", kWeightsFolder},
            {"sha256", entry.sha256}, {"licence", entry.licence}, {"template", entry.templateName},
            {"converted_from", from}}));
    KOALA_RETURN_IF_ERROR(publishDirectory(imported.staging.path(), modelDirectory(entry.slug)));
    imported.staging.release();
    return model(entry.slug);
}

Result<ResolvedModel> resolveModelPath(const fs::path& path)
{
    std::error_code code;
    const fs::path absolute = fs::canonical(path, code);
    if (code)
        return notFound(
            path.string() +
            " is neither a model of the project nor a file or folder; see: koala model list");
    if (isAdapter(absolute))
        return resolveAdapter(absolute, absolute.filename().string());
    ResolvedModel model;
    model.name =
        fs::is_directory(absolute, code) ? absolute.filename().string() : absolute.stem().string();
    model.checkpoint = absolute;
    readCheckpointState(absolute, model);
    return model;
}

Result<ResolvedModel> Project::resolveModel(std::string_view name) const
{
    std::error_code code;
    if (isSafeName(name) && fs::exists(modelDirectory(name) / kModelFile, code)) {
        KOALA_TRY(const ModelEntry entry, model(name));
        if (!entry.problem.empty())
            return notFound("model \"" + entry.slug + "\": " + entry.problem);
        ResolvedModel resolved;
        resolved.name = entry.slug;
        resolved.checkpoint = entry.path;
        resolved.templateName = entry.templateName;
        resolved.baseSha256 = entry.sha256;
        return resolved;
    }
    if (name.find('@') != std::string_view::npos && !fs::exists(fs::path(name), code))
        return resolveRunCheckpoint(*this, name);
    return resolveModelPath(fs::path(name));
}

} // namespace koala
