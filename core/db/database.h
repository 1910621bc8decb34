// core/db/database.h: one SQLite file, opened as contracts section 1 says: rollback journal
// (TRUNCATE), synchronous FULL, busy timeout 5 s, trusted_schema off, no extensions. Each file has
// one owning component, which brings its migrations; `user_version` counts them. SQLiteCpp's
// exceptions end here: work on the connection goes through run(). One connection per thread.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include <SQLiteCpp/SQLiteCpp.h>

#include "core/base/files.h"

namespace koala {

enum class DatabaseMode { ReadWrite, ReadOnly };

class Database {
public:
    // Runs the migrations that the file has not seen, each in a transaction of its own. A file from
    // a newer program is refused. Read-only: the file must exist and be up to date.
    static Result<Database> open(
        const fs::path& path, std::span<const char* const> migrations, DatabaseMode mode);

    // Runs `work`; an exception of SQLite becomes an error that names the file.
    Status run(const std::function<void(SQLite::Database&)>& work);
    // The same inside a transaction: all or nothing.
    Status transact(const std::function<void(SQLite::Database&)>& work);

private:
    Database(fs::path path, std::unique_ptr<SQLite::Database> handle)
        : m_path(std::move(path)), m_handle(std::move(handle))
    {
    }
    fs::path m_path;
    std::unique_ptr<SQLite::Database> m_handle;
};

} // namespace koala
