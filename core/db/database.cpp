#include "core/db/database.h"

#include <sqlite3.h>

namespace koala {
namespace {

Error databaseError(const fs::path& path, const SQLite::Exception& exception)
{
    const int code = exception.getErrorCode();
    std::string way = "close other programs that use it and try again";
    if (code == SQLITE_FULL)
        way = "free some space on this disk and try again";
    else if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT)
        way = "delete this file: it is an index and is made again";
    else if (code == SQLITE_READONLY || code == SQLITE_CANTOPEN || code == SQLITE_PERM)
        way = "check that the folder exists and may be written";
    return ioError(path.string() + ": " + exception.what() + "; " + way);
}

} // namespace

Result<Database> Database::open(
    const fs::path& path, std::span<const char* const> migrations, DatabaseMode mode)
{
    try {
        const int flags = mode == DatabaseMode::ReadOnly
                              ? SQLite::OPEN_READONLY
                              : SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE;
        auto handle = std::make_unique<SQLite::Database>(path.string(), flags, 5000);
        handle->exec("PRAGMA trusted_schema=OFF");
        const int version = handle->execAndGet("PRAGMA user_version").getInt();
        if (version > int(migrations.size()))
            return invalidInput(
                fmt::format("{} was written by a newer version of this program (format {}); "
                            "update the program",
                    path.string(), version));
        if (mode == DatabaseMode::ReadOnly) {
            if (version < int(migrations.size()))
                return unavailable(
                    path.string() + " is of an older format; open it for writing once");
            return Database(path, std::move(handle));
        }
        handle->exec("PRAGMA journal_mode=TRUNCATE");
        handle->exec("PRAGMA synchronous=FULL");
        for (int next = version; next < int(migrations.size()); ++next) {
            SQLite::Transaction transaction(*handle);
            handle->exec(migrations[std::size_t(next)]);
            handle->exec(fmt::format("PRAGMA user_version={}", next + 1));
            transaction.commit();
        }
        return Database(path, std::move(handle));
    } catch (const SQLite::Exception& exception) {
        return databaseError(path, exception);
    }
}

Status Database::run(const std::function<void(SQLite::Database&)>& work)
{
    try {
        work(*m_handle);
        return {};
    } catch (const SQLite::Exception& exception) {
        return databaseError(m_path, exception);
    }
}

Status Database::transact(const std::function<void(SQLite::Database&)>& work)
{
    return run([&](SQLite::Database& database) {
        SQLite::Transaction transaction(database);
        work(database);
        transaction.commit();
    });
}

} // namespace koala
