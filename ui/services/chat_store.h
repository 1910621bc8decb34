// ui/services/chat_store.h: chats as files: chats/<id>.jsonl, one line a turn or branch (contracts,
// section 6). A chat is a tree: retrying an answer adds a sibling, and the newest sibling is shown
// until another is chosen. Lines are only ever appended. GUI thread for writing, any thread for
// reading.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/files.h"
#include "core/base/json.h"

namespace koala {

struct ChatNode {
    std::string id;
    std::string parent; // "" for the first turn
    std::string role;   // user assistant
    std::string text;
    std::string model; // of answers: the name a person chose ("smollm2", "RUN@40")
    std::string time;
    std::string state = "done"; // done, stopped, failed
    Json settings = Json::object();
    std::vector<std::int32_t> tokenIds;
    Json facts = Json::object(); // model hashes, seconds, first_token_seconds, tokens_per_second
};

class Chat {
public:
    std::string id;
    std::vector<ChatNode> nodes;

    const ChatNode* find(const std::string& nodeId) const;
    // Children of a node ("" = the roots) in the order they were written; of one model where it is
    // given.
    std::vector<const ChatNode*> children(
        const std::string& parent, const std::string& model = {}) const;
    std::string title() const; // the first words of the first message
    std::string lastModel() const;
    int userTurns() const;
};

struct ChatSummary {
    std::string id;
    std::string title;
    std::string model;
    int turns = 0;
    std::string time; // of the last line
};

class ChatStore {
public:
    explicit ChatStore(fs::path project) : m_folder(std::move(project) / "chats") {}

    std::vector<ChatSummary> list() const; // newest first; a broken file is left out
    Result<Chat> load(const std::string& id) const;
    // Appends the turn to the chat's file, made when missing. Fills time.
    Status append(Chat& chat, ChatNode node) const;
    Status remove(const std::string& id) const;
    static std::string newId();

private:
    fs::path m_folder;
};

} // namespace koala
