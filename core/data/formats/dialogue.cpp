#include "core/data/formats/dialogue.h"

#include <utf8proc.h>

namespace koala {
namespace {

std::string asciiLower(std::string_view text)
{
    std::string lower(text);
    for (char& c : lower)
        c = c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
    return lower;
}

} // namespace

std::optional<Role> speakerRole(std::string_view name)
{
    const std::string lower = asciiLower(name);
    for (const char* alias : {"human", "user", "prompter"})
        if (lower == alias)
            return Role::User;
    for (const char* alias : {"gpt", "assistant", "chatgpt", "bot", "bing", "bard", "model"})
        if (lower == alias)
            return Role::Assistant;
    if (lower == "system" || lower == "developer")
        return Role::System;
    for (const char* alias :
        {"tool", "function_call", "function", "observation", "function_response"})
        if (lower == alias)
            return Role::Tool;
    if (lower == "context")
        return Role::Context;
    return std::nullopt;
}

bool isBlankText(std::string_view text)
{
    while (!text.empty()) {
        utf8proc_int32_t point = 0;
        const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
            utf8proc_ssize_t(text.size()), &point);
        if (length <= 0)
            return false;
        const auto category = utf8proc_category(point);
        const bool blank = (point >= 0x09 && point <= 0x0D) || category == UTF8PROC_CATEGORY_ZS ||
                           category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP ||
                           category == UTF8PROC_CATEGORY_CF || point == 0x85;
        if (!blank)
            return false;
        text.remove_prefix(std::size_t(length));
    }
    return true;
}

Status addDialogue(std::vector<Turn> turns, Conversation conversation, ConvertedRow& out)
{
    bool asked = false;
    bool answered = false;
    for (std::size_t i = 0; i < turns.size(); ++i) {
        Turn& turn = turns[i];
        if (isBlankText(turn.text)) {
            out.droppedTurns.push_back(
                fmt::format("message {} ({}) is empty", i, roleName(turn.role)));
            continue;
        }
        if (turn.role == Role::Assistant && !asked) {
            out.droppedTurns.push_back(
                fmt::format("message {} is an answer before any question", i));
            continue;
        }
        if (turn.role == Role::System && conversation.turns.empty() &&
            conversation.system.empty()) {
            conversation.system = std::move(turn.text);
            continue;
        }
        asked = asked || turn.role == Role::User;
        answered = answered || turn.role == Role::Assistant;
        conversation.turns.push_back(std::move(turn));
    }
    if (!answered)
        return invalidInput(turns.empty() ? "its list of messages is empty"
                                          : "no answer of the assistant follows a question");
    out.conversations.push_back(std::move(conversation));
    return {};
}

Status addExchange(std::string question, std::string answer, Conversation conversation,
    std::string_view what, ConvertedRow& out)
{
    const std::size_t slash = what.find('/');
    if (isBlankText(question))
        return invalidInput(fmt::format("the {} is empty", what.substr(0, slash)));
    if (isBlankText(answer))
        return invalidInput(fmt::format("the {} is empty", what.substr(slash + 1)));
    conversation.turns.push_back({Role::User, std::move(question), false});
    conversation.turns.push_back({Role::Assistant, std::move(answer), true});
    out.conversations.push_back(std::move(conversation));
    return {};
}

Result<std::string> textAt(const Json& record, const char* key)
{
    const Json& value = memberOr(record, key);
    if (value.is_string())
        return value.get<std::string>();
    if (value.is_null())
        return invalidInput(fmt::format("\"{}\" is missing", key));
    return invalidInput(fmt::format("\"{}\" is {}, not a text", key,
        value.is_boolean() ? (value.get<bool>() ? "true" : "false")
                           : "a " + std::string(value.type_name())));
}

} // namespace koala
