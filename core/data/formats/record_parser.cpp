// Strict parsing of one record: what other JSON readers accept in silence (two members of one name,
// a number rounded to something else) would make two programs see two different records. What is
// repaired or kept in another form is counted.
#include <algorithm>
#include <iterator>
#include <unordered_set>

#include <utf8proc.h>

#include "core/base/json_fast.h"
#include "core/base/utf8.h"
#include "core/data/formats/record_reader.h"

namespace koala {
namespace {

// Walks over the text and tells how far the parser has come, for messages.
class TrackedChar {
public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    TrackedChar(const char* at, const char** last) : m_at(at), m_last(last) {}
    reference operator*() const { return *m_at; }
    TrackedChar& operator++()
    {
        *m_last = ++m_at;
        return *this;
    }
    TrackedChar operator++(int)
    {
        TrackedChar before = *this;
        ++*this;
        return before;
    }
    bool operator==(const TrackedChar& other) const { return m_at == other.m_at; }
    bool operator!=(const TrackedChar& other) const { return m_at != other.m_at; }

private:
    const char* m_at;
    const char** m_last;
};

bool isAscii(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return (c & '\x80') == 0; });
}

std::string composed(const std::string& text)
{
    utf8proc_uint8_t* made = utf8proc_NFC(reinterpret_cast<const utf8proc_uint8_t*>(text.c_str()));
    if (made == nullptr)
        return text;
    std::string result(reinterpret_cast<const char*>(made));
    std::free(made);
    return result;
}

// The keys of one object: most objects are small, some are not.
class Keys {
public:
    bool add(const std::string& key)
    {
        if (m_few.size() < kFew) {
            if (std::find(m_few.begin(), m_few.end(), key) != m_few.end())
                return false;
            m_few.push_back(key);
            return true;
        }
        if (m_many.empty())
            m_many.insert(m_few.begin(), m_few.end());
        return m_many.insert(key).second;
    }
    std::size_t size() const { return std::max(m_few.size(), m_many.size()); }
    bool holdsLookAlike(const std::string& key) const
    {
        const std::string form = composed(key);
        return std::any_of(m_few.begin(), m_few.end(), [&](const std::string& other) {
            return other != key && !isAscii(other) && composed(other) == form;
        });
    }

private:
    static constexpr std::size_t kFew = 24;
    std::vector<std::string> m_few;
    std::unordered_set<std::string> m_many;
};

class StrictBuilder {
public:
    using number_integer_t = Json::number_integer_t;
    using number_unsigned_t = Json::number_unsigned_t;
    using number_float_t = Json::number_float_t;
    using string_t = Json::string_t;
    using binary_t = Json::binary_t;

    StrictBuilder(Json& root, std::string_view text, const char** at, RecordFlags& flags)
        : m_dom(root, false), m_text(text), m_at(at), m_flags(flags)
    {
    }
    const std::string& reason() const { return m_reason; }

