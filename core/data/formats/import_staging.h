// core/data/formats/import_staging.h: the folder datasets/.import.* in which an import is written
// until it appears as a dataset. It is locked while its import runs. A killed import leaves it
// behind with its last checkpoint: an import of the same unchanged files goes on there. Any other
// import removes what cannot be gone on with. Private to core/data.
#pragma once

#include <optional>

#include "core/data/dataset.h"
#include "core/data/formats/import_identity.h"

namespace koala {

// How far an import had come: everything in it is on its way to the disk, what is beyond is cut
// off.
struct ImportCheckpoint {
    DatasetManifest manifest;            // the counts so far
    std::size_t file = 0;                // place in the list of files
    std::uint64_t records = 0;           // records of that file that are done
    std::vector<std::uint64_t> rejected; // those of them that were no JSON, by number
    std::uint64_t rowsBytes = 0;
    std::string rowsSha256; // of that many bytes
    std::uint64_t quarantineBytes = 0;
    std::string firstReason;
};
OrderedJson toJson(const ImportCheckpoint& checkpoint);
Result<ImportCheckpoint> readImportCheckpoint(const fs::path& staging);

class ImportStaging {
public:
    // Goes on in the folder that an import with this identity left, if its checkpoint is sound;
    // else begins a new folder.
    static Result<ImportStaging> open(const fs::path& datasets, const ImportIdentity& identity);
    // The folder with this name once its import does not run any more.
    static Result<ImportStaging> adopt(const fs::path& folder);
    ImportStaging(ImportStaging&&) noexcept = default;
    ImportStaging& operator=(ImportStaging&&) = delete;
    ~ImportStaging(); // removes the folder, unless published

    const fs::path& path() const { return m_path; }
    const std::optional<ImportCheckpoint>& checkpoint() const { return m_checkpoint; }
    // Forgets the checkpoint and all that was written.
    Status startOver();
    Status publish(const fs::path& final);
    // Leaves the folder as it is.
    void leave() { m_path.clear(); }

private:
    ImportStaging(fs::path path, FileLock lock) : m_path(std::move(path)), m_lock(std::move(lock))
    {
    }
    fs::path m_path;
    std::optional<FileLock> m_lock;
    std::optional<ImportCheckpoint> m_checkpoint;
};

inline constexpr std::string_view kStagingPrefix = ".import";
inline constexpr const char* kCheckpointFile = "checkpoint.json";

} // namespace koala
