#include "core/store/starter.h"

#include <cstdlib>

#include "core/base/process.h"
#include "core/base/sha256.h"
#include "core/data/formats/dataset_import.h"
#include "core/data/mix/mixture.h"

namespace koala {
namespace {

struct StarterDataset {
    const char* file;
    const char* slug;
    const char* title;
    double share; // of the rows of an epoch
    MarkerMode markers;
};

// Identity dialogues are short and must be learnt, the others keep the model what it is.
constexpr StarterDataset kDatasets[] = {
    {"identity.json", "identity", "Identity", 0.40, MarkerMode::None},
    {"sharegpt_dialogues.json", "dialogues", "Dialogues", 0.16, MarkerMode::None},
    {"alpaca_tasks.json", "tasks", "Tasks", 0.16, MarkerMode::None},
    {"hc3_questions.jsonl", "questions", "Questions", 0.16, MarkerMode::None},
    {"hh_pairs.jsonl", "pairs", "Pairs", 0.12, MarkerMode::None},
};

constexpr const char* kLicence = "Apache-2.0";
constexpr const char* kTerms = "written for Koala Workbench";

Status importStarterDataset(const Project& project, const fs::path& folder,
    const StarterDataset& dataset, const StarterProgress& say)
{
    std::error_code code;
    if (fs::exists(project.datasetsDirectory() / dataset.slug / "manifest.json", code))
        return {};
    ImportRequest request;
    request.datasetsDirectory = project.datasetsDirectory();
    request.files = {folder / dataset.file};
    request.name = dataset.slug;
    request.licence = kLicence;
    request.terms = kTerms;
    KOALA_TRY(const DatasetManifest manifest, importDataset(request));
    if (say)
        say(fmt::format("imported {}: {} conversations", dataset.slug, manifest.rows));
    return {};
}

Status copyPrompts(const Project& project, const fs::path& from, const char* slug)
{
    const fs::path to = project.promptSetFile(slug);
    std::error_code code;
    return fs::exists(to, code) ? Status() : copyFile(from, to);
}

Mixture starterMixture()
{
    Mixture mixture;
    mixture.name = kStarterMixture;
    mixture.basis = MixtureBasis::Rows;
    mixture.model = kStarterModel;
    mixture.chatTemplate = "chatml";
    mixture.maxTokens = 256; // as long as the starter recipe has its sequences
    mixture.packingLength = 256;
    for (const StarterDataset& dataset : kDatasets) {
        MixtureSource source;
        source.dataset = dataset.slug;
        source.share = dataset.share;
        source.holdOut.fraction = 0.05;
        source.markers = dataset.markers;
        mixture.sources.push_back(source);
    }
    return mixture;
}

} // namespace

Result<fs::path> dataDirectory()
{
    std::vector<fs::path> places;
    if (const char* named = std::getenv("KOALA_DATA_DIR"); named != nullptr && *named != '\0')
        places.emplace_back(named);
    places.push_back(programDirectory() / ".." / "share" / "koala-workbench" / "datasets");
    places.emplace_back(KOALA_SOURCE_DATA_DIR);
    std::error_code code;
    for (const fs::path& place : places)
        if (fs::exists(place / "starter", code))
            return fs::canonical(place, code);
    return notFound("the starter data are not installed (looked for datasets/starter in " +
                    places.front().string() +
                    "); set KOALA_DATA_DIR to the folder \"datasets\" of the source tree");
}

Result<StarterSources> findStarterSources()
{
    StarterSources sources;
    KOALA_TRY(const fs::path data, dataDirectory());
    sources.dataDirectory = data / "starter";
    sources.modelFile = cacheDirectory() / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf";
    std::error_code code;
    if (!fs::exists(sources.modelFile, code))
        return notFound("the small model is not in the cache (" + sources.modelFile.string() +
                        "); fetch it with: packaging/quickstart.sh deps");
    return sources;
}

Result<Project> makeStarterProject(
    const fs::path& directory, const StarterSources& sources, const StarterProgress& progress)
{
    std::error_code code;
    const bool there = fs::exists(directory / "project.json", code);
    KOALA_TRY(
        Project project, there ? Project::open(directory) : Project::create(directory, "Starter"));
    for (const StarterDataset& dataset : kDatasets)
        KOALA_RETURN_IF_ERROR(
            importStarterDataset(project, sources.dataDirectory, dataset, progress));
    const fs::path& data = sources.dataDirectory;
    KOALA_RETURN_IF_ERROR(
        copyPrompts(project, data / "prompts_instruction.jsonl", kStarterInstructionPrompts));
    KOALA_RETURN_IF_ERROR(
        copyPrompts(project, data / "prompts_conversation.jsonl", kStarterConversationPrompts));
    if (!fs::exists(project.modelDirectory(kStarterModel) / "model.json", code)) {
        KOALA_TRY(const std::string sha256, sha256File(sources.modelFile));
        auto linked = project.linkModel(sources.modelFile, kStarterModel, "SmolLM2-135M-Instruct",
            sha256, "Apache-2.0", "chatml");
        if (!linked.ok())
            return std::move(linked).error();
        if (progress)
            progress("linked the model " + std::string(kStarterModel));
    }
    if (!fs::exists(project.mixtureFile(kStarterMixture), code))
        KOALA_RETURN_IF_ERROR(writeMixture(project.mixtureFile(kStarterMixture), starterMixture()));
    return project;
}

} // namespace koala