    bool null() { return m_dom.null(); }
    bool boolean(bool value) { return m_dom.boolean(value); }
    bool number_integer(number_integer_t value) { return m_dom.number_integer(value); }
    bool number_unsigned(number_unsigned_t value) { return m_dom.number_unsigned(value); }
    bool number_float(number_float_t value, const string_t& text)
    {
        if (text.size() > RecordLimits::kNumberDigits)
            return refuse(fmt::format(
                "a number longer than {} characters, the limit", RecordLimits::kNumberDigits));
        if (text.find_first_of(".eE") == std::string::npos) { // past 64 bits
            ++m_flags.bigIntegers;
            string_t digits = text;
            return m_dom.string(digits);
        }
        const std::string_view mantissa =
            std::string_view(text).substr(0, text.find_first_of("eE"));
        if (value == 0 && mantissa.find_first_of("123456789") != std::string_view::npos)
            ++m_flags.underflows;
        else if (significantDigits(mantissa) > 17)
            ++m_flags.lostDigits;
        return m_dom.number_float(value, text);
    }
    bool string(string_t& value) { return m_dom.string(value); }
    bool binary(binary_t& value) { return m_dom.binary(value); }
    bool start_object(std::size_t size) { return deepEnough() && m_dom.start_object(size); }
    bool key(string_t& name)
    {
        Keys& keys = m_keys.back();
        if (name.size() > RecordLimits::kKeyBytes)
            return refuse(
                fmt::format("a key longer than {} KiB, the limit", RecordLimits::kKeyBytes >> 10));
        if (keys.size() >= RecordLimits::kKeys)
            return refuse(
                fmt::format("an object of more than {} keys, the limit", RecordLimits::kKeys));
        if (!isAscii(name) && keys.holdsLookAlike(name))
            ++m_flags.lookAlikeKeys;
        if (!keys.add(name))
            return refuse("the key \"" + elided(name, 60) + "\" occurs twice in one object");
        return m_dom.key(name);
    }
    bool end_object()
    {
        m_keys.pop_back();
        return m_dom.end_object();
    }
    bool start_array(std::size_t size) { return deepEnough() && m_dom.start_array(size); }
    bool end_array()
    {
        m_keys.pop_back();
        return m_dom.end_array();
    }
    bool parse_error(
        std::size_t position, const std::string& token, const nlohmann::detail::exception& error)
    {
        const std::string_view why = error.what();
        const std::string near = elided(
            toValidUtf8(token.substr(token.size() - std::min<std::size_t>(token.size(), 40))), 40);
        if (error.id == 406 && token.size() > RecordLimits::kNumberDigits)
            m_reason = fmt::format("a number longer than {} characters, the limit, at byte {}",
                RecordLimits::kNumberDigits, position);
        else if (error.id == 406)
            m_reason = fmt::format("the number at byte {} is too large for a double", position);
        else if (why.find("UTF-8") != std::string_view::npos)
            m_reason = fmt::format("bytes that are no UTF-8 at byte {}", position);
        else if (near.empty())
            m_reason = fmt::format("no valid JSON: it ends too early, at byte {}", position);
        else
            m_reason = fmt::format("no valid JSON at byte {} (near \"{}\")", position, near);
        return false;
    }

private:
    static std::size_t significantDigits(std::string_view mantissa)
    {
        const std::size_t first = mantissa.find_first_of("123456789");
        if (first == std::string_view::npos)
            return 0;
        std::size_t digits = 0;
        std::size_t upToLast = 0; // zeros at the end say nothing
        for (const char c : mantissa.substr(first)) {
            digits += std::size_t(c != '.');
            if (c >= '1' && c <= '9')
                upToLast = digits;
        }
        return upToLast;
    }
    bool refuse(const std::string& what)
    {
        m_reason = fmt::format("{}, at byte {}", what, *m_at - m_text.data());
        return false;
    }
    bool deepEnough()
    {
        m_keys.emplace_back();
        if (m_keys.size() <= RecordLimits::kDepth)
            return true;
        return refuse(
            fmt::format("values nested deeper than {} levels, the limit", RecordLimits::kDepth));
    }
    nlohmann::detail::json_sax_dom_parser<Json> m_dom;
    std::string_view m_text;
    const char** m_at;
    RecordFlags& m_flags;
    std::vector<Keys> m_keys;
    std::string m_reason;
};

