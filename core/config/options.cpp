#include "core/config/options.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "core/base/utf8.h"

namespace koala {
namespace {

const OptionBinding* findOption(std::span<const OptionBinding> options, std::string_view key)
{
    const auto it = std::find_if(options.begin(), options.end(),
        [&](const OptionBinding& option) { return option.key == key; });
    return it == options.end() ? nullptr : &*it;
}

std::size_t editDistance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t(0));
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] != b[j - 1] ? 1 : 0);
            diagonal = row[j];
            row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row.back();
}

std::string numberText(double value)
{
    return fmt::format("{}", value);
}

std::string kindOf(const OptionBinding& option)
{
    constexpr std::array<const char*, 5> kKinds{
        "true or false", "a whole number", "a number", "a text", "a list of texts"};
    return kKinds[option.field.index()];
}

OptionProblem wrongKind(const OptionBinding& option, std::string_view given)
{
    return {std::string(option.key),
        fmt::format("{} is {}; it must be {}", option.key, elided(given, 60), kindOf(option))};
}

std::vector<std::string> splitList(std::string_view text)
{
    std::vector<std::string> entries;
    while (!text.empty()) {
        const auto comma = text.find(',');
        std::string_view entry = text.substr(0, comma);
        while (!entry.empty() && entry.front() == ' ')
            entry.remove_prefix(1);
        while (!entry.empty() && entry.back() == ' ')
            entry.remove_suffix(1);
        if (!entry.empty())
            entries.emplace_back(entry);
        text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    }
    return entries;
}

template <typename Number>
bool parseNumber(std::string_view text, Number& value)
{
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    return code == std::errc() && end == text.data() + text.size();
}

bool assignText(const OptionBinding& option, std::string_view text)
{
    if (auto* const* flag = std::get_if<bool*>(&option.field)) {
        const bool yes = text == "true" || text == "1" || text == "yes";
        if (!yes && text != "false" && text != "0" && text != "no")
            return false;
        **flag = yes;
        return true;
    }
    if (auto* const* whole = std::get_if<std::int64_t*>(&option.field))
        return parseNumber(text, **whole);
    if (auto* const* number = std::get_if<double*>(&option.field))
        return parseNumber(text, **number);
    if (auto* const* words = std::get_if<std::string*>(&option.field)) {
        **words = text;
        return true;
    }
    *std::get<std::vector<std::string>*>(option.field) = splitList(text);
    return true;
}

bool assignJson(const OptionBinding& option, const Json& value)
{
    if (auto* const* flag = std::get_if<bool*>(&option.field)) {
        if (!value.is_boolean())
            return false;
        **flag = value.get<bool>();
    } else if (auto* const* whole = std::get_if<std::int64_t*>(&option.field)) {
        if (!value.is_number_integer())
            return false;
        **whole = value.get<std::int64_t>();
    } else if (auto* const* number = std::get_if<double*>(&option.field)) {
        if (!value.is_number())
            return false;
        **number = value.get<double>();
    } else if (auto* const* words = std::get_if<std::string*>(&option.field)) {
        if (!value.is_string())
            return false;
        **words = value.get<std::string>();
    } else {
        if (!value.is_array() ||
            !std::all_of(value.begin(), value.end(), [](const Json& v) { return v.is_string(); }))
            return false;
        *std::get<std::vector<std::string>*>(option.field) = value.get<std::vector<std::string>>();
    }
    return true;
}

OptionProblem unknownKey(std::span<const OptionBinding> options, std::string_view key)
{
    const std::string_view near = nearestKey(options, key);
    return {std::string(key),
        near.empty() ? fmt::format("there is no option \"{}\"; --help lists them", elided(key, 60))
                     : fmt::format("there is no option \"{}\"; did you mean \"{}\"?",
                           elided(key, 60), near)};
}

std::string choicesText(const OptionInfo& info)
{
    return fmt::format("{}", fmt::join(info.choices, ", "));
}

void checkChoice(const OptionBinding& option, std::string_view value, OptionProblems& problems)
{
    const auto& choices = option.info.choices;
    if (!choices.empty() && std::find(choices.begin(), choices.end(), value) == choices.end())
        problems.push_back(
            {std::string(option.key), fmt::format("{} is \"{}\"; it must be one of {}", option.key,
                                          elided(value, 60), choicesText(option.info))});
}

void checkBounds(const OptionBinding& option, double value, OptionProblems& problems)
{
    const auto refuse = [&](std::string words) {
        problems.push_back({std::string(option.key),
            fmt::format("{} is {}; {}", option.key, numberText(value), words)});
    };
    if (!std::isfinite(value))
        refuse("it must be a finite number");
    else if (option.info.min && value < *option.info.min)
        refuse("it must be at least " + numberText(*option.info.min));
    else if (option.info.max && value > *option.info.max)
        refuse("it must be at most " + numberText(*option.info.max));
}

} // namespace

