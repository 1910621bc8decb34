// ShareGPT dialogues in the forms that are around: FastChat's
// {"id","conversations":[{"from","value"}]}, the same under "items" or "messages" with role and
// content, and lists of {"human","assistant"} pairs.
//
// Kept as they are: the same speaker twice running, system messages, tools. Left out, and listed:
// empty messages, and what the assistant says before the first user message (parts of split
// dialogues).
#include "core/data/formats/importers.h"

#include <array>

namespace koala {
namespace {

constexpr std::array kListKeys{"conversations", "messages", "items", "conversation"};

const Json* messagesOf(const Json& record)
{
    if (record.is_array() && !record.empty() && record.front().is_object())
        return &record; // a row that is the list itself
    for (const char* key : kListKeys)
        if (memberOr(record, key).is_array())
            return &record.at(key);
    return nullptr;
}

std::string asciiLower(std::string text)
{
    for (char& c : text)
        c = c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
    return text;
}

std::optional<Role> speaker(const std::string& name)
{
    const std::string lower = asciiLower(name);
    for (const char* alias : {"human", "user", "prompter"})
        if (lower == alias)
            return Role::User;
    for (const char* alias : {"gpt", "assistant", "chatgpt", "bot", "bing", "bard"})
        if (lower == alias)
            return Role::Assistant;
    if (lower == "system")
        return Role::System;
    for (const char* alias : {"tool", "function_call", "function", "observation"})
        if (lower == alias)
            return Role::Tool;
    return std::nullopt;
}

const Json& firstOf(const Json& object, std::initializer_list<const char*> keys)
{
    for (const char* key : keys)
        if (const Json& value = memberOr(object, key); !value.is_null())
            return value;
    return memberOr(object, *keys.begin());
}

bool looksLikeMessage(const Json& message)
{
    return (firstOf(message, {"from", "role", "user"}).is_string() &&
               firstOf(message, {"value", "content", "text"}).is_string()) ||
           (memberOr(message, "human").is_string() && memberOr(message, "assistant").is_string());
}

std::string recognise(const HeadSample& head)
{
    for (const Json& record : head.records) {
        const Json* messages = messagesOf(record);
        if (messages != nullptr && !messages->empty() && looksLikeMessage(messages->front()))
            return "its records hold a list of messages with speaker and text, as ShareGPT's do";
    }
    if (head.records.empty() && head.text.find("\"conversations\"") != std::string_view::npos &&
        head.text.find("\"from\"") != std::string_view::npos)
        return "it speaks of \"conversations\" and \"from\", as ShareGPT's records do";
    return "";
}

Status addMessage(const Json& message, std::size_t index, std::vector<Turn>& turns)
{
    if (memberOr(message, "human").is_string() && memberOr(message, "assistant").is_string()) {
        turns.push_back({Role::User, message.at("human").get<std::string>(), false});
        turns.push_back({Role::Assistant, message.at("assistant").get<std::string>(), true});
        return {};
    }
    const Json& name = firstOf(message, {"from", "role", "user"});
    const Json& text = firstOf(message, {"value", "content", "text"});
    if (!name.is_string() || !text.is_string())
        return invalidInput(fmt::format("message {} has no speaker or no text", index));
    const std::optional<Role> role = speaker(name.get<std::string>());
    if (!role)
        return invalidInput(fmt::format("message {} has the unknown speaker \"{}\"", index,
            name.get<std::string>().substr(0, 40)));
    turns.push_back({*role, text.get<std::string>(), *role == Role::Assistant});
    return {};
}

Status convert(const Json& record, ConvertedRow& out)
{
    const Json* messages = messagesOf(record);
    if (messages == nullptr)
        return invalidInput(
            "it has no list of messages (\"conversations\", \"messages\" or \"items\")");
    std::vector<Turn> turns;
    for (std::size_t i = 0; i < messages->size(); ++i)
        KOALA_RETURN_IF_ERROR(addMessage((*messages)[i], i, turns));
    Conversation conversation;
    conversation.system = stringOr(record, "system", "");
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
    if (const Json& id =
            record.is_object() ? memberOr(record, "id") : memberOr(Json::object(), "id");
        id.is_string())
        conversation.meta["id"] = id;
    out.conversations.push_back(std::move(conversation));
    return {};
}

} // namespace

const ImporterInfo shareGptImporter{"sharegpt", "ShareGPT dialogues",
    R"({"id": "…", "conversations": [{"from": "human", "value": "…"}, {"from": "gpt", "value": "…"}]})",
    recognise, convert};

} // namespace koala