// The value of the \uXXXX at `at`, or -1.
int escapedUnit(std::string_view text, std::size_t at)
{
    if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u')
        return -1;
    int unit = 0;
    for (const char c : text.substr(at + 2, 4)) {
        const int digit = c >= '0' && c <= '9'   ? c - '0'
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                 : -1;
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

bool mayHoldSurrogates(std::string_view text)
{
    for (std::size_t at = text.find("\\u"); at != std::string_view::npos;
        at = text.find("\\u", at + 2))
        if (at + 2 < text.size() && (text[at + 2] | 0x20) == 'd')
            return true;
    return false;
}

// Unpaired escaped surrogates become U+FFFD; `repaired` stays empty when there is none.
std::uint32_t repairSurrogates(std::string_view text, std::string& repaired)
{
    std::uint32_t count = 0;
    for (std::size_t at = text.find('\\'); at != std::string_view::npos; at = text.find('\\', at)) {
        const int unit = escapedUnit(text, at);
        if (unit < 0xD800 || unit > 0xDFFF) {
            at += 2;
            continue;
        }
        const int next = escapedUnit(text, at + 6);
        if (unit < 0xDC00 && next >= 0xDC00 && next <= 0xDFFF) {
            at += 12;
            continue;
        }
        if (count++ == 0)
            repaired = text;
        repaired.replace(at, 6, "\\uFFFD");
        at += 6;
    }
    return count;
}

bool isHugeInteger(std::string_view token)
{
    constexpr std::size_t kDigitsOfDoubles = 309;
    if (token.size() > RecordLimits::kNumberDigits)
        return false;
    if (token.starts_with('-'))
        token.remove_prefix(1);
    return token.size() >= kDigitsOfDoubles && token.front() != '0' &&
           token.find_first_not_of("0123456789") == std::string_view::npos;
}

// Integers that no double reaches are put in quotes: the parser refuses them before it asks what to
// do, and like all past 64 bits they are kept as a string of their digits. `quoted` stays empty
// when there is none. One in the place of a key stays what it is, an error.
std::uint32_t quoteHugeIntegers(std::string_view text, std::string& quoted)
{
    std::uint32_t count = 0;
    std::size_t copied = 0;
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] == '"') {
            for (++at; at < text.size() && text[at] != '"'; ++at)
                at += text[at] == '\\';
            ++at;
            continue;
        }
        const std::size_t end =
            std::min(text.find_first_not_of("0123456789+-.eE", at), text.size());
        if (end == at) {
            ++at;
            continue;
        }
        const std::size_t next = text.find_first_not_of(" \t\r\n", end);
        if (isHugeInteger(text.substr(at, end - at)) &&
            (next == std::string_view::npos || text[next] != ':')) {
            quoted.append(text, copied, at - copied).append("\"");
            quoted.append(text, at, end - at).append("\"");
            copied = end;
            ++count;
        }
        at = end;
    }
    if (count > 0)
        quoted.append(text, copied);
    return count;
}

} // namespace

Result<Json> parseRecord(std::string_view text, RecordFlags* flags)
{
    // The parser would take a NUL for the end, and skip a byte order mark wherever a record begins.
    if (const std::size_t at = text.find('\0'); at != std::string_view::npos)
        return invalidInput(fmt::format("it holds a NUL byte, at byte {}", at));
    if (text.starts_with("\xEF\xBB\xBF"))
        return invalidInput("a byte order mark stands in the middle of the file");
    RecordFlags counted;
    std::string repaired;
    if (mayHoldSurrogates(text))
        counted.repairedSurrogates = repairSurrogates(text, repaired);
    if (counted.repairedSurrogates > 0)
        text = repaired;
    Json root;
    if (parseJsonFast(text, int(RecordLimits::kDepth), root)) {
        if (flags != nullptr)
            *flags = counted;
        return root;
    }
    std::string quoted;
    counted.bigIntegers = quoteHugeIntegers(text, quoted);
    if (counted.bigIntegers > 0)
        text = quoted;
    const char* at = text.data();
    StrictBuilder builder(root, text, &at, counted);
    const bool ok = Json::sax_parse(
        TrackedChar(text.data(), &at), TrackedChar(text.data() + text.size(), &at), &builder);
    if (!ok)
        return invalidInput(builder.reason().empty() ? "no valid JSON" : builder.reason());
    if (flags != nullptr)
        *flags = counted;
    return root;
}

} // namespace koala
