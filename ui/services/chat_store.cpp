#include "ui/services/chat_store.h"

#include <algorithm>

#include "core/base/ids.h"
#include "core/base/line_reader.h"
#include "core/base/time.h"
#include "core/base/utf8.h"

namespace koala {

namespace {
constexpr std::size_t kTitleCharacters = 48;

ChatNode nodeFromJson(const Json& json)
{
    ChatNode node;
    node.id = stringOr(json, "id", "");
    node.parent = stringOr(json, "parent", "");
    node.role = stringOr(json, "role", "");
    node.text = stringOr(json, "text", "");
    node.time = stringOr(json, "time", "");
    node.state = stringOr(json, "state", "done");
    if (const Json& model = memberOr(json, "model"); model.is_object()) {
        node.model = stringOr(model, "name", "");
        node.facts = model;
    }
    if (const Json& settings = memberOr(json, "settings"); settings.is_object())
        node.settings = settings;
    for (const Json& id : memberOr(json, "token_ids"))
        if (id.is_number_integer())
            node.tokenIds.push_back(id.get<std::int32_t>());
    return node;
}

OrderedJson toJson(const ChatNode& node, std::size_t seq)
{
    OrderedJson json;
    json["seq"] = seq;
    json["time"] = node.time;
    json["id"] = node.id;
    json["parent"] = node.parent;
    json["role"] = node.role;
    json["text"] = node.text;
    Json model = node.facts;
    model["name"] = node.model;
    json["model"] = node.role == "assistant" ? OrderedJson(model) : OrderedJson(nullptr);
    json["settings"] = OrderedJson(node.settings);
    json["token_ids"] = node.tokenIds;
    json["state"] = node.state;
    return json;
}
} // namespace

const ChatNode* Chat::find(const std::string& nodeId) const
{
    const auto found = std::ranges::find(nodes, nodeId, &ChatNode::id);
    return found == nodes.end() ? nullptr : &*found;
}

std::vector<const ChatNode*> Chat::children(
    const std::string& parent, const std::string& model) const
{
    std::vector<const ChatNode*> found;
    for (const ChatNode& node : nodes)
        if (node.parent == parent && (model.empty() || node.model == model))
            found.push_back(&node);
    return found;
}

std::string Chat::title() const
{
    for (const ChatNode& node : nodes) {
        if (node.role != "user")
            continue;
        std::string line = node.text.substr(0, node.text.find('\n'));
        return elided(toValidUtf8(line), kTitleCharacters);
    }
    return {};
}

std::string Chat::lastModel() const
{
    // Where base and tuned answered the same prompt, the tuned one names the chat.
    const ChatNode* last = nullptr;
    for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
        if (node->role != "assistant" || (last != nullptr && node->parent != last->parent))
            continue;
        if (last == nullptr || node->model.find('@') != std::string::npos)
            last = &*node;
        if (last->model.find('@') != std::string::npos)
            break;
    }
    return last == nullptr ? std::string() : last->model;
}

int Chat::userTurns() const
{
    return int(std::ranges::count(nodes, std::string("user"), &ChatNode::role));
}

std::string ChatStore::newId()
{
    std::string time = nowUtc(); // 2026-11-22T10:15:30.123Z
    std::erase_if(time, [](char c) { return c == '-' || c == ':' || c == '.' || c == 'Z'; });
    std::ranges::replace(time, 'T', '-');
    return time.substr(0, 15) + "-" + randomHex(6);
}

std::vector<ChatSummary> ChatStore::list() const
{
    std::vector<ChatSummary> chats;
    const auto files = listDirectory(m_folder);
    if (!files.ok())
        return chats;
    for (const fs::path& file : *files) {
        if (file.extension() != ".jsonl")
            continue;
        const auto chat = load(file.stem().string());
        if (!chat.ok() || chat->nodes.empty())
            continue;
        chats.push_back({chat->id, chat->title(), chat->lastModel(), chat->userTurns(),
            chat->nodes.back().time});
    }
    std::ranges::stable_sort(chats, std::greater{}, &ChatSummary::time);
    return chats;
}

Result<Chat> ChatStore::load(const std::string& id) const
{
    if (!isSafeName(id))
        return invalidInput("chat " + id + ": that is no name of a chat");
    KOALA_TRY(LineReader reader, LineReader::open(m_folder / (id + ".jsonl")));
    Chat chat;
    chat.id = id;
    for (Line line; reader.next(line);) {
        if (!line.ended)
            break; // still being written, or torn by a crash
        if (auto json = parseJson(line.text, "chat " + id); json.ok() && json->is_object())
            chat.nodes.push_back(nodeFromJson(*json));
    }
    KOALA_RETURN_IF_ERROR(reader.status());
    return chat;
}

Status ChatStore::append(Chat& chat, ChatNode node) const
{
    KOALA_RETURN_IF_ERROR(createDirectories(m_folder));
    node.time = nowUtc();
    KOALA_TRY(LineAppender file, LineAppender::open(m_folder / (chat.id + ".jsonl")));
    KOALA_RETURN_IF_ERROR(file.append(toLine(toJson(node, chat.nodes.size() + 1))));
    chat.nodes.push_back(std::move(node));
    return {};
}

Status ChatStore::remove(const std::string& id) const
{
    if (!isSafeName(id))
        return invalidInput("chat " + id + ": that is no name of a chat");
    return removeAll(m_folder / (id + ".jsonl"));
}

} // namespace koala
