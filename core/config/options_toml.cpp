// The only file that reads TOML: its header is slow to compile.
#include <sstream>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "core/config/options.h"

namespace koala {
namespace {

// Only what options can be; anything else becomes a value no option takes, and so a problem.
Json toJsonValue(const toml::node& node)
{
    if (const auto* flag = node.as_boolean())
        return flag->get();
    if (const auto* whole = node.as_integer())
        return whole->get();
    if (const auto* number = node.as_floating_point())
        return number->get();
    if (const auto* words = node.as_string())
        return words->get();
    if (const auto* list = node.as_array()) {
        Json json = Json::array();
        for (const toml::node& entry : *list)
            json.push_back(entry.is_array() || entry.is_table() ? Json() : toJsonValue(entry));
        return json;
    }
    return Json::object();
}

} // namespace

OptionProblems readToml(std::span<const OptionBinding> options, std::string_view text)
{
    try {
        const toml::table table = toml::parse(text);
        Json object = Json::object();
        for (const auto& [key, node] : table)
            object[std::string(key.str())] = toJsonValue(node);
        return readJson(options, object);
    } catch (const toml::parse_error& error) {
        return {{"", fmt::format("not valid TOML at line {}: {}", error.source().begin.line,
                         error.description())}};
    }
}

} // namespace koala
