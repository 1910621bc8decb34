#include "core/base/atomic_file.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace koala {
namespace {

fs::path folderOf(const fs::path& path)
{
    return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

} // namespace

Result<AtomicFile> AtomicFile::create(const fs::path& path)
{
    std::string temporary =
        (folderOf(path) / ("." + path.filename().string() + ".XXXXXX")).string();
    const int descriptor = ::mkostemp(temporary.data(), O_CLOEXEC);
    if (descriptor < 0)
        return fileError("write", path, errno);
    ::fchmod(descriptor, 0644);
    return AtomicFile(descriptor, path, std::move(temporary));
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1)), m_path(std::move(other.m_path)),
      m_temporary(std::exchange(other.m_temporary, {})), m_size(other.m_size)
{
}

AtomicFile::~AtomicFile()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
    if (!m_temporary.empty())
        ::unlink(m_temporary.c_str());
}

Status AtomicFile::write(std::span<const std::byte> bytes)
{
    while (!bytes.empty()) {
        const ssize_t written =
            ::write(m_descriptor, bytes.data(), std::min<std::size_t>(bytes.size(), 1 << 26));
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return fileError("write", m_path, errno);
        m_size += static_cast<std::uint64_t>(written);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

Status AtomicFile::commit()
{
    if (::fsync(m_descriptor) != 0)
        return fileError("write", m_path, errno);
    // Some network file systems report a failed write only here.
    if (::close(std::exchange(m_descriptor, -1)) != 0)
        return fileError("write", m_path, errno);
    if (::rename(m_temporary.c_str(), m_path.c_str()) != 0)
        return fileError("write", m_path, errno);
    m_temporary.clear();
    return syncDirectory(folderOf(m_path));
}

} // namespace koala
