#include "core/base/gguf_header.h"

#include <bit>
#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "core/base/mapped_file.h"
#include "core/base/utf8.h"

namespace koala {
namespace {

constexpr std::uint64_t kMaxKeys = 65536;
constexpr std::uint64_t kMaxTensors = 1 << 20;
constexpr std::uint64_t kMaxExtents = 4;
constexpr std::size_t kMaxNameBytes = 256;
constexpr std::uint64_t kMaxAlignment = 1 << 20;

enum class ValueType : std::uint32_t {
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    F32,
    Bool,
    String,
    Array,
    U64,
    I64,
    F64
};

// Reads little-endian values front to back. After the first failure everything reads as zero and
// failed() holds; callers check before they act on what they read.
class Cursor {
public:
    explicit Cursor(std::span<const std::byte> bytes) : m_bytes(bytes) {}

    template <typename T>
    T number()
    {
        T value{};
        if (!take(sizeof(T)))
            return value;
        std::memcpy(&value, m_bytes.data() + m_at - sizeof(T), sizeof(T));
        return value;
    }

    std::string text()
    {
        const auto length = number<std::uint64_t>();
        if (!take(length))
            return {};
        return {reinterpret_cast<const char*>(m_bytes.data() + m_at - length), length};
    }

    std::uint64_t left() const { return m_bytes.size() - m_at; }
    std::uint64_t at() const { return m_at; }
    bool failed() const { return m_failed; }

private:
    bool take(std::uint64_t count)
    {
        if (m_failed || count > left()) {
            m_failed = true;
            return false;
        }
        m_at += count;
        return true;
    }

