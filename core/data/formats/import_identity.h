// core/data/formats/import_identity.h: what an import is, as import.json in its staging folder
// says: the request, and the files as they were. An import with the same identity makes the same
// dataset, so it may go on where another one was cut off. Private to core/data.
#pragma once

#include "core/base/json.h"
#include "core/data/formats/dataset_import.h"

namespace koala {

// Size and time of change: told again after a file was read, it is the file that was hashed.
struct FileStamp {
    std::uint64_t bytes = 0;
    std::int64_t changed = 0;
    bool operator==(const FileStamp&) const = default;
};
FileStamp stampOf(const fs::path& file); // zeros when it is not there

struct ImportIdentity {
    ImportRequest request; // the files with absolute paths; without folder and published sources
    std::vector<FileStamp> stamps; // a file each
    std::string importer;
    std::string slug;
    std::string started;

    static ImportIdentity of(const ImportRequest& request, std::string importer, std::string slug);
    std::string key() const; // the hash of all but `started`
    // Why an import that was cut off cannot be gone on with, or "".
    std::string obstacle(const fs::path& datasets) const;
};

Status writeImportIdentity(const fs::path& staging, const ImportIdentity& identity);
Result<ImportIdentity> readImportIdentity(const fs::path& staging);

inline constexpr const char* kIdentityFile = "import.json";

} // namespace koala
