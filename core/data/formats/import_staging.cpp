#include "core/data/formats/import_staging.h"

namespace koala {
namespace {

constexpr const char* kLockFile = ".lock";

std::uint64_t countAt(const Json& json, const char* key)
{
    return std::uint64_t(std::max<std::int64_t>(0, integerOr(json, key, 0)));
}

// What an import that was killed after its dataset had appeared did not get to remove.
void removeStagingFiles(const fs::path& dataset)
{
    std::error_code code;
    if (!fs::exists(dataset / kLockFile, code) || !FileLock::acquire(dataset / kLockFile).ok())
        return;
    for (const char* name : {kCheckpointFile, kIdentityFile, kLockFile})
        fs::remove(dataset / name, code);
}

} // namespace

Result<ImportCheckpoint> readImportCheckpoint(const fs::path& staging)
{
    const fs::path path = staging / kCheckpointFile;
    KOALA_TRY(const Json json, readJsonFile(path));
    ImportCheckpoint checkpoint;
    KOALA_TRY(
        checkpoint.manifest, datasetManifestFromJson(memberOr(json, "manifest"), path.string()));
    checkpoint.file = std::size_t(countAt(json, "file"));
    checkpoint.records = countAt(json, "records");
    const Json& rejected = memberOr(json, "rejected");
    if (rejected.is_array())
        for (const Json& record : rejected)
            if (record.is_number_unsigned())
                checkpoint.rejected.push_back(record.get<std::uint64_t>());
    checkpoint.rowsBytes = countAt(json, "rows_bytes");
    checkpoint.rowsSha256 = stringOr(json, "rows_sha256", "");
    checkpoint.quarantineBytes = countAt(json, "quarantine_bytes");
    checkpoint.firstReason = stringOr(json, "first_reason", "");
    return checkpoint;
}

OrderedJson toJson(const ImportCheckpoint& checkpoint)
{
    return {{"version", 1}, {"manifest", toJson(checkpoint.manifest)}, {"file", checkpoint.file},
        {"records", checkpoint.records}, {"rejected", checkpoint.rejected},
        {"rows_bytes", checkpoint.rowsBytes}, {"rows_sha256", checkpoint.rowsSha256},
        {"quarantine_bytes", checkpoint.quarantineBytes}, {"first_reason", checkpoint.firstReason}};
}

Result<ImportStaging> ImportStaging::adopt(const fs::path& folder)
{
    KOALA_TRY(FileLock lock, FileLock::acquire(folder / kLockFile));
    return ImportStaging(folder, std::move(lock));
}

Result<ImportStaging> ImportStaging::open(const fs::path& datasets, const ImportIdentity& identity)
{
    const std::string key = identity.key();
    std::optional<ImportStaging> found;
    std::error_code code;
    std::vector<fs::path> folders;
    for (const fs::directory_entry& entry : fs::directory_iterator(datasets, code))
        folders.push_back(entry.path());
    for (const fs::path& folder : folders) {
        if (!folder.filename().string().starts_with(kStagingPrefix)) {
            removeStagingFiles(folder);
            continue;
        }
        Result<ImportStaging> left = adopt(folder);
        if (!left.ok())
            continue; // its import is at work
        const Result<ImportIdentity> known = readImportIdentity(folder);
        Result<ImportCheckpoint> checkpoint = readImportCheckpoint(folder);
        if (known.ok() && known->key() != key && known->obstacle(datasets).empty()) {
            left->leave(); // somebody may want to go on there
        } else if (known.ok() && known->key() == key && checkpoint.ok() && !found) {
            left->m_checkpoint = std::move(*checkpoint);
            found.emplace(std::move(*left));
        } // else it is removed with the object
    }
    if (found)
        return std::move(*found);
    KOALA_TRY(TemporaryDirectory fresh, TemporaryDirectory::create(datasets, kStagingPrefix));
    KOALA_TRY(FileLock lock, FileLock::acquire(fresh.path() / kLockFile));
    ImportStaging staging(fresh.release(), std::move(lock));
    KOALA_RETURN_IF_ERROR(writeImportIdentity(staging.path(), identity));
    return staging;
}

ImportStaging::~ImportStaging()
{
    if (m_lock && !m_path.empty())
        (void)removeAll(m_path);
}

Status ImportStaging::startOver()
{
    m_checkpoint.reset();
    std::error_code code;
    std::vector<fs::path> files;
    for (const fs::directory_entry& entry : fs::directory_iterator(m_path, code))
        if (entry.path().filename() != kLockFile && entry.path().filename() != kIdentityFile)
            files.push_back(entry.path());
    for (const fs::path& file : files)
        KOALA_RETURN_IF_ERROR(removeAll(file));
    return {};
}

// Until the rename all is there that is needed to go on; what is of no use to a dataset goes after
// it. The lock goes along: without it another import would take the folder for an abandoned one.
Status ImportStaging::publish(const fs::path& final)
{
    KOALA_RETURN_IF_ERROR(publishDirectory(m_path, final));
    m_path.clear();
    m_lock.reset();
    removeStagingFiles(final);
    return {};
}

} // namespace koala
