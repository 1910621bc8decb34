#include "core/store/project.h"

#include "core/base/ids.h"
#include "core/base/time.h"

namespace koala {
namespace {

constexpr const char* kFolders[] = {
    "datasets", "mixtures", "recipes", "models", "prompts", "answers", "chats", "runs", "studies"};

// Names of the files with this ending, without it, sorted.
Result<std::vector<std::string>> stemsIn(const fs::path& folder, const std::string& extension)
{
    std::vector<std::string> stems;
    std::error_code code;
    if (!fs::exists(folder, code))
        return stems;
    KOALA_TRY(const std::vector<fs::path> entries, listDirectory(folder));
    for (const fs::path& entry : entries)
        if (entry.extension() == extension && isSafeName(entry.stem().string()))
            stems.push_back(entry.stem().string());
    return stems;
}

Result<std::vector<fs::path>> foldersIn(const fs::path& folder)
{
    std::vector<fs::path> folders;
    std::error_code code;
    if (!fs::exists(folder, code))
        return folders;
    KOALA_TRY(const std::vector<fs::path> entries, listDirectory(folder));
    for (const fs::path& entry : entries)
        if (fs::is_directory(entry, code))
            folders.push_back(entry);
    return folders;
}

} // namespace

Result<Project> Project::create(const fs::path& directory, const std::string& name)
{
    std::error_code code;
    if (fs::exists(directory / "project.json", code))
        return invalidInput(
            directory.string() + " is already a project; open it, or name another folder");
    if (fs::exists(directory, code) &&
        (!fs::is_directory(directory, code) || !fs::is_empty(directory, code)))
        return invalidInput(
            directory.string() + " is not an empty folder; name a new one for the project");
    KOALA_RETURN_IF_ERROR(createDirectories(directory));
    for (const char* folder : kFolders)
        KOALA_RETURN_IF_ERROR(createDirectories(directory / folder));
    const fs::path absolute = fs::canonical(directory, code);
    const std::string title = name.empty() ? absolute.filename().string() : name;
    KOALA_RETURN_IF_ERROR(writeFileAtomically(directory / ".lock", ""));
    KOALA_RETURN_IF_ERROR(writeJsonFile(directory / "project.json",
        {{"version", 1}, {"id", randomUuid()}, {"name", title}, {"created", nowUtc()}}));
    return open(directory);
}

Result<Project> Project::open(const fs::path& directory)
{
    std::error_code code;
    const fs::path file = directory / "project.json";
    if (!fs::exists(file, code))
        return notFound(directory.string() +
                        " is no project (it has no project.json); make one with: "
                        "koala project new DIR");
    KOALA_TRY(const Json json, readJsonFile(file));
    KOALA_TRY(const std::int64_t version, integerAt(json, "version", file.string()));
    if (version != 1)
        return invalidInput(
            fmt::format("{} has version {}, and this program knows version 1; update the program",
                file.string(), version));
    Project project;
    project.m_directory = fs::canonical(directory, code);
    project.m_id = stringOr(json, "id", "");
    project.m_name = stringOr(json, "name", project.m_directory.filename().string());
    project.m_created = stringOr(json, "created", "");
    return project;
}

fs::path Project::mixtureFile(std::string_view slug) const
{
    return m_directory / "mixtures" / (std::string(slug) + ".json");
}

fs::path Project::modelDirectory(std::string_view slug) const
{
    return m_directory / "models" / slug;
}

fs::path Project::promptSetFile(std::string_view slug) const
{
    return m_directory / "prompts" / (std::string(slug) + ".jsonl");
}

Result<std::vector<DatasetEntry>> Project::datasets() const
{
    KOALA_TRY(const std::vector<fs::path> folders, foldersIn(datasetsDirectory()));
    std::vector<DatasetEntry> entries;
    for (const fs::path& folder : folders) {
        DatasetEntry entry;
        entry.slug = folder.filename().string();
        Result<DatasetManifest> manifest = readDatasetManifest(folder);
        if (manifest.ok())
            entry.manifest = std::move(*manifest);
        else
            entry.problem = manifest.error().message;
        entries.push_back(std::move(entry));
    }
    return entries;
}

Result<std::vector<std::string>> Project::mixtures() const
{
    return stemsIn(m_directory / "mixtures", ".json");
}

Result<std::vector<std::string>> Project::promptSets() const
{
    return stemsIn(m_directory / "prompts", ".jsonl");
}

Result<std::vector<std::string>> Project::runs() const
{
    KOALA_TRY(const std::vector<fs::path> folders, foldersIn(runsDirectory()));
    std::vector<std::string> ids; // identifiers begin with their time, so names are in order
    for (const fs::path& folder : folders)
        ids.push_back(folder.filename().string());
    return ids;
}

Result<std::shared_ptr<const Dataset>> Project::dataset(std::string_view slug) const
{
    std::error_code code;
    if (!isSafeName(slug) || !fs::exists(datasetsDirectory() / slug, code))
        return notFound(
            fmt::format("this project has no dataset \"{}\"; see: koala data list", slug));
    return Dataset::open(datasetsDirectory() / slug);
}

} // namespace koala
