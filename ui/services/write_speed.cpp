#include <cerrno>
#include <chrono>
#include <random>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "core/base/time.h"
#include "ui/services/machine_probe.h"

namespace koala {
namespace {

constexpr std::size_t kStepBytes = std::size_t(8) << 20;
constexpr std::uint64_t kMostBytes = std::uint64_t(512) << 20;
constexpr double kSeconds = 1.2;

struct Descriptor {
    int number = -1;
    ~Descriptor()
    {
        if (number >= 0)
            ::close(number);
    }
};

// A file without a name; where the file system has none of those, one whose name goes at once.
int openNameless(const fs::path& directory)
{
    const int nameless = ::open(directory.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    if (nameless >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT))
        return nameless;
    std::string name = (directory / ".koala-write-speed-XXXXXX").string();
    const int named = ::mkostemp(name.data(), O_CLOEXEC);
    if (named >= 0)
        ::unlink(name.c_str());
    return named;
}

Status writeAll(int descriptor, const char* data, std::size_t size, const fs::path& directory)
{
    while (size > 0) {
        const ssize_t written = ::write(descriptor, data, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return fileError("measure the write speed in", directory, errno);
        data += written;
        size -= std::size_t(written);
    }
    return {};
}

} // namespace

Result<WriteSpeed> measureWriteSpeed(const fs::path& directory, std::stop_token stop)
{
    KOALA_TRY(const DiskSpace space, diskSpace(directory));
    const std::uint64_t most = std::min(kMostBytes, space.freeBytes / 10);
    if (most < kStepBytes)
        return unavailable(fmt::format(
            "{} has only {} MB free, too little to measure the write speed; free some space first",
            directory.string(), space.freeBytes >> 20));
    const Descriptor file{openNameless(directory)};
    if (file.number < 0)
        return fileError("measure the write speed in", directory, errno);
    // Not zeros: disks and file systems that compress would seem faster than they are.
    std::string noise(kStepBytes, '\0');
    std::mt19937_64 random(1);
    for (std::size_t i = 0; i + 8 <= noise.size(); i += 8) {
        const std::uint64_t word = random();
        noise.replace(i, 8, reinterpret_cast<const char*>(&word), 8);
    }
    WriteSpeed speed;
    const auto start = std::chrono::steady_clock::now();
    do {
        KOALA_RETURN_IF_ERROR(writeAll(file.number, noise.data(), noise.size(), directory));
        if (::fdatasync(file.number) != 0)
            return fileError("measure the write speed in", directory, errno);
        speed.bytes += noise.size();
        speed.seconds = secondsSince(start);
    } while (
        speed.seconds < kSeconds && speed.bytes + kStepBytes <= most && !stop.stop_requested());
    return speed;
}

} // namespace koala
