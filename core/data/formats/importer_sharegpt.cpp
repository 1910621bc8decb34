// ShareGPT dialogues in the forms that are around: FastChat's
// {"id","conversations":[{"from","value"}]}, the same list under "items" or as the row itself,
// lists of {"human","assistant"} pairs, and rows {"human_0","gpt_1",…}.
//
// Kept as they are: the same speaker twice running, system messages, tools. What addDialogue leaves
// out is listed.
#include <array>
#include <charconv>

#include "core/data/formats/dialogue.h"
#include "core/data/formats/importers.h"

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

struct NumberedText {
    std::uint64_t number = 0;
    Role role = Role::User;
    const Json* text = nullptr;
};

// human_0, gpt_1, …: in the order of their numbers, whatever the order of the keys.
std::vector<NumberedText> numberedTexts(const Json& record)
{
    std::vector<NumberedText> texts;
    if (!record.is_object())
        return texts;
    for (const auto& [key, value] : record.items()) {
        const bool human = key.starts_with("human_");
        if (!human && !key.starts_with("gpt_"))
            continue;
        const char* digits = key.data() + (human ? 6 : 4);
        NumberedText text{0, human ? Role::User : Role::Assistant, &value};
        const auto read = std::from_chars(digits, key.data() + key.size(), text.number);
        if (read.ec == std::errc() && read.ptr == key.data() + key.size())
            texts.push_back(text);
    }
    std::sort(texts.begin(), texts.end(),
        [](const NumberedText& a, const NumberedText& b) { return a.number < b.number; });
    return texts;
}

std::string recognise(const HeadSample& head)
{
    for (const Json& record : head.records) {
        const Json* messages = messagesOf(record);
        if (messages != nullptr && !messages->empty() && looksLikeMessage(messages->front()))
            return "its records hold a list of messages with speaker and text, as ShareGPT's do";
        if (numberedTexts(record).size() >= 2)
            return "its records hold human_0, gpt_1 and so on, as the rows of Koala's ShareGPT "
                   "file do";
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
    const std::optional<Role> role = speakerRole(name.get_ref<const std::string&>());
    if (!role)
        return invalidInput(fmt::format("message {} has the unknown speaker \"{}\"", index,
            name.get<std::string>().substr(0, 40)));
    turns.push_back({*role, text.get<std::string>(), *role == Role::Assistant});
    return {};
}

Result<std::vector<Turn>> turnsOf(const Json& record)
{
    std::vector<Turn> turns;
    if (const Json* messages = messagesOf(record)) {
        for (std::size_t i = 0; i < messages->size(); ++i)
            KOALA_RETURN_IF_ERROR(addMessage((*messages)[i], i, turns));
        return turns;
    }
    const std::vector<NumberedText> texts = numberedTexts(record);
    if (texts.empty())
        return invalidInput("it has no list of messages (\"conversations\", \"messages\" or "
                            "\"items\") and no human_0, gpt_1 …");
    for (const NumberedText& text : texts) {
        if (!text.text->is_string())
            return invalidInput(fmt::format("message {} is no text", text.number));
        turns.push_back({text.role, text.text->get<std::string>(), text.role == Role::Assistant});
    }
    return turns;
}

Status convert(const Json& record, ConvertedRow& out)
{
    KOALA_TRY(std::vector<Turn> turns, turnsOf(record));
    Conversation conversation;
    if (record.is_object()) {
        conversation.system = stringOr(record, "system", "");
        for (const char* key : {"id", "conversation_id"})
            if (memberOr(record, key).is_string())
                conversation.meta["id"] = record.at(key);
        if (memberOr(record, "tools").is_string() || memberOr(record, "tools").is_array())
            conversation.meta["tools"] = record.at("tools");
        for (const char* key : {"model", "category", "lang"})
            if (memberOr(record, key).is_string())
                conversation.tags[key] = record.at(key);
    }
    return addDialogue(std::move(turns), std::move(conversation), out);
}

} // namespace

const ImporterInfo shareGptImporter{"sharegpt", "ShareGPT dialogues",
    R"({"id": "…", "conversations": [{"from": "human", "value": "…"}, {"from": "gpt", "value": "…"}]})",
    recognise, convert};

} // namespace koala
