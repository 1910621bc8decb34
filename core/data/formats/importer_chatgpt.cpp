// conversations.json of a ChatGPT account's own export: {"title","mapping":{id:{"message","parent",
// "children"}},"current_node"}. The mapping is a tree of all versions; the conversation is the path
// from the root to the current node (without one: to the last child each time). Hidden messages,
// the assistant's private thoughts and parts that are no text are left out and listed; calls of
// tools and what they gave back are tool turns.
#include <algorithm>
#include <set>

#include "core/data/formats/dialogue.h"
#include "core/data/formats/importers.h"

namespace koala {
namespace {

std::string recognise(const HeadSample& head)
{
    for (const Json& record : head.records)
        return memberOr(record, "mapping").is_object() &&
                       (record.contains("current_node") || record.contains("create_time"))
                   ? "its records hold a \"mapping\" of messages, as the export of a ChatGPT "
                     "account "
                     "does"
                   : "";
    return "";
}

// The end of the path for records without a current node.
std::string lastNode(const Json& mapping)
{
    std::string node;
    for (const auto& [id, entry] : mapping.items())
        if (!memberOr(entry, "parent").is_string())
            node = id;
    for (std::size_t steps = 0; steps < mapping.size(); ++steps) {
        const Json& children = memberOr(memberOr(mapping, node), "children");
        if (!children.is_array() || children.empty() || !children.back().is_string())
            break;
        node = children.back().get<std::string>();
    }
    return node;
}

// From the root to `node`. An error when the parents go round in a circle or lead nowhere.
Result<std::vector<const Json*>> pathTo(const Json& mapping, std::string node)
{
    std::vector<const Json*> path;
    std::set<std::string> seen;
    while (!node.empty()) {
        const Json& entry = memberOr(mapping, node);
        if (!entry.is_object())
            return invalidInput("its mapping has no node \"" + node.substr(0, 60) + "\"");
        if (!seen.insert(node).second)
            return invalidInput("the parents in its mapping go round in a circle");
        path.push_back(&memberOr(entry, "message"));
        node = stringOr(entry, "parent", "");
    }
    std::reverse(path.begin(), path.end());
    return path;
}

bool isHidden(const Json& message)
{
    return boolOr(memberOr(message, "metadata"), "is_visually_hidden_from_conversation", false) ||
           numberOr(message, "weight", 1.0) == 0.0;
}

std::string partsText(const Json& content, std::size_t index, ConvertedRow& out)
{
    const Json& parts = memberOr(content, "parts");
    if (!parts.is_array())
        return stringOr(content, "text", stringOr(content, "result", ""));
    std::string text;
    for (const Json& part : parts) {
        const Json& words = part.is_string() ? part : memberOr(part, "text");
        if (words.is_string())
            text += (text.empty() ? "" : "\n") + words.get<std::string>();
        else
            out.droppedTurns.push_back(fmt::format("message {} has a part that is no text ({})",
                index, stringOr(part, "content_type", "unknown").substr(0, 40)));
    }
    return text;
}

void addMessage(const Json& message, std::size_t index, std::vector<Turn>& turns, ConvertedRow& out)
{
    const std::string name = stringOr(memberOr(message, "author"), "role", "");
    const Json& content = memberOr(message, "content");
    const std::string kind = stringOr(content, "content_type", "text");
    const std::optional<Role> role = speakerRole(name);
    std::string text = partsText(content, index, out);
    const bool inner = kind == "thoughts" || kind == "reasoning_recap" ||
                       kind == "user_editable_context" || kind == "model_editable_context";
    if (name == "system" && isBlankText(text))
        return; // the empty message with which every export begins
    if (!role || inner || isHidden(message)) {
        out.droppedTurns.push_back(fmt::format("message {} ({}, {}) is {}", index,
            name.empty() ? "nobody" : name.substr(0, 40), kind.substr(0, 40),
            !role   ? "by nobody known"
            : inner ? "not part of the dialogue"
                    : "hidden"));
        return;
    }
    const std::string recipient = stringOr(message, "recipient", "all");
    const bool call = *role == Role::Assistant && (recipient != "all" || kind == "code");
    turns.push_back(
        {call ? Role::Tool : *role, std::move(text), *role == Role::Assistant && !call});
}

Status convert(const Json& record, ConvertedRow& out)
{
    const Json& mapping = memberOr(record, "mapping");
    if (!mapping.is_object())
        return invalidInput("it has no \"mapping\" of messages");
    const std::string current = stringOr(record, "current_node", "");
    KOALA_TRY(const std::vector<const Json*> path,
        pathTo(mapping, current.empty() ? lastNode(mapping) : current));
    std::vector<Turn> turns;
    Conversation conversation;
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (!path[i]->is_object())
            continue; // the root has no message
        addMessage(*path[i], i, turns, out);
        const std::string model = stringOr(memberOr(*path[i], "metadata"), "model_slug", "");
        if (!model.empty())
            conversation.tags["model"] = model;
    }
    conversation.meta["title"] = stringOr(record, "title", "");
    conversation.meta["id"] = stringOr(record, "conversation_id", stringOr(record, "id", ""));
    return addDialogue(std::move(turns), std::move(conversation), out);
}

} // namespace

const ImporterInfo chatGptImporter{"chatgpt", "ChatGPT account export (conversations.json)",
    R"({"title": "…", "mapping": {"…": {"message": {"author": {"role": "user"}, "content": {"parts": ["…"]}}, "parent": "…"}}, "current_node": "…"})",
    recognise, convert};

} // namespace koala
