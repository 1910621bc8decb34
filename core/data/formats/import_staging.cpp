#include "core/data/formats/import_staging.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace koala {
namespace {

constexpr const char* kLockFile = ".lock";

std::uint64_t countAt(const Json& json, const char* key)
{
    return std::uint64_t(std::max<std::int64_t>(0, integerOr(json, key, 0)));
}

// As far as they can be listed.
std::vector<fs::path> entriesOf(const fs::path& folder)
{
    std::vector<fs::path> entries;
    std::error_code code;
    for (auto it = fs::directory_iterator(folder, code); !code && it != fs::end(it);
        it.increment(code))
        entries.push_back(it->path());
    return entries;
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

// The folder itself is locked. Where a file system cannot do that, all goes on without.
StagingGuard::StagingGuard(const fs::path& datasets)
    : m_descriptor(::open(datasets.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC))
{
    while (m_descriptor >= 0 && ::flock(m_descriptor, LOCK_EX) != 0 && errno == EINTR) {
    }
}

StagingGuard::~StagingGuard()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

std::uint64_t bytesBelow(const fs::path& folder)
{
    std::uint64_t bytes = 0;
    std::error_code code;
    for (const fs::path& file : entriesOf(folder))
        if (const std::uint64_t size = fs::file_size(file, code); !code)
            bytes += size;
    return bytes;
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
    std::error_code code;
    if (!fs::exists(folder, code)) // it became a dataset between opening and locking
        return notFound(folder.string() + " is no import any more");
    return ImportStaging(folder, std::move(lock));
}

Result<ImportStaging> ImportStaging::open(const fs::path& datasets, const ImportIdentity& identity)
{
    const StagingGuard guard(datasets);
    const std::string key = identity.key();
    std::optional<ImportStaging> found;
    for (const fs::path& folder : entriesOf(datasets)) {
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
    if (found) {
        found->removeTornFiles();
        return std::move(*found);
    }
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
    for (const fs::path& file : entriesOf(m_path))
        if (file.filename() != kLockFile && file.filename() != kIdentityFile)
            KOALA_RETURN_IF_ERROR(removeAll(file));
    return {};
}

// A file that was being written when the process was killed still has its hidden name.
void ImportStaging::removeTornFiles() const
{
    std::error_code code;
    for (const fs::path& file : entriesOf(m_path))
        if (file.filename().string().starts_with(".") && file.filename() != kLockFile)
            fs::remove(file, code);
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
