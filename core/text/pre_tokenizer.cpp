#include "core/text/pre_tokenizer.h"

#include <cstdint>
#include <vector>

#include <utf8proc.h>

namespace koala {
namespace {

// End: behind the text.
enum class Kind : std::uint8_t { Letter, Number, Blank, Other, End };

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

// The characters below U+10000; those above are asked for each time.
constexpr std::int32_t kTabled = 0x10000;

const std::vector<Kind>& tabledKinds()
{
    static const std::vector<Kind> kinds = [] {
        std::vector<Kind> made(kTabled);
        for (std::int32_t point = 0; point < kTabled; ++point)
            made[std::size_t(point)] = kindOf(point);
        return made;
    }();
    return kinds;
}

struct Character {
    Kind kind = Kind::End;
    std::size_t bytes = 0;
};

class Cutter {
public:
    Cutter(std::string_view text, Digits digits)
        : m_text(text), m_digits(digits), m_kinds(tabledKinds().data())
    {
    }

    std::size_t wordEnd(std::size_t at) const
    {
        if (m_text[at] == '\'')
            if (const std::size_t length = contraction(at); length != 0)
                return at + length;
        const Character first = character(at);
        if (first.kind == Kind::Number && m_digits == Digits::Apart)
            return at + first.bytes;
        if (first.kind != Kind::Blank)
            return runEnd(at, first.kind);
        if (m_text[at] == ' ')
            if (const Kind second = part(at + 1).kind; second != Kind::Blank && second != Kind::End)
                return runEnd(at + 1, second);
        return blanksEnd(at);
    }

private:
    Character character(std::size_t at) const
    {
        if (at >= m_text.size())
            return {};
        const auto byte = static_cast<unsigned char>(m_text[at]);
        if (byte < 0x80)
            return {m_kinds[byte], 1};
        utf8proc_int32_t point = 0;
        const auto length =
            utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(m_text.data() + at),
                utf8proc_ssize_t(m_text.size() - at), &point);
        if (length <= 0)
            return {Kind::Other, 1};
        return {point < kTabled ? m_kinds[point] : kindOf(point), std::size_t(length)};
    }

    // The same, but the part of the text that the pattern sees ends at a number cut apart.
    Character part(std::size_t at) const
    {
        const Character found = character(at);
        return found.kind == Kind::Number && m_digits == Digits::Apart ? Character{} : found;
    }

    std::size_t contraction(std::size_t at) const
    {
        const std::string_view rest = m_text.substr(at + 1, 2);
        if (rest.empty())
            return 0;
        if (rest.starts_with("re") || rest.starts_with("ve") || rest.starts_with("ll"))
            return 3;
        const char c = rest.front();
        return c == 's' || c == 't' || c == 'm' || c == 'd' ? 2 : 0;
    }

    std::size_t runEnd(std::size_t at, Kind kind) const
    {
        for (Character next = character(at); next.kind == kind; next = character(at))
            at += next.bytes;
        return at;
    }

    // \s+(?!\S): all blanks but the last one when a word follows; \s+ takes a single one.
    std::size_t blanksEnd(std::size_t at) const
    {
        std::size_t last = at;
        std::size_t end = at;
        Character next = part(at);
        for (; next.kind == Kind::Blank; next = part(end)) {
            last = end;
            end += next.bytes;
        }
        return next.kind != Kind::End && last > at ? last : end;
    }

    std::string_view m_text;
    Digits m_digits;
    const Kind* m_kinds;
};

} // namespace

std::size_t wordEnd(std::string_view text, std::size_t at, Digits digits)
{
    return Cutter(text, digits).wordEnd(at);
}

} // namespace koala
