#include "core/text/pre_tokenizer.h"

#include <array>
#include <cstdint>

#include <utf8proc.h>

namespace koala {
namespace {

enum class Kind : std::uint8_t { Letter, Number, Blank, Other };

bool isBlank(std::int32_t point) // \s of Unicode: the property White_Space
{
    return (point >= 0x09 && point <= 0x0D) || point == 0x20 || point == 0x85 || point == 0xA0 ||
           point == 0x1680 || (point >= 0x2000 && point <= 0x200A) || point == 0x2028 ||
           point == 0x2029 || point == 0x202F || point == 0x205F || point == 0x3000;
}

Kind kindOf(std::int32_t point)
{
    if (isBlank(point))
        return Kind::Blank;
    switch (utf8proc_category(point)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
        return Kind::Letter;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return Kind::Number;
    default:
        return Kind::Other;
    }
}

const std::array<Kind, 128>& asciiKinds()
{
    static const std::array<Kind, 128> kinds = [] {
        std::array<Kind, 128> made{};
        for (std::int32_t i = 0; i < 128; ++i)
            made[std::size_t(i)] = kindOf(i);
        return made;
    }();
    return kinds;
}

struct Character {
    Kind kind;
    std::size_t bytes;
};

Character characterAt(std::string_view text, std::size_t at)
{
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x80)
        return {asciiKinds()[byte], 1};
    utf8proc_int32_t point = 0;
    const auto length =
        utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at),
            utf8proc_ssize_t(text.size() - at), &point);
    if (length <= 0)
        return {Kind::Other, 1};
    return {kindOf(point), std::size_t(length)};
}

std::size_t contraction(std::string_view text, std::size_t at)
{
    const std::string_view rest = text.substr(at + 1, 2);
    if (rest.empty())
        return 0;
    if (rest.starts_with("re") || rest.starts_with("ve") || rest.starts_with("ll"))
        return 3;
    const char c = rest.front();
    return c == 's' || c == 't' || c == 'm' || c == 'd' ? 2 : 0;
}

std::size_t runEnd(std::string_view text, std::size_t at, Kind kind)
{
    while (at < text.size()) {
        const Character character = characterAt(text, at);
        if (character.kind != kind)
            break;
        at += character.bytes;
    }
    return at;
}

// The end of the word that begins at `at` in `text`.
std::size_t wordEnd(std::string_view text, std::size_t at)
{
    if (text[at] == '\'')
        if (const std::size_t length = contraction(text, at); length != 0)
            return at + length;
    Character first = characterAt(text, at);
    if (first.kind != Kind::Blank)
        return runEnd(text, at, first.kind);
    if (text[at] == ' ' && at + 1 < text.size()) {
        const Character second = characterAt(text, at + 1);
        if (second.kind != Kind::Blank)
            return runEnd(text, at + 1, second.kind);
    }
    // \s+(?!\S): all blanks but the last one when a word follows; \s+ takes a single one.
    std::size_t end = at;
    std::size_t last = at;
    while (end < text.size()) {
        const Character character = characterAt(text, end);
        if (character.kind != Kind::Blank)
            break;
        last = end;
        end += character.bytes;
    }
    return end < text.size() && last > at ? last : end;
}

void splitPart(std::string_view text, std::vector<std::string_view>& words)
{
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = wordEnd(text, at);
        words.push_back(text.substr(at, end - at));
        at = end;
    }
}

} // namespace

void splitWords(std::string_view text, Digits digits, std::vector<std::string_view>& words)
{
    if (digits == Digits::Together)
        return splitPart(text, words);
    std::size_t begin = 0;
    for (std::size_t at = 0; at < text.size();) {
        const Character character = characterAt(text, at);
        if (character.kind == Kind::Number) {
            splitPart(text.substr(begin, at - begin), words);
            words.push_back(text.substr(at, character.bytes));
            begin = at + character.bytes;
        }
        at += character.bytes;
    }
    splitPart(text.substr(begin), words);
}

} // namespace koala
