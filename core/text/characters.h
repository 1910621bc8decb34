// core/text/characters.h: the characters of valid UTF-8, one after another. Private to core/text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace koala {

inline unsigned char byteAt(std::string_view text, std::size_t at)
{
    return static_cast<unsigned char>(text[at]);
}

inline std::size_t characterBytes(char first)
{
    const auto byte = static_cast<unsigned char>(first);
    return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

// The code point at the front.
inline std::int32_t pointOf(std::string_view text)
{
    const auto rest = [&](std::size_t i) { return std::int32_t(byteAt(text, i) & 0x3F); };
    const std::int32_t first = byteAt(text, 0);
    switch (characterBytes(text.front())) {
    case 1:
        return first;
    case 2:
        return (first & 0x1F) << 6 | rest(1);
    case 3:
        return (first & 0x0F) << 12 | rest(1) << 6 | rest(2);
    default:
        return (first & 0x07) << 18 | rest(1) << 12 | rest(2) << 6 | rest(3);
    }
}

} // namespace koala
