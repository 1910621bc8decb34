#include "core/data/formats/unfinished_imports.h"

#include <algorithm>

#include "core/data/formats/import_staging.h"

namespace koala {
namespace {

std::string prefix()
{
    return std::string(kStagingPrefix) + ".";
}

std::uint64_t bytesBelow(const fs::path& folder)
{
    std::uint64_t bytes = 0;
    std::error_code code;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, code))
        if (const std::uint64_t size = entry.file_size(code); !code)
            bytes += size;
    return bytes;
}

UnfinishedImport describe(const fs::path& datasets, const fs::path& folder)
{
    UnfinishedImport import;
    import.id = folder.filename().string().substr(prefix().size());
    import.bytesOnDisk = bytesBelow(folder);
    const Result<ImportIdentity> identity = readImportIdentity(folder);
    if (!identity.ok()) {
        import.problem = "it was cut off before it had begun";
        return import;
    }
    import.slug = identity->slug;
    import.importer = identity->importer;
    import.files = identity->request.files;
    import.started = identity->started;
    import.problem = identity->obstacle(datasets);
    if (const Result<ImportCheckpoint> checkpoint = readImportCheckpoint(folder); checkpoint.ok()) {
        import.records = checkpoint->manifest.sourceRows + checkpoint->manifest.quarantined;
        import.rows = checkpoint->manifest.rows;
    }
    return import;
}

Result<fs::path> folderOf(const fs::path& datasets, std::string_view id)
{
    const fs::path folder = datasets / (prefix() + std::string(id));
    std::error_code code;
    if (!isSafeName(id) || !fs::is_directory(folder, code))
        return notFound(fmt::format(
            "there is no unfinished import \"{}\"; see them with: koala data list", id));
    return folder;
}

} // namespace

Result<std::vector<UnfinishedImport>> unfinishedImports(const fs::path& datasetsDirectory)
{
    std::vector<UnfinishedImport> found;
    std::error_code code;
    for (auto it = fs::directory_iterator(datasetsDirectory, code); !code && it != fs::end(it);
        it.increment(code)) {
        if (!it->path().filename().string().starts_with(prefix()))
            continue;
        Result<ImportStaging> staging = ImportStaging::adopt(it->path());
        if (!staging.ok())
            continue; // at work
        found.push_back(describe(datasetsDirectory, it->path()));
        staging->leave();
    }
    if (code && code != std::errc::no_such_file_or_directory)
        return fileError("list", datasetsDirectory, code.value());
    std::ranges::sort(found, {},
        [](const UnfinishedImport& import) { return std::pair(import.started, import.id); });
    return found;
}

Result<ImportRequest> continuedRequest(const fs::path& datasetsDirectory, std::string_view id)
{
    KOALA_TRY(const fs::path folder, folderOf(datasetsDirectory, id));
    KOALA_TRY(ImportIdentity identity, readImportIdentity(folder));
    if (const std::string problem = identity.obstacle(datasetsDirectory); !problem.empty())
        return invalidInput(fmt::format("the import of {} cannot be continued: {}; discard it with "
                                        "koala data discard {} and import the file again",
            identity.request.files.front().string(), problem, id));
    ImportRequest request = std::move(identity.request);
    request.datasetsDirectory = datasetsDirectory;
    request.slug = identity.slug;
    return request;
}

Status discardImport(const fs::path& datasetsDirectory, std::string_view id)
{
    KOALA_TRY(const fs::path folder, folderOf(datasetsDirectory, id));
    KOALA_TRY(const ImportStaging staging, ImportStaging::adopt(folder));
    return removeAll(folder);
}

} // namespace koala
