// core/base/files.h: reading, and writing so that a crash or a full disk leaves either the old file
// or the new one. All messages name the path and what to do.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace koala {

namespace fs = std::filesystem;

// The whole file. Refuses more than limitBytes before reading anything.
Result<std::string> readFile(
    const fs::path& path, std::uint64_t limitBytes = std::uint64_t(4) << 30);
// The first bytes of a file, at most `bytes` of them.
Result<std::string> readHead(const fs::path& path, std::size_t bytes);

// Writes a temporary file beside it, syncs it, renames it over `path`, syncs the folder.
Status writeFileAtomically(const fs::path& path, std::string_view contents);
Status createDirectories(const fs::path& path);
// Syncs every file below and the folders themselves, then renames `staging` to `final`, which must
// not exist: readers see nothing or everything.
Status publishDirectory(const fs::path& staging, const fs::path& final);
Status syncDirectory(const fs::path& path);
Status removeAll(const fs::path& path);
Status copyFile(const fs::path& from, const fs::path& to);

// Regular files or directories directly inside, sorted by name; hidden ones (.x) are left out.
Result<std::vector<fs::path>> listDirectory(const fs::path& path);

struct DiskSpace {
    std::uint64_t freeBytes = 0; // what an ordinary user may still write
    std::uint64_t totalBytes = 0;
};
Result<DiskSpace> diskSpace(const fs::path& path);

// The reason of the last failed system call, in words.
std::string errnoText(int errorNumber);
// An I/O error that names the path; "No space left" says what to do.
Error fileError(std::string_view verb, const fs::path& path, int errorNumber);

// True for a name that is safe as one path component: [A-Za-z0-9._-]+, at most 120 bytes, not
// starting with a dot or a dash. Names from data and users go through this before they become
// paths.
bool isSafeName(std::string_view name);
// "My data (v2).json" -> "my-data-v2": a safe name, "unnamed" if nothing is left.
std::string slugify(std::string_view text);
// A file inside `root` given by a relative path with '/'; refuses "..", absolute paths, backslashes
// and anything that leads outside through a link.
Result<fs::path> pathInside(const fs::path& root, std::string_view relative);

// A folder that disappears with the object, unless released (staging, tests).
class TemporaryDirectory {
public:
    // Made inside `parent`, or in the system's place for temporary files.
    static Result<TemporaryDirectory> create(
        const fs::path& parent = {}, std::string_view prefix = "koala");
    TemporaryDirectory(TemporaryDirectory&& other) noexcept;
    TemporaryDirectory& operator=(TemporaryDirectory&& other) noexcept;
    ~TemporaryDirectory();
    const fs::path& path() const { return m_path; }
    fs::path release();

private:
    explicit TemporaryDirectory(fs::path path) : m_path(std::move(path)) {}
    fs::path m_path;
};

// An advisory lock (flock) held by one process; the file is never renamed or removed.
class FileLock {
public:
    // Returns Unavailable, naming the holder's pid where known, when another process has it.
    static Result<FileLock> acquire(const fs::path& path);
    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&& other) noexcept;
    ~FileLock();

private:
    explicit FileLock(int descriptor) : m_descriptor(descriptor) {}
    int m_descriptor = -1;
};

// Appends whole lines to a file that others may read at any time: one write a line.
class LineAppender {
public:
    // Opens for appending; a torn last line (no '\n') left by a crash is cut off first.
    static Result<LineAppender> open(const fs::path& path);
    LineAppender(LineAppender&& other) noexcept;
    LineAppender& operator=(LineAppender&& other) noexcept;
    ~LineAppender();
    // `line` without '\n'. Returns once the bytes have reached the file; sync() makes them durable.
    Status append(std::string_view line);
    Status sync();
    std::uint64_t size() const { return m_size; }

private:
    LineAppender(int descriptor, fs::path path, std::uint64_t size)
        : m_descriptor(descriptor), m_path(std::move(path)), m_size(size)
    {
    }
    int m_descriptor = -1;
    fs::path m_path;
    std::uint64_t m_size = 0;
};

} // namespace koala
