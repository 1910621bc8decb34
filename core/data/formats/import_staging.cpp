#include "core/data/formats/import_staging.h"

namespace koala {
namespace {

constexpr const char* kLockFile = ".lock";

std::uint64_t countAt(const Json& json, const char* key)
{
    return std::uint64_t(std::max<std::int64_t>(0, integerOr(json, key, 0)));
}

Result<ImportCheckpoint> readCheckpoint(const fs::path& path)
{
    KOALA_TRY(const Json json, readJsonFile(path));
    ImportCheckpoint checkpoint;
    KOALA_TRY(checkpoint.key, stringAt(json, "key", path.string()));
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

} // namespace

OrderedJson toJson(const ImportCheckpoint& checkpoint)
{
    return {{"version", 1}, {"key", checkpoint.key}, {"manifest", toJson(checkpoint.manifest)},
        {"file", checkpoint.file}, {"records", checkpoint.records},
        {"rejected", checkpoint.rejected}, {"rows_bytes", checkpoint.rowsBytes},
        {"rows_sha256", checkpoint.rowsSha256}, {"quarantine_bytes", checkpoint.quarantineBytes},
        {"first_reason", checkpoint.firstReason}};
}

Result<ImportStaging> ImportStaging::open(const fs::path& datasets, const std::string& key)
{
    std::optional<ImportStaging> found;
    std::error_code code;
    std::vector<fs::path> left;
    for (const fs::directory_entry& entry : fs::directory_iterator(datasets, code))
        if (entry.path().filename().string().starts_with(".import"))
            left.push_back(entry.path());
    for (const fs::path& path : left) {
        Result<FileLock> lock = FileLock::acquire(path / kLockFile);
        if (!lock.ok())
            continue; // its import is at work
        ImportStaging abandoned(path, std::move(*lock));
        Result<ImportCheckpoint> checkpoint = readCheckpoint(path / kCheckpointFile);
        if (found || !checkpoint.ok() || checkpoint->key != key)
            continue; // removed with the object
        abandoned.m_checkpoint = std::move(*checkpoint);
        found.emplace(std::move(abandoned));
    }
    if (found)
        return std::move(*found);
    KOALA_TRY(TemporaryDirectory fresh, TemporaryDirectory::create(datasets, ".import"));
    KOALA_TRY(FileLock lock, FileLock::acquire(fresh.path() / kLockFile));
    return ImportStaging(fresh.release(), std::move(lock));
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
        if (entry.path().filename() != kLockFile)
            files.push_back(entry.path());
    for (const fs::path& file : files)
        KOALA_RETURN_IF_ERROR(removeAll(file));
    return {};
}

// The lock goes along and is removed last: without it another import would take the folder for an
// abandoned one.
Status ImportStaging::publish(const fs::path& final)
{
    std::error_code code;
    fs::remove(m_path / kCheckpointFile, code);
    KOALA_RETURN_IF_ERROR(publishDirectory(m_path, final));
    m_path.clear();
    fs::remove(final / kLockFile, code);
    return {};
}

} // namespace koala
