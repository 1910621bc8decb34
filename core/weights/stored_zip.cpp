#include "core/weights/stored_zip.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include <fmt/format.h>
#include <zlib.h>

#include "core/base/utf8.h"

namespace koala {
namespace {

constexpr std::uint32_t kLocalMark = 0x04034b50;
constexpr std::uint32_t kCentralMark = 0x02014b50;
constexpr std::uint32_t kEndMark = 0x06054b50;
constexpr std::uint32_t kEnd64Mark = 0x06064b50;
constexpr std::uint32_t kLocator64Mark = 0x07064b50;
constexpr std::uint16_t kExtra64 = 1;
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kEnd64Bytes = 56;
constexpr std::size_t kLocator64Bytes = 20;
constexpr std::uint64_t kMaxEntries = 1'000'000;
constexpr std::size_t kMaxNameBytes = 1024;
constexpr std::uint16_t kEncrypted = 1;
constexpr std::uint16_t kSizesFollow = 1 << 3; // the local header may hold zeros

template <typename T>
T at(std::span<const std::byte> bytes, std::size_t offset)
{
    T value{};
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

struct Directory {
    std::uint64_t count = 0;
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
    std::uint64_t end = 0; // where the end records begin: the directory reaches to here
};

struct Heading {
    std::string name;
    std::uint16_t flags = 0;
    std::uint32_t crc32 = 0;
    std::uint64_t bytes = 0;
    std::uint64_t localOffset = 0;
    std::size_t headingBytes = 0;
};

Error damaged(std::string_view what, std::string_view reason)
{
    return invalidInput(
        fmt::format("{}: {}; the archive is damaged or was tampered with", what, reason));
}

Error notZip(std::span<const std::byte> archive, std::string_view what)
{
    const auto begins = [&](std::string_view mark) {
        return archive.size() >= mark.size() &&
               std::memcmp(archive.data(), mark.data(), mark.size()) == 0;
    };
    std::string_view is = "no ZIP archive as torch.save writes it";
    if (begins("\x80\x02") || begins("\x80\x03") || begins("\x80\x04") || begins("\x80\x05"))
        is = "a bare pickle (or torch's form before 1.6), which is not read because pickles are "
             "programs";
    else if (begins("7z\xbc\xaf\x27\x1c"))
        is = "a 7z archive; unpack it first";
    else if (archive.size() > 262 && std::memcmp(archive.data() + 257, "ustar", 5) == 0)
        is = "a tar archive; unpack it first";
    else if (begins("PK\x03\x04"))
        is = "a ZIP archive that ends early; it is incomplete, fetch or copy it again";
    return invalidInput(fmt::format("{} is {}", what, is));
}

// The end record stands at the very end: an archive with a comment or bytes after it is refused.
Result<Directory> findDirectory(std::span<const std::byte> archive, std::string_view what)
{
    if (archive.size() < kEndBytes ||
        at<std::uint32_t>(archive, archive.size() - kEndBytes) != kEndMark)
        return notZip(archive, what);
    const auto end = archive.subspan(archive.size() - kEndBytes);
    Directory directory;
    directory.count = at<std::uint16_t>(end, 10);
    directory.bytes = at<std::uint32_t>(end, 12);
    directory.offset = at<std::uint32_t>(end, 16);
    directory.end = archive.size() - kEndBytes;
    if (at<std::uint16_t>(end, 20) != 0)
        return damaged(what, "its end record has a comment");
    if (directory.end < kLocator64Bytes ||
        at<std::uint32_t>(archive, directory.end - kLocator64Bytes) != kLocator64Mark)
        return directory;
    const auto offset64 = at<std::uint64_t>(archive, directory.end - kLocator64Bytes + 8);
    if (directory.end < kLocator64Bytes + kEnd64Bytes ||
        offset64 != directory.end - kLocator64Bytes - kEnd64Bytes ||
        at<std::uint32_t>(archive, offset64) != kEnd64Mark)
        return damaged(what, "its zip64 end record is not where it should be");
    directory.count = at<std::uint64_t>(archive, offset64 + 32);
    directory.bytes = at<std::uint64_t>(archive, offset64 + 40);
    directory.offset = at<std::uint64_t>(archive, offset64 + 48);
    directory.end = offset64;
    return directory;
}

// Sizes and offset of 0xffffffff stand in the zip64 extra field instead, in this order.
Status readExtra64(std::span<const std::byte> extra, std::uint64_t& stored, Heading& heading,
    std::string_view what)
{
    const auto needs = [](std::uint64_t value) { return value == 0xffffffff; };
    std::size_t offset = 0;
    while (offset + 4 <= extra.size()) {
        const auto id = at<std::uint16_t>(extra, offset);
        const std::size_t length = at<std::uint16_t>(extra, offset + 2);
        if (length > extra.size() - offset - 4)
            return damaged(what, "an extra field runs past its entry");
        if (id == kExtra64) {
            const auto field = extra.subspan(offset + 4, length);
            std::size_t used = 0;
            for (std::uint64_t* value : {&heading.bytes, &stored, &heading.localOffset}) {
                if (!needs(*value))
                    continue;
                if (field.size() - used < 8)
                    return damaged(what, "a zip64 field is too short");
                *value = at<std::uint64_t>(field, used);
                used += 8;
            }
            return {};
        }
        offset += 4 + length;
    }
    if (needs(heading.bytes) || needs(stored) || needs(heading.localOffset))
        return damaged(what, "a zip64 field is missing");
    return {};
}

Result<Heading> readHeading(std::span<const std::byte> directory, std::string_view what)
{
    constexpr std::size_t kFixed = 46;
    if (directory.size() < kFixed || at<std::uint32_t>(directory, 0) != kCentralMark)
        return damaged(what, "its directory ends early");
    Heading heading;
    heading.flags = at<std::uint16_t>(directory, 8);
    const auto method = at<std::uint16_t>(directory, 10);
    heading.crc32 = at<std::uint32_t>(directory, 16);
    std::uint64_t stored = at<std::uint32_t>(directory, 20);
    heading.bytes = at<std::uint32_t>(directory, 24);
    const std::size_t nameBytes = at<std::uint16_t>(directory, 28);
    const std::size_t extraBytes = at<std::uint16_t>(directory, 30);
    const std::size_t commentBytes = at<std::uint16_t>(directory, 32);
    heading.localOffset = at<std::uint32_t>(directory, 42);
    heading.headingBytes = kFixed + nameBytes + extraBytes + commentBytes;
    if (heading.headingBytes > directory.size())
        return damaged(what, "its directory ends early");
    if (nameBytes == 0 || nameBytes > kMaxNameBytes)
        return damaged(what, "an entry's name is empty or longer than 1 KiB");
    heading.name.assign(reinterpret_cast<const char*>(directory.data() + kFixed), nameBytes);
    KOALA_RETURN_IF_ERROR(
        readExtra64(directory.subspan(kFixed + nameBytes, extraBytes), stored, heading, what));
    const std::string shown = elided(toValidUtf8(heading.name), 80);
    if ((heading.flags & kEncrypted) != 0)
        return invalidInput(fmt::format("{}: the entry {} is encrypted", what, shown));
    if (method != 0)
        return invalidInput(fmt::format(
            "{}: the entry {} is compressed; torch.save stores entries as they are", what, shown));
    if (stored != heading.bytes)
        return damaged(what, fmt::format("the entry {} has two sizes", shown));
    return heading;
}

// The data of an entry, once its local header says what the directory says.
Result<std::span<const std::byte>> dataOf(std::span<const std::byte> archive,
    const Directory& directory, const Heading& heading, std::string_view what)
{
    constexpr std::uint64_t kFixed = 30;
    const std::string shown = elided(toValidUtf8(heading.name), 80);
    const auto disagrees = [&](std::string_view reason) {
        return damaged(what, fmt::format("the entry {} {}", shown, reason));
    };
    const std::uint64_t offset = heading.localOffset;
    if (offset > directory.offset || directory.offset - offset < kFixed)
        return disagrees("begins outside the archive");
    const auto local = archive.subspan(offset, directory.offset - offset);
    if (at<std::uint32_t>(local, 0) != kLocalMark)
        return disagrees("does not begin where the directory says");
    const std::uint64_t nameBytes = at<std::uint16_t>(local, 26);
    const std::uint64_t extraBytes = at<std::uint16_t>(local, 28);
    const std::uint64_t start = kFixed + nameBytes + extraBytes;
    if (start > local.size() || heading.bytes > local.size() - start)
        return disagrees("is larger than what is left of the archive");
    if (std::string_view(reinterpret_cast<const char*>(local.data() + kFixed), nameBytes) !=
        heading.name)
        return disagrees("has another name in its own header");
    if (at<std::uint16_t>(local, 8) != 0)
        return disagrees("is compressed by its own header");
    const auto crc = at<std::uint32_t>(local, 14);
    const auto size = at<std::uint32_t>(local, 22);
    const bool later = (heading.flags & kSizesFollow) != 0;
    const bool isLarge = size == 0xffffffff && heading.bytes >= size;
    if (crc != heading.crc32 && !(later && crc == 0))
        return disagrees("has another checksum in its own header");
    if (size != heading.bytes && !(later && size == 0) && !isLarge && size != 0xffffffff)
        return disagrees("has another size in its own header");
    return local.subspan(start, heading.bytes);
}

} // namespace

Result<std::map<std::string, ZipEntry, std::less<>>> readStoredZip(
    std::span<const std::byte> archive, std::string_view what)
{
    KOALA_TRY(const Directory directory, findDirectory(archive, what));
    if (directory.offset > directory.end || directory.bytes != directory.end - directory.offset)
        return damaged(what, "its directory does not reach to the end record");
    if (directory.count > kMaxEntries)
        return invalidInput(
            fmt::format("{}: holds {} entries; a million are read at most", what, directory.count));
    std::map<std::string, ZipEntry, std::less<>> entries;
    std::span<const std::byte> rest = archive.subspan(directory.offset, directory.bytes);
    std::vector<std::pair<const std::byte*, std::size_t>> parts;
    for (std::uint64_t i = 0; i < directory.count; ++i) {
        KOALA_TRY(const Heading heading, readHeading(rest, what));
        rest = rest.subspan(heading.headingBytes);
        KOALA_TRY(const auto data, dataOf(archive, directory, heading, what));
        parts.emplace_back(data.data(), data.size());
        if (!entries.emplace(heading.name, ZipEntry{data, heading.crc32}).second)
            return damaged(what,
                fmt::format("the entry {} is there twice", elided(toValidUtf8(heading.name), 80)));
    }
    if (!rest.empty())
        return damaged(what, "its directory holds more than its entries");
    std::sort(parts.begin(), parts.end());
    for (std::size_t i = 1; i < parts.size(); ++i)
        if (parts[i - 1].second > 0 && parts[i].first < parts[i - 1].first + parts[i - 1].second)
            return damaged(what, "its entries overlap");
    return entries;
}

Status checkCrc(const ZipEntry& entry, std::string_view name, std::string_view what)
{
    uLong crc = ::crc32(0, nullptr, 0);
    auto rest = entry.data;
    while (!rest.empty()) {
        const auto step = rest.first(std::min<std::size_t>(rest.size(), 1 << 30));
        crc = ::crc32(
            crc, reinterpret_cast<const Bytef*>(step.data()), static_cast<uInt>(step.size()));
        rest = rest.subspan(step.size());
    }
    if (crc != entry.crc32)
        return damaged(what, fmt::format("the entry {} does not have the checksum it was stored "
                                         "with",
                                 elided(toValidUtf8(name), 80)));
    return {};
}

} // namespace koala