    std::span<const std::byte> m_bytes;
    std::uint64_t m_at = 0;
    bool m_failed = false;
};

std::uint64_t leastBytes(ValueType type)
{
    switch (type) {
    case ValueType::U8:
    case ValueType::I8:
    case ValueType::Bool:
        return 1;
    case ValueType::U16:
    case ValueType::I16:
        return 2;
    case ValueType::U32:
    case ValueType::I32:
    case ValueType::F32:
        return 4;
    case ValueType::U64:
    case ValueType::I64:
    case ValueType::F64:
    case ValueType::String: // its length
        return 8;
    case ValueType::Array:
        break;
    }
    return 0; // no such element
}

bool isInteger(ValueType type)
{
    return type <= ValueType::I32 || type == ValueType::U64 || type == ValueType::I64 ||
           type == ValueType::Bool;
}

// False for a u64 that does not fit.
bool readInteger(Cursor& in, ValueType type, std::int64_t& out)
{
    switch (type) {
    case ValueType::U8:
    case ValueType::Bool:
        out = in.number<std::uint8_t>();
        return true;
    case ValueType::I8:
        out = in.number<std::int8_t>();
        return true;
    case ValueType::U16:
        out = in.number<std::uint16_t>();
        return true;
    case ValueType::I16:
        out = in.number<std::int16_t>();
        return true;
    case ValueType::U32:
        out = in.number<std::uint32_t>();
        return true;
    case ValueType::I32:
        out = in.number<std::int32_t>();
        return true;
    case ValueType::I64:
        out = in.number<std::int64_t>();
        return true;
    default: {
        const auto value = in.number<std::uint64_t>();
        out = static_cast<std::int64_t>(value);
        return value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    }
    }
}

double readFloat(Cursor& in, ValueType type)
{
    return type == ValueType::F32 ? double(in.number<float>()) : in.number<double>();
}

Result<GgufValue> readArray(Cursor& in)
{
    const auto type = static_cast<ValueType>(in.number<std::uint32_t>());
    const auto count = in.number<std::uint64_t>();
    const std::uint64_t least = leastBytes(type);
    if (in.failed())
        return invalidInput("the file ends inside it");
    if (least == 0)
        return invalidInput(
            fmt::format("arrays of type {} are not known", static_cast<std::uint32_t>(type)));
    if (count > in.left() / least)
        return invalidInput(
            fmt::format("says it has {} items, more than the file can hold", count));
    if (type == ValueType::String) {
        std::vector<std::string> items;
        items.reserve(count);
        for (std::uint64_t i = 0; i < count && !in.failed(); ++i)
            items.push_back(in.text());
        return GgufValue(std::move(items));
    }
    if (isInteger(type)) {
        std::vector<std::int64_t> items(count);
        for (std::int64_t& item : items)
            if (!readInteger(in, type, item))
                return invalidInput("holds a number above 2^63");
        return GgufValue(std::move(items));
    }
    std::vector<double> items(count);
    for (double& item : items)
        item = readFloat(in, type);
    return GgufValue(std::move(items));
}

Result<GgufValue> readValue(Cursor& in)
{
    const auto type = static_cast<ValueType>(in.number<std::uint32_t>());
    if (type == ValueType::Array)
        return readArray(in);
    if (type == ValueType::String)
        return GgufValue(in.text());
    if (type == ValueType::Bool)
        return GgufValue(in.number<std::uint8_t>() != 0);
    if (type == ValueType::F32 || type == ValueType::F64)
        return GgufValue(readFloat(in, type));
    if (leastBytes(type) == 0)
        return invalidInput(
            fmt::format("values of type {} are not known", static_cast<std::uint32_t>(type)));
    std::int64_t number = 0;
    if (!readInteger(in, type, number))
        return invalidInput("is a number above 2^63");
    return GgufValue(number);
}

Error endsEarly(std::string_view what, std::string_view where)
{
    return invalidInput(fmt::format(
        "{}: the file ends inside {}; it is incomplete, fetch or copy it again", what, where));
}

Status readTensorInfo(Cursor& in, GgufTensorInfo& info, std::uint64_t index, std::string_view what)
{
    info.name = in.text();
    const auto extents = in.number<std::uint32_t>();
    if (in.failed())
        return endsEarly(what, fmt::format("the description of tensor {}", index));
    if (info.name.empty() || info.name.size() > kMaxNameBytes)
        return invalidInput(
            fmt::format("{}: the name of tensor {} is empty or longer than {} bytes", what, index,
                kMaxNameBytes));
    if (extents == 0 || extents > kMaxExtents)
        return invalidInput(fmt::format("{}: tensor {} has {} dimensions; 1 to {} are allowed",
            what, elided(toValidUtf8(info.name), 80), extents, kMaxExtents));
    info.extents.resize(extents);
    for (std::uint64_t& extent : info.extents)
        extent = in.number<std::uint64_t>();
    info.type = in.number<std::uint32_t>();
    info.offset = in.number<std::uint64_t>();
    if (in.failed())
        return endsEarly(what, fmt::format("the description of tensor {}", index));
    return {};
}

template <typename T>
const T* valueOf(const GgufHeader& header, std::string_view key)
{
    const auto found = header.values.find(key);
    return found == header.values.end() ? nullptr : std::get_if<T>(&found->second);
}

} // namespace

std::optional<std::int64_t> GgufHeader::integer(std::string_view key) const
{
    const auto* value = valueOf<std::int64_t>(*this, key);
    return value ? std::optional(*value) : std::nullopt;
}

std::optional<double> GgufHeader::number(std::string_view key) const
{
    if (const auto* value = valueOf<double>(*this, key))
        return *value;
    const auto whole = integer(key);
    return whole ? std::optional(double(*whole)) : std::nullopt;
}

std::optional<bool> GgufHeader::boolean(std::string_view key) const
{
    const auto* value = valueOf<bool>(*this, key);
    return value ? std::optional(*value) : std::nullopt;
}

const std::string* GgufHeader::string(std::string_view key) const
{
    return valueOf<std::string>(*this, key);
}

const std::vector<std::int64_t>* GgufHeader::integers(std::string_view key) const
{
    return valueOf<std::vector<std::int64_t>>(*this, key);
}

const std::vector<double>* GgufHeader::numbers(std::string_view key) const
{
    return valueOf<std::vector<double>>(*this, key);
}

const std::vector<std::string>* GgufHeader::strings(std::string_view key) const
{
    return valueOf<std::vector<std::string>>(*this, key);
}

Result<GgufHeader> readGgufHeader(const fs::path& path)
{
    KOALA_TRY(const MappedFile file, MappedFile::open(path));
    return readGgufHeader(file.bytes(), path.string());
}

Result<GgufHeader> readGgufHeader(std::span<const std::byte> file, std::string_view what)
{
    static_assert(std::endian::native == std::endian::little, "GGUF is read as it lies in memory");
    Cursor in(file);
    if (file.size() < 4 || std::memcmp(file.data(), "GGUF", 4) != 0)
        return invalidInput(
            fmt::format("{} is not a GGUF file: it does not begin with \"GGUF\"", what));
    in.number<std::uint32_t>();
    const auto version = in.number<std::uint32_t>();
    const auto tensorCount = in.number<std::uint64_t>();
    const auto keyCount = in.number<std::uint64_t>();
    if (in.failed())
        return endsEarly(what, "its header");
    if (version < 2 || version > 3) // version 2 differs from 3 only in allowing big-endian files
        return invalidInput(
            fmt::format("{} is GGUF version {}; versions 2 and 3 are read. Convert it "
                        "again with a newer converter",
                what, version));
    if (keyCount > kMaxKeys || tensorCount > kMaxTensors)
        return invalidInput(
            fmt::format("{} says it has {} keys and {} tensors, which is not believable; "
                        "the file is damaged",
                what, keyCount, tensorCount));

    GgufHeader header;
    header.fileBytes = file.size();
    for (std::uint64_t i = 0; i < keyCount; ++i) {
        std::string key = in.text();
        if (in.failed())
            return endsEarly(what, fmt::format("metadata key {}", i));
        if (key.empty())
            return invalidInput(fmt::format("{}: metadata key {} has no name", what, i));
        const std::string shownKey = elided(toValidUtf8(key), 80);
        auto value = readValue(in);
        if (in.failed())
            return endsEarly(what, fmt::format("the value of {}", shownKey));
        if (!value.ok())
            return invalidInput(fmt::format("{}: {} {}", what, shownKey, value.error().message));
        if (!header.values.emplace(std::move(key), std::move(value).value()).second)
            return invalidInput(fmt::format("{}: the key {} is there twice", what, shownKey));
    }
    // A tensor description takes at least 32 bytes: a length, a count, one extent, type and offset.
    if (tensorCount > in.left() / 32)
        return endsEarly(what, "the descriptions of its tensors");
    header.tensors.resize(tensorCount);
    for (std::uint64_t i = 0; i < tensorCount; ++i)
        KOALA_RETURN_IF_ERROR(readTensorInfo(in, header.tensors[i], i, what));

    if (header.values.contains("general.alignment")) {
        const std::int64_t alignment = header.integer("general.alignment").value_or(0);
        if (alignment <= 0 || std::uint64_t(alignment) > kMaxAlignment ||
            !std::has_single_bit(std::uint64_t(alignment)))
            return invalidInput(fmt::format(
                "{}: general.alignment is not a power of two up to {}", what, kMaxAlignment));
        header.alignment = std::uint64_t(alignment);
    }
    header.dataStart = (in.at() + header.alignment - 1) / header.alignment * header.alignment;
    return header;
}

} // namespace koala
