#include "core/base/json_fast.h"

#include <simdjson.h>

namespace koala {
namespace {

using Json = nlohmann::json;
using Element = simdjson::dom::element;

constexpr std::size_t kMostKeys = 1024; // what the careful parsers allow is checked there
constexpr std::size_t kLongestKey = 1024;

bool isPlainKey(std::string_view key)
{
    return key.size() <= kLongestKey &&
           std::all_of(key.begin(), key.end(), [](char c) { return (c & '\x80') == 0; });
}

bool convert(const Element& from, int depthLeft, Json& to);

bool convertObject(const simdjson::dom::object& from, int depthLeft, Json& to)
{
    Json::object_t members;
    for (const auto [key, value] : from) {
        if (!isPlainKey(key) || members.size() >= kMostKeys)
            return false;
        const auto [place, fresh] = members.try_emplace(std::string(key));
        if (!fresh || !convert(value, depthLeft, place->second))
            return false;
    }
    to = std::move(members);
    return true;
}

bool convertArray(const simdjson::dom::array& from, int depthLeft, Json& to)
{
    Json::array_t items;
    items.reserve(from.size());
    for (const Element value : from)
        if (!convert(value, depthLeft, items.emplace_back()))
            return false;
    to = std::move(items);
    return true;
}

bool convert(const Element& from, int depthLeft, Json& to)
{
    using simdjson::dom::element_type;
    switch (from.type()) {
    case element_type::ARRAY:
        return depthLeft > 0 && convertArray(simdjson::dom::array(from), depthLeft - 1, to);
    case element_type::OBJECT:
        return depthLeft > 0 && convertObject(simdjson::dom::object(from), depthLeft - 1, to);
    case element_type::STRING:
        to = std::string(std::string_view(from));
        return true;
    case element_type::INT64: {
        const std::int64_t number(from);
        if (number >= 0)
            to = Json::number_unsigned_t(number); // as nlohmann tells numbers without a sign
        else
            to = number;
        return true;
    }
    case element_type::UINT64:
        to = std::uint64_t(from);
        return true;
    case element_type::BOOL:
        to = bool(from);
        return true;
    case element_type::NULL_VALUE:
        to = nullptr;
        return true;
    case element_type::DOUBLE:
        break;
    }
    return false;
}

} // namespace

bool jsonFromParsed(const Element& parsed, int maxDepth, nlohmann::json& out)
{
    return convert(parsed, maxDepth, out);
}

bool parseJsonFast(std::string_view text, int maxDepth, nlohmann::json& out)
{
    thread_local simdjson::dom::parser parser;
    Element root;
    if (parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS)
        return false;
    const bool done = convert(root, maxDepth, out);
    if (text.size() > (std::size_t(16) << 20)) // do not keep the memory of a rare giant
        parser = simdjson::dom::parser();
    return done;
}

} // namespace koala
