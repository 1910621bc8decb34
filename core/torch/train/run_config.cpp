#include "core/torch/train/run_config.h"

#include "core/base/sha256.h"

namespace koala {

Result<RunConfig> readTrainingRun(const fs::path& runDirectory)
{
    const fs::path file = runDirectory / "config.json";
    const std::string what = file.string();
    KOALA_TRY(const std::string text, readFile(file, 64 << 20));
    KOALA_TRY(const Json json, parseJson(text, what));
    RunConfig config;
    config.sha256 = sha256Hex(text);
    config.id = stringOr(json, "id", runDirectory.filename().string());
    config.name = stringOr(json, "name", config.id);
    config.project = fs::weakly_canonical(runDirectory / stringOr(json, "project", "../.."));

    OptionProblems problems = readJson(bindOptions(config.train), memberOr(json, "train"));
    if (problems.empty())
        problems = validate(config.train);
    KOALA_RETURN_IF_ERROR(toStatus(problems, what));
    KOALA_TRY(config.mixture, mixtureFromJson(memberOr(json, "mixture"), what + ": mixture"));
    KOALA_TRY(const std::string chatTemplate, stringAt(json, "template", what));
    KOALA_TRY(config.chatTemplate, templateFromName(chatTemplate));

    const Json& model = memberOr(json, "model");
    config.modelName = stringOr(model, "name", "");
    KOALA_TRY(const std::string path, stringAt(model, "path", what + ": model"));
    config.modelPath = config.project / path; // an absolute path replaces the project's
    config.modelSha256 = stringOr(model, "sha256", "");
    config.modelLicence = stringOr(model, "licence", "");
    for (const Json& dataset : memberOr(json, "datasets"))
        config.datasets.push_back({stringOr(dataset, "slug", ""), stringOr(dataset, "title", ""),
            stringOr(dataset, "licence", ""), stringOr(dataset, "terms", ""),
            stringOr(dataset, "rows_sha256", "")});
    return config;
}

} // namespace koala
