#include "ui/services/model_catalogue.h"

#include <algorithm>

#include "core/store/project.h"
#include "ui/services/words.h"

namespace koala {

namespace {
// "20261122-101500-koala-all-5f3a" -> "koala-all"
QString runName(const std::string& id)
{
    const QString text = qtext(id);
    const QStringList parts = text.split(QLatin1Char('-'));
    if (parts.size() < 4)
        return text;
    return parts.mid(2, parts.size() - 3).join(QLatin1Char('-'));
}

std::string modelOfConfig(const Json& config)
{
    for (const Json* place : {&config, &memberOr(config, "train"), &memberOr(config, "recipe")}) {
        if (std::string model = stringOr(*place, "model", ""); !model.empty())
            return model;
        const Json& object = memberOr(*place, "model");
        for (const char* key : {"name", "slug", "path"})
            if (std::string model = stringOr(object, key, ""); !model.empty())
                return model;
    }
    return {};
}

void addCheckpoints(const fs::path& run, int key, std::vector<ModelChoice>& choices)
{
    const std::string id = run.filename().string();
    std::string base;
    if (const auto config = readJsonFile(run / "config.json"); config.ok())
        base = modelOfConfig(*config);
    auto folders = listDirectory(run / "checkpoints");
    if (!folders.ok())
        return;
    std::ranges::reverse(*folders); // names hold the step with leading zeros
    for (const fs::path& folder : *folders) {
        const auto manifest = readJsonFile(folder / "manifest.json");
        if (!manifest.ok())
            continue; // still being written, or given up
        ModelChoice choice;
        choice.step = integerOr(*manifest, "step", 0);
        choice.name = runName(id);
        choice.spec = qtext(id + "@" + std::to_string(choice.step));
        choice.key = key;
        std::error_code code;
        choice.adapter = fs::exists(folder / "adapter_config.json", code);
        choice.base = base.empty() ? choice.spec : qtext(base);
        choice.answerSet = qtext(slugify(id + "-step-" + std::to_string(choice.step)));
        for (const Json& file : memberOr(*manifest, "files"))
            if (stringOr(file, "name", "").ends_with("model.safetensors"))
                choice.sha256 = qtext(stringOr(file, "sha256", ""));
        choices.push_back(std::move(choice));
    }
}
} // namespace

std::vector<ModelChoice> listModelChoices(const fs::path& directory)
{
    std::vector<ModelChoice> choices;
    const auto project = Project::open(directory);
    if (!project.ok())
        return choices;
    if (const auto models = project->models(); models.ok()) {
        for (const ModelEntry& model : *models) {
            if (!model.problem.empty())
                continue;
            ModelChoice choice;
            choice.spec = choice.base = choice.name = qtext(model.slug);
            choice.answerSet = qtext(slugify(model.slug));
            choice.sha256 = qtext(model.sha256);
            choices.push_back(std::move(choice));
        }
    }
    if (const auto runs = project->runs(); runs.ok())
        for (std::size_t i = runs->size(); i-- > 0;)
            addCheckpoints(project->runsDirectory() / (*runs)[i], int(i), choices);
    return choices;
}

const ModelChoice* findChoice(const std::vector<ModelChoice>& choices, const QString& spec)
{
    const bool last = spec.endsWith(QStringLiteral("@last"));
    const QString start = spec.chopped(last ? 4 : 0); // with the "@"; the newest stands first
    for (const ModelChoice& choice : choices)
        if (last ? choice.spec.startsWith(start) : choice.spec == spec)
            return &choice;
    return nullptr;
}

QStringList serveList(const ModelChoice& choice)
{
    if (!choice.adapter || choice.base.isEmpty())
        return {choice.spec};
    return {choice.base, choice.spec};
}

} // namespace koala