std::string_view nearestKey(std::span<const OptionBinding> options, std::string_view key)
{
    std::string_view best;
    std::size_t least = std::max<std::size_t>(2, key.size() / 3) + 1;
    for (const OptionBinding& option : options)
        if (const std::size_t distance = editDistance(key.substr(0, 100), option.key);
            distance < least) {
            least = distance;
            best = option.key;
        }
    return best;
}

OptionProblems readJson(std::span<const OptionBinding> options, const Json& object)
{
    if (!object.is_object())
        return {{"", "the options are no table of names and values"}};
    OptionProblems problems;
    for (const auto& [key, value] : object.items()) {
        const OptionBinding* option = findOption(options, key);
        if (option == nullptr)
            problems.push_back(unknownKey(options, key));
        else if (!assignJson(*option, value))
            problems.push_back(wrongKind(*option, toLine(value)));
    }
    return problems;
}

OptionProblems setFromText(
    std::span<const OptionBinding> options, std::string_view key, std::string_view text)
{
    const OptionBinding* option = findOption(options, key);
    if (option == nullptr)
        return {unknownKey(options, key)};
    if (!assignText(*option, text))
        return {wrongKind(*option, fmt::format("\"{}\"", text))};
    return {};
}

OptionProblems applyAssignment(std::span<const OptionBinding> options, std::string_view assignment)
{
    const auto equals = assignment.find('=');
    if (equals == std::string_view::npos)
        return {{std::string(assignment),
            fmt::format("\"{}\" is no key=value, for example steps=40", elided(assignment, 60))}};
    return setFromText(options, assignment.substr(0, equals), assignment.substr(equals + 1));
}

std::string valueText(const OptionBinding& option)
{
    if (const auto* flag = std::get_if<bool*>(&option.field))
        return **flag ? "true" : "false";
    if (const auto* whole = std::get_if<std::int64_t*>(&option.field))
        return std::to_string(**whole);
    if (const auto* number = std::get_if<double*>(&option.field))
        return numberText(**number);
    if (const auto* words = std::get_if<std::string*>(&option.field))
        return **words;
    return fmt::format("{}", fmt::join(*std::get<std::vector<std::string>*>(option.field), ","));
}

OptionProblems validateOptions(std::span<const OptionBinding> options)
{
    OptionProblems problems;
    for (const OptionBinding& option : options) {
        if (const auto* whole = std::get_if<std::int64_t*>(&option.field))
            checkBounds(option, double(**whole), problems);
        else if (const auto* number = std::get_if<double*>(&option.field))
            checkBounds(option, **number, problems);
        else if (const auto* words = std::get_if<std::string*>(&option.field))
            checkChoice(option, **words, problems);
        else if (const auto* list = std::get_if<std::vector<std::string>*>(&option.field))
            for (const std::string& entry : **list)
                checkChoice(option, entry, problems);
    }
    return problems;
}

OrderedJson optionsToJson(std::span<const OptionBinding> options)
{
    OrderedJson json = OrderedJson::object();
    for (const OptionBinding& option : options)
        std::visit([&](auto* field) { json[std::string(option.key)] = *field; }, option.field);
    return json;
}

std::string optionsToToml(std::span<const OptionBinding> options)
{
    std::string text;
    for (const OptionBinding& option : options) {
        // A JSON string or list of strings is also a TOML one; a double must keep its point.
        std::string value;
        if (const auto* number = std::get_if<double*>(&option.field)) {
            value = numberText(**number);
            if (value.find_first_of(".en") == std::string::npos)
                value += ".0";
        } else {
            std::visit([&](auto* field) { value = toLine(Json(*field)); }, option.field);
        }
        text += fmt::format("{} = {} # {}\n", option.key, value, option.info.help);
    }
    return text;
}

std::string helpText(std::span<const OptionBinding> options)
{
    std::string text;
    std::string_view group;
    for (const OptionBinding& option : options) {
        if (option.info.group != group) {
            group = option.info.group;
            text += fmt::format("\n{}:\n", group);
        }
        std::string bounds;
        if (!option.info.choices.empty())
            bounds = "; one of " + choicesText(option.info);
        else if (option.info.min && option.info.max)
            bounds = fmt::format(
                "; {} to {}", numberText(*option.info.min), numberText(*option.info.max));
        else if (option.info.min)
            bounds = fmt::format("; at least {}", numberText(*option.info.min));
        if (!option.info.unit.empty())
            bounds = fmt::format(", in {}{}", option.info.unit, bounds);
        const std::string value = valueText(option);
        text += fmt::format("  {:<22} {}{} [{}]\n", option.key, option.info.help, bounds,
            value.empty() ? "none" : value);
    }
    return text;
}

Status toStatus(const OptionProblems& problems, std::string_view what)
{
    if (problems.empty())
        return {};
    std::string message(what);
    message += problems.size() == 1 ? ": " : fmt::format(": {} problems:", problems.size());
    for (const OptionProblem& problem : problems)
        message += (problems.size() == 1 ? "" : "\n  ") + problem.message;
    return invalidInput(std::move(message));
}

} // namespace koala
