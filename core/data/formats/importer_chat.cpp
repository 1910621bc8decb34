// Chat messages as APIs and most trainers have them: {"messages":[{"role","content"}]}. Content may
// be text or a list of parts, of which the text parts count. Tool turns are kept: a reply of a tool
// as its text, a call as the JSON of "tool_calls" (or "function_call") behind what the assistant
// says beside it.
#include "core/data/formats/dialogue.h"
#include "core/data/formats/importers.h"

namespace koala {
namespace {

const Json* messagesOf(const Json& record)
{
    const Json& messages = memberOr(record, "messages");
    return messages.is_array() ? &messages : nullptr;
}

std::string recognise(const HeadSample& head)
{
    for (const Json& record : head.records) {
        const Json* messages = messagesOf(record);
        if (messages != nullptr && !messages->empty() &&
            memberOr(messages->front(), "role").is_string() &&
            messages->front().contains("content"))
            return "its records hold \"messages\" with role and content";
    }
    return "";
}

// The text of a content; parts that are no text are listed.
Result<std::string> contentText(const Json& content, std::size_t index, ConvertedRow& out)
{
    if (content.is_string())
        return content.get<std::string>();
    if (content.is_null())
        return std::string();
    if (!content.is_array())
        return invalidInput(fmt::format("the content of message {} is no text", index));
    std::string text;
    for (const Json& part : content) {
        const Json& words = part.is_string() ? part : memberOr(part, "text");
        if (words.is_string())
            text += (text.empty() ? "" : "\n") + words.get<std::string>();
        else
            out.droppedTurns.push_back(fmt::format("message {} has a part that is no text ({})",
                index, stringOr(part, "type", "unknown").substr(0, 40)));
    }
    return text;
}

Status addMessage(
    const Json& message, std::size_t index, std::vector<Turn>& turns, ConvertedRow& out)
{
    const std::string name = stringOr(message, "role", "");
    const std::optional<Role> role = speakerRole(name);
    if (!role)
        return invalidInput(fmt::format("message {} has {}", index,
            name.empty() ? "no role" : "the unknown role \"" + name.substr(0, 40) + "\""));
    KOALA_TRY(std::string text, contentText(memberOr(message, "content"), index, out));
    const Json& calls = memberOr(message, "tool_calls");
    const Json& call = memberOr(message, "function_call");
    const bool asks = (calls.is_array() && !calls.empty()) || call.is_object();
    if (!text.empty() || !asks) // an empty message is addDialogue's to list
        turns.push_back({*role, std::move(text), *role == Role::Assistant});
    if (asks)
        turns.push_back({Role::Tool, toLine(call.is_object() ? call : calls), false});
    return {};
}

Status convert(const Json& record, ConvertedRow& out)
{
    const Json* messages = messagesOf(record);
    if (messages == nullptr)
        return invalidInput("it has no list of \"messages\"");
    std::vector<Turn> turns;
    for (std::size_t i = 0; i < messages->size(); ++i)
        KOALA_RETURN_IF_ERROR(addMessage((*messages)[i], i, turns, out));
    Conversation conversation;
    for (const char* key : {"id", "tools", "functions"})
        if (const Json& value = memberOr(record, key); !value.is_null())
            conversation.meta[key] = value;
    return addDialogue(std::move(turns), std::move(conversation), out);
}

} // namespace

const ImporterInfo chatImporter{"chat", "Chat messages with role and content, tools too",
    R"({"messages": [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}]})",
    recognise, convert};

} // namespace koala
