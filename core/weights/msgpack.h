// core/weights/msgpack.h: the part of MessagePack that EasyLM's and flax' checkpoints use (spec 05
// sections 1 and 2), read in place from a mapped file and written byte by byte. Reading never
// allocates what a length in the file says; every length is checked against what is left.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace koala {

struct MsgpackItem {
    enum class Kind { Nil, Boolean, Integer, Real, Text, Binary, Array, Map, Extension };
    Kind kind = Kind::Nil;
    std::int64_t integer = 0;         // Integer, Boolean; the type of an Extension
    double real = 0;                  // Real
    std::uint64_t count = 0;          // items of an Array, pairs of a Map: they follow
    std::span<const std::byte> bytes; // Text, Binary, Extension
    std::string_view text() const
    {
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }
};

class MsgpackReader {
public:
    explicit MsgpackReader(std::span<const std::byte> bytes) : m_bytes(bytes) {}
    // The next item; the elements of arrays and maps are the items after it. InvalidInput at a torn
    // or unknown one.
    Result<MsgpackItem> next();
    // Passes over one item with all that is inside it.
    Status skip();
    bool atEnd() const { return m_at == m_bytes.size(); }
    std::size_t offset() const { return m_at; }

private:
    std::optional<std::uint64_t> number(std::size_t width); // big-endian
    Result<MsgpackItem> blob(MsgpackItem::Kind kind, std::optional<std::uint64_t> length);
    Result<MsgpackItem> extension(std::optional<std::uint64_t> length);
    Result<MsgpackItem> list(MsgpackItem::Kind kind, std::optional<std::uint64_t> count);
    Result<MsgpackItem> integer(std::size_t width, bool isSigned);

    std::span<const std::byte> m_bytes;
    std::size_t m_at = 0;
};

// Appends to `out`, in the shortest form as Python's msgpack does.
void msgpackArray(std::string& out, std::uint32_t count);
void msgpackText(std::string& out, std::string_view text);
void msgpackInteger(std::string& out, std::uint64_t value);
// The head of what is `bytes` long and follows.
void msgpackBinaryHead(std::string& out, std::uint32_t bytes);
void msgpackExtensionHead(std::string& out, std::int8_t type, std::uint32_t bytes);

} // namespace koala
