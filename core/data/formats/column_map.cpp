#include "core/data/formats/column_map.h"

#include <algorithm>
#include <array>

#include "core/base/utf8.h"

namespace koala {
namespace {

constexpr std::array<std::string_view, 6> kParts{
    "user", "assistant", "system", "context", "split", "id"};
constexpr const char* kHowTo = "; write --columns user=NAME,assistant=NAME, and if wanted "
                               "system=NAME, context=NAME, split=NAME, id=NAME";

// Takes one part=column from the front of `text`.
Result<std::pair<std::string, std::string>> takePart(std::string_view& text)
{
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos)
        return invalidInput(fmt::format("\"{}\" has no \"=\"{}", elided(text, 60), kHowTo));
    std::string part(text.substr(0, equals));
    text.remove_prefix(equals + 1);
    std::string column;
    if (text.starts_with('"')) {
        const std::size_t close = text.find('"', 1);
        if (close == std::string_view::npos)
            return invalidInput("the quote after \"" + part + "=\" is not closed");
        column = text.substr(1, close - 1);
        text.remove_prefix(close + 1);
        if (!text.empty() && text[0] != ',')
            return invalidInput("after a quoted column name a comma or nothing must stand");
    } else {
        const std::size_t comma = std::min(text.find(','), text.size());
        column = text.substr(0, comma);
        text.remove_prefix(comma);
    }
    if (text.starts_with(','))
        text.remove_prefix(1);
    return std::pair(std::move(part), std::move(column));
}

} // namespace

Result<ColumnMap> ColumnMap::parse(std::string_view text)
{
    ColumnMap map;
    while (!text.empty()) {
        KOALA_TRY(auto part, takePart(text));
        map.m_parts.push_back(std::move(part));
    }
    KOALA_RETURN_IF_ERROR(map.check());
    return map;
}

Result<ColumnMap> ColumnMap::fromJson(const Json& json)
{
    ColumnMap map;
    if (!json.is_object())
        return invalidInput("the columns are no object");
    for (const auto& [part, column] : json.items())
        if (column.is_string())
            map.m_parts.emplace_back(part, column.get<std::string>());
    KOALA_RETURN_IF_ERROR(map.check());
    return map;
}

Status ColumnMap::check() const
{
    const auto times = [&](std::string_view part) {
        return std::count_if(
            m_parts.begin(), m_parts.end(), [&](const auto& known) { return known.first == part; });
    };
    for (const auto& [part, column] : m_parts) {
        if (std::find(kParts.begin(), kParts.end(), part) == kParts.end())
            return invalidInput(
                fmt::format("a conversation has no part \"{}\"{}", elided(part, 40), kHowTo));
        if (times(part) > 1)
            return invalidInput(fmt::format("the part \"{}\" is named twice{}", part, kHowTo));
        if (column.empty())
            return invalidInput(fmt::format("no column is named for \"{}\"{}", part, kHowTo));
    }
    if (!empty() && (times("user") == 0 || times("assistant") == 0))
        return invalidInput(fmt::format("columns for user and for assistant are needed{}", kHowTo));
    return {};
}

OrderedJson ColumnMap::toJson() const
{
    OrderedJson json = OrderedJson::object();
    for (const auto& [part, column] : m_parts)
        json[part] = column;
    return json;
}

Result<Json> ColumnMap::apply(const Json& record) const
{
    if (!record.is_object())
        return invalidInput("it is no object with columns");
    Json mapped = Json::object();
    Json rest = record;
    for (const auto& [part, column] : m_parts) {
        const Json& value = memberOr(record, column);
        if (!record.contains(column))
            return invalidInput("it has no column \"" + elided(column, 60) + "\"");
        mapped[part] = value;
        rest.erase(column);
    }
    mapped["meta"] = std::move(rest);
    return mapped;
}

} // namespace koala
