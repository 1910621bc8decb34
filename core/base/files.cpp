#include "core/base/files.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace koala {
namespace {

struct Descriptor {
    int value = -1;
    ~Descriptor()
    {
        if (value >= 0)
            ::close(value);
    }
};

int writeAll(int descriptor, std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0) {
            if (errno == EINTR)
                continue;
            return errno;
        }
        bytes.remove_prefix(std::size_t(written));
    }
    return 0;
}

Status syncTree(const fs::path& root)
{
    std::error_code code;
    for (auto it = fs::recursive_directory_iterator(root, code); !code && it != fs::end(it);
        it.increment(code)) {
        Descriptor file{::open(it->path().c_str(), O_RDONLY | O_CLOEXEC)};
        if (file.value < 0 || ::fsync(file.value) != 0)
            return fileError("sync", it->path(), errno);
    }
    if (code)
        return fileError("list", root, code.value());
    return syncDirectory(root);
}

} // namespace

std::string errnoText(int errorNumber)
{
    return std::strerror(errorNumber);
}

Error fileError(std::string_view verb, const fs::path& path, int errorNumber)
{
    std::string advice;
    if (errorNumber == ENOSPC || errorNumber == EDQUOT)
        advice = ". Free some space or choose another folder; nothing that was saved is lost";
    else if (errorNumber == EACCES || errorNumber == EPERM)
        advice = ". Change the rights of the file or folder, or choose another place";
    else if (errorNumber == EROFS)
        advice = ". The disk is read-only; choose another place";
    else if (errorNumber == EIO)
        advice = ". The disk or the way to it is faulty; check it before you try again";
    else if (errorNumber == EMFILE || errorNumber == ENFILE)
        advice = ". Close other programs, or raise the limit with ulimit -n, and try again";
    const ErrorCode code = errorNumber == ENOENT ? ErrorCode::NotFound : ErrorCode::Io;
    return {code,
        fmt::format("cannot {} {}: {}{}", verb, path.string(), errnoText(errorNumber), advice)};
}

Result<std::string> readFile(const fs::path& path, std::uint64_t limitBytes)
{
    Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (file.value < 0)
        return fileError("read", path, errno);
    struct stat info{};
    if (::fstat(file.value, &info) != 0)
        return fileError("read", path, errno);
    if (S_ISDIR(info.st_mode))
        return ioError(fmt::format("cannot read {}: it is a folder, not a file", path.string()));
    if (std::uint64_t(info.st_size) > limitBytes)
        return invalidInput(fmt::format("{} is {} bytes long; at most {} are read here",
            path.string(), info.st_size, limitBytes));
    std::string contents;
    contents.resize(std::size_t(info.st_size));
    std::size_t filled = 0;
    for (;;) {
        if (filled == contents.size()) { // the size of a pipe or a growing file is not known
            char extra[4096];
            const ssize_t got = ::read(file.value, extra, sizeof extra);
            if (got == 0)
                break;
            if (got < 0) {
                if (errno == EINTR)
                    continue;
                return fileError("read", path, errno);
            }
            contents.append(extra, std::size_t(got));
            filled = contents.size();
            if (filled > limitBytes)
                return invalidInput(
                    fmt::format("{} is longer than {} bytes", path.string(), limitBytes));
            continue;
        }
        const ssize_t got = ::read(file.value, contents.data() + filled, contents.size() - filled);
        if (got < 0) {
            if (errno == EINTR)
                continue;
            return fileError("read", path, errno);
        }
        if (got == 0) {
            contents.resize(filled);
            break;
        }
        filled += std::size_t(got);
    }
    return contents;
}

Result<std::string> readHead(const fs::path& path, std::size_t bytes)
{
    Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (file.value < 0)
        return fileError("read", path, errno);
    std::string head(bytes, '\0');
    std::size_t filled = 0;
    while (filled < bytes) {
        const ssize_t got = ::read(file.value, head.data() + filled, bytes - filled);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fileError("read", path, errno);
        if (got == 0)
            break;
        filled += std::size_t(got);
    }
    head.resize(filled);
    return head;
}

