#include "core/data/clean/step_types.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/data/clean/step.h"
#include "core/data/clean/steps_of_each_type.h"

namespace koala {
namespace {

std::string optionNames(const StepType& type)
{
    std::string names;
    for (const StepOption& option : type.options)
        names += (names.empty() ? "" : ", ") + std::string(option.name);
    return names.empty() ? "none" : names;
}

const StepOption* findOption(const StepType& type, std::string_view name)
{
    for (const StepOption& option : type.options)
        if (option.name == name)
            return &option;
    return nullptr;
}

Error wrongOption(const StepType& type, const StepOption& option, std::string_view wanted)
{
    return invalidInput(fmt::format("the option {} of {} takes {}", option.name, type.id, wanted));
}

bool allAre(const Json& list, bool (*is)(const Json&))
{
    return list.is_array() && std::all_of(list.begin(), list.end(), is);
}

bool isText(const Json& value)
{
    return value.is_string();
}

bool isRow(const Json& value)
{
    return value.is_number_integer() &&
           (value.is_number_unsigned() || value.get<std::int64_t>() >= 0);
}

bool isEdit(const Json& value)
{
    if (!value.is_object() || !isRow(memberOr(value, "row")))
        return false;
    return conversationFromJson(value, "edit").ok();
}

Status checkValue(const StepType& type, const StepOption& option, const Json& value)
{
    switch (option.kind) {
    case OptionKind::Bool:
        return value.is_boolean() ? Status() : wrongOption(type, option, "true or false");
    case OptionKind::Number:
        if (value.is_number() && value.get<double>() >= option.least &&
            value.get<double>() <= option.most)
            return {};
        return wrongOption(
            type, option, fmt::format("a number from {} to {}", option.least, option.most));
    case OptionKind::Text:
        return value.is_string() ? Status() : wrongOption(type, option, "a text");
    case OptionKind::Choice: {
        if (value.is_string() && std::find(option.choices.begin(), option.choices.end(),
                                     value.get<std::string>()) != option.choices.end())
            return {};
        std::string names;
        for (const std::string_view choice : option.choices)
            names += (names.empty() ? "" : ", ") + std::string(choice);
        return wrongOption(type, option, "one of " + names);
    }
    case OptionKind::List:
    case OptionKind::PromptSet:
        return allAre(value, isText) ? Status() : wrongOption(type, option, "a list of texts");
    case OptionKind::Rows:
        return allAre(value, isRow) ? Status() : wrongOption(type, option, "a list of row numbers");
    case OptionKind::Edits:
        return allAre(value, isEdit)
                   ? Status()
                   : wrongOption(type, option, "a list of {\"row\",\"turns\",\"system\"}");
    }
    return {};
}

Result<Json> valueFromText(const StepType& type, const StepOption& option, std::string_view text)
{
    if (option.kind == OptionKind::Text || option.kind == OptionKind::Choice)
        return Json(text);
    if (option.kind == OptionKind::List || option.kind == OptionKind::PromptSet ||
        option.kind == OptionKind::Rows) {
        Json list = Json::array();
        while (!text.empty()) {
            const std::size_t comma = std::min(text.find(','), text.size());
            const std::string_view item = text.substr(0, comma);
            text.remove_prefix(std::min(comma + 1, text.size()));
            if (option.kind != OptionKind::Rows) {
                list.push_back(item);
                continue;
            }
            std::uint64_t row = 0;
            const auto [end, code] = std::from_chars(item.data(), item.data() + item.size(), row);
            if (code != std::errc() || end != item.data() + item.size() || row == 0)
                return wrongOption(type, option, "row numbers from 1 with commas between");
            list.push_back(row - 1);
        }
        return list;
    }
    Json value = Json::parse(text, nullptr, false);
    if (value.is_discarded())
        value = Json(text); // the check names what is wanted
    return value;
}

} // namespace

std::string_view optionKindName(OptionKind kind)
{
    constexpr std::array<std::string_view, 8> kNames{
        "bool", "number", "text", "choice", "list", "prompt_set", "rows", "edits"};
    return kNames[std::size_t(kind)];
}

std::span<const StepType> stepTypes()
{
    static const std::array all{kDuplicatePrompts, kDuplicateDialogues, kNearDuplicates, kLanguage,
        kKeywords, kPageLeftovers, kLength, kTurnOrder, kPersonalData, kToxic, kOverlapWords,
        kOverlapBleu, kExclude, kEdit, kKeep};
    return all;
}

const StepType* findStepType(std::string_view id)
{
    for (const StepType& type : stepTypes())
        if (type.id == id)
            return &type;
    return nullptr;
}

Result<Json> completeOptions(const StepType& type, const Json& options)
{
    Json complete = Json::object();
    for (const StepOption& option : type.options)
        complete[std::string(option.name)] = Json::parse(option.fallback);
    for (const auto& [name, value] : options.items()) {
        const StepOption* option = findOption(type, name);
        if (option == nullptr)
            return invalidInput(fmt::format(
                "{} has no option \"{}\"; its options are: {}", type.id, name, optionNames(type)));
        KOALA_RETURN_IF_ERROR(checkValue(type, *option, value));
        complete[name] = value;
    }
    return complete;
}

Status setOption(const StepType& type, Json& options, std::string_view name, std::string_view value)
{
    const StepOption* option = findOption(type, name);
    if (option == nullptr)
        return invalidInput(fmt::format(
            "{} has no option \"{}\"; its options are: {}", type.id, name, optionNames(type)));
    KOALA_TRY(Json parsed, valueFromText(type, *option, value));
    KOALA_RETURN_IF_ERROR(checkValue(type, *option, parsed));
    options[std::string(name)] = std::move(parsed);
    return {};
}

std::string stepSummary(const StepType& type, const Json& options)
{
    const Result<Json> complete = completeOptions(type, options);
    return complete.ok() ? type.summary(*complete) : complete.error().message;
}

OrderedJson toJson(const StepType& type)
{
    OrderedJson options = OrderedJson::array();
    for (const StepOption& option : type.options) {
        OrderedJson json{{"name", option.name}, {"kind", optionKindName(option.kind)},
            {"title", option.title}, {"help", option.help},
            {"default", OrderedJson::parse(option.fallback)}};
        if (option.kind == OptionKind::Number) {
            json["least"] = option.least;
            json["most"] = option.most;
        }
        if (!option.choices.empty()) {
            json["choices"] = OrderedJson::array();
            for (const std::string_view choice : option.choices)
                json["choices"].push_back(choice);
        }
        options.push_back(std::move(json));
    }
    return {{"id", type.id}, {"title", type.title}, {"help", type.help},
        {"options", std::move(options)}};
}

} // namespace koala
