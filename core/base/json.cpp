#include "core/base/json.h"

#include <fmt/format.h>

#include "core/base/json_fast.h"

namespace koala {
namespace {

template <typename J>
std::string dumpLine(const J& value)
{
    return value.dump(-1, ' ', false, J::error_handler_t::replace);
}

Error missing(std::string_view key, std::string_view what, std::string_view type)
{
    return invalidInput(fmt::format("{}: \"{}\" is missing or is no {}", what, key, type));
}

// nlohmann recurses when it destroys deep values; nothing of ours nests further than this.
constexpr int kMaxDepth = 200;

// Counted before parsing: nlohmann's own callback makes large arrays quadratic.
bool deeperThan(std::string_view text, int limit)
{
    int depth = 0;
    bool inString = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (inString && c == '\\')
            ++i;
        else if (c == '"')
            inString = !inString;
        else if (!inString && (c == '[' || c == '{') && ++depth > limit)
            return true;
        else if (!inString && (c == ']' || c == '}'))
            --depth;
    }
    return false;
}

} // namespace

Result<Json> parseJson(std::string_view text, std::string_view what)
{
    if (text.starts_with("\xEF\xBB\xBF"))
        text.remove_prefix(3);
    if (Json plain; parseJsonFast(text, kMaxDepth, plain))
        return plain;
    if (deeperThan(text, kMaxDepth))
        return invalidInput(fmt::format("{}: nested deeper than {} levels", what, kMaxDepth));
    try {
        return Json::parse(text);
    } catch (const Json::parse_error& error) {
        return invalidInput(fmt::format("{}: not valid JSON at byte {}", what, error.byte));
    } catch (const Json::exception& error) {
        return invalidInput(fmt::format("{}: not valid JSON ({})", what, error.what()));
    }
}

Result<Json> readJsonFile(const fs::path& path)
{
    KOALA_TRY(const std::string text, readFile(path));
    return parseJson(text, path.string());
}

Status writeJsonFile(const fs::path& path, const OrderedJson& value)
{
    return writeFileAtomically(
        path, value.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n");
}

std::string toLine(const Json& value)
{
    return dumpLine(value);
}
std::string toLine(const OrderedJson& value)
{
    return dumpLine(value);
}

const Json& memberOr(const Json& object, std::string_view key)
{
    static const Json null;
    if (!object.is_object())
        return null;
    const auto it = object.find(key);
    return it == object.end() ? null : *it;
}

Result<std::string> stringAt(const Json& object, std::string_view key, std::string_view what)
{
    const Json& member = memberOr(object, key);
    if (!member.is_string())
        return missing(key, what, "text");
    return member.get<std::string>();
}

Result<std::int64_t> integerAt(const Json& object, std::string_view key, std::string_view what)
{
    const Json& member = memberOr(object, key);
    if (!member.is_number_integer())
        return missing(key, what, "whole number");
    return member.get<std::int64_t>();
}

Result<double> numberAt(const Json& object, std::string_view key, std::string_view what)
{
    const Json& member = memberOr(object, key);
    if (!member.is_number())
        return missing(key, what, "number");
    return member.get<double>();
}

std::string stringOr(const Json& object, std::string_view key, std::string fallback)
{
    const Json& member = memberOr(object, key);
    return member.is_string() ? member.get<std::string>() : std::move(fallback);
}

std::int64_t integerOr(const Json& object, std::string_view key, std::int64_t fallback)
{
    const Json& member = memberOr(object, key);
    return member.is_number_integer() ? member.get<std::int64_t>() : fallback;
}

double numberOr(const Json& object, std::string_view key, double fallback)
{
    const Json& member = memberOr(object, key);
    return member.is_number() ? member.get<double>() : fallback;
}

bool boolOr(const Json& object, std::string_view key, bool fallback)
{
    const Json& member = memberOr(object, key);
    return member.is_boolean() ? member.get<bool>() : fallback;
}

} // namespace koala
