#include "core/study/prompt_set.h"

#include <unordered_set>

#include <fmt/format.h>

#include "core/base/line_reader.h"
#include "core/base/utf8.h"

namespace koala {
namespace {

Result<std::vector<PromptTurn>> turnsOf(const Json& json, std::string_view what)
{
    const Json& list = memberOr(json, "turns");
    if (!list.is_array()) {
        KOALA_TRY(std::string text, stringAt(json, "prompt", what));
        if (text.empty())
            return invalidInput(fmt::format("{}: \"prompt\" is empty", what));
        return std::vector<PromptTurn>{{"user", std::move(text)}};
    }
    std::vector<PromptTurn> turns;
    for (const Json& entry : list) {
        KOALA_TRY(std::string role, stringAt(entry, "role", what));
        KOALA_TRY(std::string text, stringAt(entry, "text", what));
        if (role != "system" && role != "user" && role != "assistant")
            return invalidInput(fmt::format(
                "{}: a turn has the role \"{}\"; system, user or assistant is meant", what, role));
        turns.push_back({std::move(role), std::move(text)});
    }
    if (turns.empty() || turns.back().role != "user")
        return invalidInput(fmt::format("{}: the last turn must be the user's", what));
    return turns;
}

} // namespace

Result<Prompt> promptFromJson(const Json& json, std::string_view what)
{
    if (!json.is_object())
        return invalidInput(fmt::format("{}: not an object", what));
    Prompt prompt;
    KOALA_TRY(prompt.id, stringAt(json, "id", what));
    if (prompt.id.empty() || prompt.id.size() > 200)
        return invalidInput(fmt::format("{}: \"id\" must have 1 to 200 bytes", what));
    KOALA_TRY(prompt.turns, turnsOf(json, what));
    prompt.group = stringOr(json, "group", "");
    prompt.reference = stringOr(json, "reference", "");
    if (const Json& expect = memberOr(json, "expect"); expect.is_array())
        for (const Json& entry : expect)
            if (entry.is_string())
                prompt.expect.push_back(entry.get<std::string>());
    if (const Json& tags = memberOr(json, "tags"); tags.is_object())
        prompt.tags = tags;
    if (const Json& meta = memberOr(json, "meta"); meta.is_object())
        prompt.meta = meta;
    return prompt;
}

Result<PromptSet> loadPromptSet(const fs::path& file)
{
    KOALA_TRY(LineReader reader, LineReader::open(file));
    PromptSet set;
    set.slug = file.stem().string();
    std::unordered_set<std::string> seen;
    Line line;
    while (reader.next(line)) {
        if (line.text.find_first_not_of(" \t\r") == std::string_view::npos)
            continue;
        const auto refuse = [&](std::string reason) {
            set.badLines.push_back(
                {line.number, std::move(reason), elided(toValidUtf8(line.text), 200)});
        };
        const std::string what = fmt::format("line {}", line.number);
        if (line.tooLong) {
            refuse(what + ": too long");
            continue;
        }
        const Result<Json> json = parseJson(line.text, what);
        if (!json) {
            refuse(json.error().message);
            continue;
        }
        Result<Prompt> prompt = promptFromJson(*json, what);
        if (!prompt)
            refuse(prompt.error().message);
        else if (!seen.insert(prompt->id).second)
            refuse(fmt::format("{}: the id \"{}\" was used before", what, elided(prompt->id, 60)));
        else
            set.prompts.push_back(std::move(prompt).value());
    }
    KOALA_RETURN_IF_ERROR(reader.status());
    if (set.prompts.empty())
        return invalidInput(fmt::format(
            "{} holds no prompt{}; each line is an object with \"id\" and "
            "\"prompt\" or \"turns\"",
            file.string(), set.badLines.empty() ? "" : " (" + set.badLines.front().reason + ")"));
    return set;
}

const Prompt* PromptSet::find(std::string_view id) const
{
    for (const Prompt& prompt : prompts)
        if (prompt.id == id)
            return &prompt;
    return nullptr;
}

std::vector<std::string> PromptSet::groups() const
{
    std::vector<std::string> names;
    for (const Prompt& prompt : prompts)
        if (std::find(names.begin(), names.end(), prompt.group) == names.end())
            names.push_back(prompt.group);
    return names;
}

} // namespace koala
