#include "core/metrics/bleu_tokens.h"

#include <array>

namespace koala {
namespace {

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

bool isPointOrComma(char c)
{
    return c == '.' || c == ',';
}

// [\{-\~\[-\` -\&\(-\+\:-\@\/] of sacrebleu: punctuation but for ' , - and .
constexpr auto kSetApart = [] {
    std::array<bool, 256> table{};
    const auto range = [&table](char first, char last) {
        for (int c = first; c <= last; ++c)
            table[std::size_t(c)] = true;
    };
    range('{', '~');
    range('[', '`');
    range(' ', '&');
    range('(', '+');
    range(':', '@');
    range('/', '/');
    return table;
}();

// The bytes of the white space at i as Python's str.split sees it, 0 for none.
std::size_t blankAt(std::string_view text, std::size_t i)
{
    const auto byte = [&](std::size_t at) {
        return at < text.size() ? static_cast<unsigned char>(text[at]) : 0u;
    };
    const unsigned first = byte(i);
    if (first < 0x80)
        return first == ' ' || (first >= 9 && first <= 13) || (first >= 0x1c && first <= 0x1f);
    const unsigned second = byte(i + 1);
    if (first == 0xC2)
        return second == 0x85 || second == 0xA0 ? 2 : 0;
    const unsigned third = byte(i + 2);
    if (first == 0xE1)
        return second == 0x9A && third == 0x80 ? 3 : 0;
    if (first == 0xE2 && second == 0x80)
        return third <= 0x8A || third == 0xA8 || third == 0xA9 || third == 0xAF ? 3 : 0;
    if (first == 0xE2)
        return second == 0x81 && third == 0x9F ? 3 : 0;
    return first == 0xE3 && second == 0x80 && third == 0x80 ? 3 : 0;
}

std::string_view withoutTrailingBlanks(std::string_view text)
{
    for (;;) {
        std::size_t cut = 0;
        for (const std::size_t length : {1u, 2u, 3u})
            if (text.size() >= length && blankAt(text, text.size() - length) == length)
                cut = length;
        if (cut == 0)
            return text;
        text.remove_suffix(cut);
    }
}

void replaceAll(std::string& text, std::string_view from, std::string_view to)
{
    std::size_t at = text.find(from);
    if (at == std::string::npos)
        return;
    std::string out;
    std::size_t begin = 0;
    for (; at != std::string::npos; at = text.find(from, begin)) {
        out.append(text, begin, at - begin).append(to);
        begin = at + from.size();
    }
    text = out.append(text, begin);
}

void setApart(const std::string& in, std::string& out)
{
    out.clear();
    for (const char c : in) {
        if (kSetApart[static_cast<unsigned char>(c)]) {
            out += ' ';
            out += c;
            out += ' ';
        } else {
            out += c;
        }
    }
}

// Each of the three rules takes two characters at once, as a regular expression does that is
// replaced from left to right.
template <typename First, typename Second>
void spaceOut(const std::string& in, std::string& out, First isFirst, Second isSecond,
    const char* before, const char* between, const char* after)
{
    out.clear();
    for (std::size_t i = 0; i < in.size(); ++i) {
        if (i + 1 < in.size() && isFirst(in[i]) && isSecond(in[i + 1])) {
            out.append(before);
            out += in[i];
            out.append(between);
            out += in[++i];
            out.append(after);
        } else {
            out += in[i];
        }
    }
}

bool isNoDigit(char c)
{
    return !isDigit(c);
}

bool isDash(char c)
{
    return c == '-';
}

} // namespace

const std::vector<std::string_view>& Tokenizer13a::split(std::string_view text)
{
    m_text.assign(withoutTrailingBlanks(text));
    replaceAll(m_text, "<skipped>", "");
    replaceAll(m_text, "-\n", "");
    replaceAll(m_text, "\n", " ");
    if (m_text.find('&') != std::string::npos) {
        replaceAll(m_text, "&quot;", "\"");
        replaceAll(m_text, "&amp;", "&");
        replaceAll(m_text, "&lt;", "<");
        replaceAll(m_text, "&gt;", ">");
    }
    m_text.insert(m_text.begin(), ' ');
    m_text += ' ';
    setApart(m_text, m_spaced);
    spaceOut(m_spaced, m_text, isNoDigit, isPointOrComma, "", " ", " ");
    spaceOut(m_text, m_spaced, isPointOrComma, isNoDigit, " ", " ", "");
    spaceOut(m_spaced, m_text, isDigit, isDash, "", " ", " ");

    m_tokens.clear();
    const std::string_view spaced = m_text;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < spaced.size();) {
        const std::size_t blank = blankAt(spaced, i);
        if (blank == 0) {
            ++i;
            continue;
        }
        if (i > begin)
            m_tokens.push_back(spaced.substr(begin, i - begin));
        i += blank;
        begin = i;
    }
    if (begin < spaced.size())
        m_tokens.push_back(spaced.substr(begin));
    return m_tokens;
}

} // namespace koala
