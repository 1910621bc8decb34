// core/store/project.h: the project folder (contracts, section 1): its folders, what they hold, and
// how the names of models in commands and recipes become files. Reads only what it is asked for;
// nothing is cached, so what another process adds is seen at the next call. Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/data/dataset.h"

namespace koala {

struct DatasetEntry {
    std::string slug;
    std::optional<DatasetManifest> manifest; // absent: `problem` says why
    std::string problem;
};

// models/<slug>/model.json, {"version":1,"slug","title","path","sha256","licence","template"}; a
// path that is not absolute lies in that folder.
struct ModelEntry {
    std::string slug;
    std::string title;
    fs::path path; // of the file or folder with the weights, absolute
    std::string sha256;
    std::string licence;
    std::string templateName; // "" unknown
    std::string problem;      // "" when all is well
};

OrderedJson toJson(const ModelEntry& entry);

// A model on its way into the project: nothing of it is seen before publishModel().
struct ImportedModel {
    TemporaryDirectory staging;
    fs::path weights; // where its Hugging Face folder is to be written
};

struct ResolvedModel {
    std::string name;         // for people and answers: "smollm2", "RUN@40", a file name
    fs::path checkpoint;      // file or folder of the base (or of the fully fine-tuned model)
    fs::path adapter;         // folder in PEFT form, or empty
    std::string templateName; // "" unknown: ask the checkpoint's hint
    bool markers = false;     // trained with markers: chat uses the positive form
    std::string baseSha256;   // where known
};

class Project {
public:
    // Makes project.json, .lock and the folders. The folder may exist if it is empty.
    static Result<Project> create(const fs::path& directory, const std::string& name = {});
    static Result<Project> open(const fs::path& directory);

    const fs::path& directory() const { return m_directory; }
    const std::string& id() const { return m_id; }
    const std::string& name() const { return m_name; }
    const std::string& created() const { return m_created; }

    fs::path lockFile() const { return m_directory / ".lock"; }
    fs::path datasetsDirectory() const { return m_directory / "datasets"; }
    fs::path mixtureFile(std::string_view slug) const;
    fs::path modelDirectory(std::string_view slug) const;
    fs::path promptSetFile(std::string_view slug) const;
    fs::path runsDirectory() const { return m_directory / "runs"; }

    Result<std::vector<DatasetEntry>> datasets() const;
    Result<std::vector<ModelEntry>> models() const;
    Result<std::vector<std::string>> mixtures() const;   // slugs
    Result<std::vector<std::string>> promptSets() const; // slugs
    Result<std::vector<std::string>> runs() const;       // ids, oldest first

    Result<std::shared_ptr<const Dataset>> dataset(std::string_view slug) const;
    Result<ModelEntry> model(std::string_view slug) const;
    // Writes models/<slug>/model.json; the weights stay where they are.
    Result<ModelEntry> linkModel(const fs::path& path, const std::string& slug,
        const std::string& title, const std::string& sha256, const std::string& licence,
        const std::string& templateName) const;
    // For weights that are converted: refuses a name that is taken.
    Result<ImportedModel> beginModel(const std::string& slug) const;
    // Writes model.json beside the weights and makes models/<slug> of both at once. `source` is
    // noted as where they came from.
    Result<ModelEntry> publishModel(
        ImportedModel imported, const ModelEntry& entry, const fs::path& source) const;
    // A slug, RUN@STEP, RUN@last, or the path of a file or folder.
    Result<ResolvedModel> resolveModel(std::string_view name) const;

private:
    Project() = default;
    Status checkModelName(const std::string& slug) const;
    fs::path m_directory;
    std::string m_id;
    std::string m_name;
    std::string m_created;
};

// A path given on a command line, without a project.
Result<ResolvedModel> resolveModelPath(const fs::path& path);

} // namespace koala
