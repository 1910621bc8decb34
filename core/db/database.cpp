#include "core/db/database.h"

#include <cerrno>

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

namespace koala {
namespace {

// Of errors that say something about the disk; others are left over from something else.
int ofTheDisk(int error)
{
    for (const int known : {EIO, ENOSPC, EDQUOT, EROFS, EMFILE, ENFILE, EACCES, EPERM})
        if (error == known)
            return known;
    return 0;
}

// What the disk said, where SQLite only knows that it said something; 0 when that is lost.
int causeOf(const SQLite::Exception& exception, sqlite3* handle)
{
    const int last = ofTheDisk(errno);
    const int code = exception.getErrorCode();
    if (code == SQLITE_FULL)
        return ENOSPC;
    if (code != SQLITE_IOERR && code != SQLITE_CANTOPEN &&
        code != SQLITE_CORRUPT) // so it takes a page that cannot be read
        return 0;
    int ofFile = 0;
    if (handle != nullptr)
        sqlite3_file_control(handle, "main", SQLITE_FCNTL_LAST_ERRNO, &ofFile);
    if (ofTheDisk(ofFile) != 0)
        return ofFile;
    const int ofHandle = handle != nullptr ? ofTheDisk(sqlite3_system_errno(handle)) : 0;
    return ofHandle != 0 ? ofHandle : last;
}

// SQLite creates them too, but when it cannot it tries once more without creating and then says
// only that there is no such file.
Status createFiles(const fs::path& path)
{
    for (const char* suffix : {"", "-journal"}) {
        const fs::path file = path.string() + suffix;
        const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
        if (descriptor < 0 && errno != EEXIST)
            return fileError("create", file, errno);
        if (descriptor >= 0)
            ::close(descriptor);
    }
    return {};
}

Error databaseError(
    const fs::path& path, const SQLite::Exception& exception, sqlite3* handle = nullptr)
{
    if (const int cause = causeOf(exception, handle); cause != 0)
        return fileError("use", path, cause);
    const int code = exception.getErrorCode();
    std::string way = "close other programs that use it and try again";
    if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT)
        way = "delete this file: it is an index and is made again";
    else if (code == SQLITE_READONLY || code == SQLITE_CANTOPEN || code == SQLITE_PERM)
        way = "check that the folder exists and may be written";
    return ioError(path.string() + ": " + exception.what() + "; " + way);
}

} // namespace

Result<Database> Database::open(
    const fs::path& path, std::span<const char* const> migrations, DatabaseMode mode)
{
    if (mode == DatabaseMode::ReadWrite)
        KOALA_RETURN_IF_ERROR(createFiles(path));
    errno = 0;
    try {
        const int flags = mode == DatabaseMode::ReadOnly
                              ? SQLite::OPEN_READONLY
                              : SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE;
        auto handle = std::make_unique<SQLite::Database>(path.string(), flags, 5000);
        if (mode == DatabaseMode::ReadWrite && sqlite3_db_readonly(handle->getHandle(), "main") > 0)
            return fileError("write", path, ofTheDisk(errno) != 0 ? errno : EACCES);
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
    errno = 0;
    try {
        work(*m_handle);
        return {};
    } catch (const SQLite::Exception& exception) {
        return databaseError(m_path, exception, m_handle->getHandle());
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
