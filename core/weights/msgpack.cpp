#include "core/weights/msgpack.h"

#include <bit>

#include <fmt/format.h>

namespace koala {
namespace {

using Kind = MsgpackItem::Kind;

constexpr int kMaxDepth = 64;

Error torn(std::size_t at)
{
    return invalidInput(fmt::format(
        "the file ends inside an object that begins at byte {}; it is incomplete, fetch or copy it "
        "again",
        at));
}

void bigEndian(std::string& out, std::uint64_t value, int width)
{
    for (int i = width - 1; i >= 0; --i)
        out += static_cast<char>(value >> (8 * i) & 0xff);
}

} // namespace

std::optional<std::uint64_t> MsgpackReader::number(std::size_t width)
{
    if (m_bytes.size() - m_at < width)
        return std::nullopt;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i)
        value = value << 8 | std::to_integer<std::uint64_t>(m_bytes[m_at++]);
    return value;
}

Result<MsgpackItem> MsgpackReader::blob(Kind kind, std::optional<std::uint64_t> length)
{
    if (!length || *length > m_bytes.size() - m_at)
        return torn(m_at);
    MsgpackItem item;
    item.kind = kind;
    item.bytes = m_bytes.subspan(m_at, *length);
    m_at += *length;
    return item;
}

Result<MsgpackItem> MsgpackReader::extension(std::optional<std::uint64_t> length)
{
    const auto type = number(1);
    if (!type)
        return torn(m_at);
    KOALA_TRY(MsgpackItem item, blob(Kind::Extension, length));
    item.integer = static_cast<std::int8_t>(*type);
    return item;
}

Result<MsgpackItem> MsgpackReader::list(Kind kind, std::optional<std::uint64_t> count)
{
    // Each element takes a byte at least, so a count beyond that cannot be true.
    if (!count || *count > m_bytes.size() - m_at)
        return torn(m_at);
    MsgpackItem item;
    item.kind = kind;
    item.count = *count;
    return item;
}

Result<MsgpackItem> MsgpackReader::integer(std::size_t width, bool isSigned)
{
    const auto value = number(width);
    if (!value)
        return torn(m_at);
    MsgpackItem item;
    item.kind = Kind::Integer;
    item.integer = static_cast<std::int64_t>(*value);
    if (isSigned && width < 8)
        item.integer = static_cast<std::int64_t>(*value << (64 - 8 * width)) >> (64 - 8 * width);
    if (!isSigned && item.integer < 0)
        return invalidInput(fmt::format("a number before byte {} is above 2^63", m_at));
    return item;
}

Result<MsgpackItem> MsgpackReader::next()
{
    const std::size_t start = m_at;
    const auto head = number(1);
    if (!head)
        return torn(start);
    const std::uint64_t h = *head;
    MsgpackItem item;
    if (h < 0x80 || h >= 0xe0) { // fixint, negative fixint
        item.kind = Kind::Integer;
        item.integer = static_cast<std::int8_t>(h);
        return item;
    }
    if (h < 0x90)
        return list(Kind::Map, h & 15U);
    if (h < 0xa0)
        return list(Kind::Array, h & 15U);
    if (h < 0xc0)
        return blob(Kind::Text, h & 31U);
    switch (h) {
    case 0xc0:
        return item;
    case 0xc2:
    case 0xc3:
        item.kind = Kind::Boolean;
        item.integer = h == 0xc3;
        return item;
    case 0xc4:
    case 0xc5:
    case 0xc6:
        return blob(Kind::Binary, number(std::size_t(1) << (h - 0xc4)));
    case 0xc7:
    case 0xc8:
    case 0xc9:
        return extension(number(std::size_t(1) << (h - 0xc7)));
    case 0xca:
    case 0xcb: {
        const auto bits = number(h == 0xca ? 4 : 8);
        if (!bits)
            return torn(start);
        item.kind = Kind::Real;
        item.real = h == 0xca ? double(std::bit_cast<float>(static_cast<std::uint32_t>(*bits)))
                              : std::bit_cast<double>(*bits);
        return item;
    }
    case 0xcc:
    case 0xcd:
    case 0xce:
    case 0xcf:
        return integer(std::size_t(1) << (h - 0xcc), false);
    case 0xd0:
    case 0xd1:
    case 0xd2:
    case 0xd3:
        return integer(std::size_t(1) << (h - 0xd0), true);
    case 0xd4:
    case 0xd5:
    case 0xd6:
    case 0xd7:
    case 0xd8:
        return extension(std::uint64_t(1) << (h - 0xd4));
    case 0xd9:
    case 0xda:
    case 0xdb:
        return blob(Kind::Text, number(std::size_t(1) << (h - 0xd9)));
    case 0xdc:
    case 0xdd:
        return list(Kind::Array, number(h == 0xdc ? 2 : 4));
    case 0xde:
    case 0xdf:
        return list(Kind::Map, number(h == 0xde ? 2 : 4));
    default:
        return invalidInput(
            fmt::format("byte {} begins no MessagePack object (0x{:02x})", start, h));
    }
}

Status MsgpackReader::skip()
{
    // Counted, not recursive: what is still to come at each level.
    std::uint64_t left[kMaxDepth] = {1};
    int depth = 0;
    while (depth >= 0) {
        if (left[depth] == 0) {
            --depth;
            continue;
        }
        --left[depth];
        KOALA_TRY(const MsgpackItem item, next());
        const bool isMap = item.kind == Kind::Map;
        if ((!isMap && item.kind != Kind::Array) || item.count == 0)
            continue;
        if (depth + 1 == kMaxDepth)
            return invalidInput(
                fmt::format("objects are nested more than {} deep at byte {}", kMaxDepth, m_at));
        left[++depth] = isMap ? 2 * item.count : item.count;
    }
    return {};
}

void msgpackArray(std::string& out, std::uint32_t count)
{
    if (count < 16) {
        out += static_cast<char>(0x90 | count);
        return;
    }
    out += count < 65536 ? '\xdc' : '\xdd';
    bigEndian(out, count, count < 65536 ? 2 : 4);
}

void msgpackText(std::string& out, std::string_view text)
{
    if (text.size() < 32) {
        out += static_cast<char>(0xa0 | text.size());
    } else if (text.size() < 256) {
        out += '\xd9';
        bigEndian(out, text.size(), 1);
    } else {
        out += '\xda';
        bigEndian(out, text.size(), 2);
    }
    out += text;
}

void msgpackInteger(std::string& out, std::uint64_t value)
{
    if (value < 128) {
        out += static_cast<char>(value);
        return;
    }
    const int power = value < 256 ? 0 : value < 65536 ? 1 : value <= 0xffffffff ? 2 : 3;
    out += static_cast<char>(0xcc + power);
    bigEndian(out, value, 1 << power);
}

void msgpackBinaryHead(std::string& out, std::uint32_t bytes)
{
    const int power = bytes < 256 ? 0 : bytes < 65536 ? 1 : 2;
    out += static_cast<char>(0xc4 + power);
    bigEndian(out, bytes, 1 << power);
}

void msgpackExtensionHead(std::string& out, std::int8_t type, std::uint32_t bytes)
{
    // 1, 2, 4, 8 and 16 bytes have forms of their own.
    if (bytes <= 16 && std::has_single_bit(bytes)) {
        out += static_cast<char>(0xd4 + std::countr_zero(bytes));
    } else {
        const int power = bytes < 256 ? 0 : bytes < 65536 ? 1 : 2;
        out += static_cast<char>(0xc7 + power);
        bigEndian(out, bytes, 1 << power);
    }
    out += static_cast<char>(type);
}

} // namespace koala