Status writeFileAtomically(const fs::path& path, std::string_view contents)
{
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    std::string temporary = (folder / ("." + path.filename().string() + ".XXXXXX")).string();
    Descriptor file{::mkostemp(temporary.data(), O_CLOEXEC)};
    if (file.value < 0)
        return fileError("write", path, errno);
    int failure = writeAll(file.value, contents);
    if (failure == 0 && ::fsync(file.value) != 0)
        failure = errno;
    if (failure == 0 && ::rename(temporary.c_str(), path.c_str()) != 0)
        failure = errno;
    if (failure != 0) {
        ::unlink(temporary.c_str());
        return fileError("write", path, failure);
    }
    return syncDirectory(folder);
}

Status createDirectories(const fs::path& path)
{
    std::error_code code;
    fs::create_directories(path, code);
    if (code)
        return fileError("create folder", path, code.value());
    return {};
}

Status syncDirectory(const fs::path& path)
{
    Descriptor folder{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (folder.value < 0 || (::fsync(folder.value) != 0 && errno != EINVAL))
        return fileError("sync", path, errno);
    return {};
}

Status publishDirectory(const fs::path& staging, const fs::path& final)
{
    KOALA_RETURN_IF_ERROR(syncTree(staging));
    if (fs::exists(fs::symlink_status(final)))
        return ioError(fmt::format(
            "{} exists already; choose another name or remove it first", final.string()));
    if (::rename(staging.c_str(), final.c_str()) != 0)
        return fileError("publish", final, errno);
    return syncDirectory(final.has_parent_path() ? final.parent_path() : fs::path("."));
}

Status removeAll(const fs::path& path)
{
    std::error_code code;
    fs::remove_all(path, code);
    if (code)
        return fileError("remove", path, code.value());
    return {};
}

Status copyFile(const fs::path& from, const fs::path& to)
{
    std::error_code code;
    fs::copy_file(from, to, fs::copy_options::overwrite_existing, code);
    if (code)
        return fileError("copy " + from.string() + " to", to, code.value());
    return {};
}

Result<std::vector<fs::path>> listDirectory(const fs::path& path)
{
    std::vector<fs::path> entries;
    std::error_code code;
    for (auto it = fs::directory_iterator(path, code); !code && it != fs::end(it);
        it.increment(code))
        if (it->path().filename().string().front() != '.')
            entries.push_back(it->path());
    if (code)
        return fileError("list", path, code.value());
    std::sort(entries.begin(), entries.end());
    return entries;
}

Result<DiskSpace> diskSpace(const fs::path& path)
{
    std::error_code code;
    const fs::space_info space = fs::space(path, code);
    if (code)
        return fileError("measure the disk of", path, code.value());
    return DiskSpace{space.available, space.capacity};
}

bool isSafeName(std::string_view name)
{
    if (name.empty() || name.size() > 120 || name.front() == '.' || name.front() == '-')
        return false;
    return std::all_of(name.begin(), name.end(),
        [](unsigned char c) { return std::isalnum(c) || c == '.' || c == '_' || c == '-'; });
}

std::string slugify(std::string_view text)
{
    std::string slug;
    for (const unsigned char c : text.substr(0, 400)) {
        if (c < 0x80 && std::isalnum(c))
            slug += char(std::tolower(c));
        else if (!slug.empty() && slug.back() != '-')
            slug += '-';
        if (slug.size() >= 60)
            break;
    }
    while (!slug.empty() && slug.back() == '-')
        slug.pop_back();
    return slug.empty() ? "unnamed" : slug;
}

Result<fs::path> pathInside(const fs::path& root, std::string_view relative)
{
    const auto refuse = [&](std::string_view why) {
        return invalidInput(fmt::format("the path \"{}\" is not used: {}", relative, why));
    };
    if (relative.empty() || relative.front() == '/')
        return refuse("it must be relative and not empty");
    if (relative.find('\\') != relative.npos || relative.find('\0') != relative.npos)
        return refuse("it holds a backslash or a zero byte");
    for (const fs::path& part : fs::path(relative))
        if (part == "..")
            return refuse("it leads outside its folder");
    std::error_code code;
    const fs::path base = fs::weakly_canonical(root, code);
    const fs::path full = fs::weakly_canonical(base / relative, code);
    if (code ||
        std::mismatch(base.begin(), base.end(), full.begin(), full.end()).first != base.end())
        return refuse("it leads outside its folder through a link");
    return full;
}

Result<TemporaryDirectory> TemporaryDirectory::create(
    const fs::path& parent, std::string_view prefix)
{
    std::error_code code;
    const fs::path folder = parent.empty() ? fs::temp_directory_path(code) : parent;
    if (code)
        return ioError("there is no folder for temporary files; set TMPDIR");
    KOALA_RETURN_IF_ERROR(createDirectories(folder));
    std::string pattern = (folder / (std::string(prefix) + ".XXXXXX")).string();
    if (::mkdtemp(pattern.data()) == nullptr)
        return fileError("create a folder in", folder, errno);
    return TemporaryDirectory(pattern);
}

TemporaryDirectory::TemporaryDirectory(TemporaryDirectory&& other) noexcept
    : m_path(std::exchange(other.m_path, {}))
{
}

TemporaryDirectory& TemporaryDirectory::operator=(TemporaryDirectory&& other) noexcept
{
    std::swap(m_path, other.m_path);
    return *this;
}

TemporaryDirectory::~TemporaryDirectory()
{
    std::error_code code;
    if (!m_path.empty())
        fs::remove_all(m_path, code);
}

fs::path TemporaryDirectory::release()
{
    return std::exchange(m_path, {});
}

Result<FileLock> FileLock::acquire(const fs::path& path)
{
    Descriptor file{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    if (file.value < 0)
        return fileError("lock", path, errno);
    if (::flock(file.value, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK)
            return fileError("lock", path, errno);
        char holder[32] = {};
        const ssize_t got = ::pread(file.value, holder, sizeof holder - 1, 0);
        return unavailable(fmt::format("{} is in use by another process{}", path.string(),
            got > 0 ? fmt::format(" (pid {})", std::string_view(holder, std::size_t(got))) : ""));
    }
    const std::string pid = std::to_string(::getpid());
    if (::ftruncate(file.value, 0) != 0 || ::pwrite(file.value, pid.data(), pid.size(), 0) < 0) {
        // The pid only helps messages; the lock itself holds without it.
    }
    return FileLock(std::exchange(file.value, -1));
}

FileLock::FileLock(FileLock&& other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1))
{
}

FileLock& FileLock::operator=(FileLock&& other) noexcept
{
    std::swap(m_descriptor, other.m_descriptor);
    return *this;
}

FileLock::~FileLock()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

Result<LineAppender> LineAppender::open(const fs::path& path)
{
    Descriptor file{::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644)};
    if (file.value < 0)
        return fileError("append to", path, errno);
    off_t size = ::lseek(file.value, 0, SEEK_END);
    // Walk back over a last line without its end.
    std::string chunk(4096, '\0');
    off_t end = size;
    bool found = size == 0;
    while (!found && end > 0) {
        const off_t from = std::max<off_t>(0, end - off_t(chunk.size()));
        const ssize_t got = ::pread(file.value, chunk.data(), std::size_t(end - from), from);
        if (got <= 0)
            return fileError("read", path, got < 0 ? errno : EIO);
        const auto newline = std::string_view(chunk.data(), std::size_t(got)).rfind('\n');
        if (newline != std::string_view::npos) {
            end = from + off_t(newline) + 1;
            found = true;
        } else {
            end = from;
        }
    }
    if (end != size && ::ftruncate(file.value, end) != 0)
        return fileError("append to", path, errno);
    return LineAppender(std::exchange(file.value, -1), path, std::uint64_t(end));
}

LineAppender::LineAppender(LineAppender&& other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1)), m_path(std::move(other.m_path)),
      m_size(other.m_size)
{
}

LineAppender& LineAppender::operator=(LineAppender&& other) noexcept
{
    std::swap(m_descriptor, other.m_descriptor);
    std::swap(m_path, other.m_path);
    std::swap(m_size, other.m_size);
    return *this;
}

LineAppender::~LineAppender()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

Status LineAppender::append(std::string_view line)
{
    std::string whole;
    whole.reserve(line.size() + 1);
    whole.append(line).push_back('\n');
    if (const int failure = writeAll(m_descriptor, whole)) {
        if (::ftruncate(m_descriptor, off_t(m_size)) != 0) {
            // The next open() cuts the torn line off as well.
        }
        return fileError("append to", m_path, failure);
    }
    m_size += whole.size();
    return {};
}

Status LineAppender::sync()
{
    if (::fdatasync(m_descriptor) != 0)
        return fileError("sync", m_path, errno);
    return {};
}

} // namespace koala
