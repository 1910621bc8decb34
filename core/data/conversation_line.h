// core/data/conversation_line.h: a conversation as one canonical line and back: keys in the order
// of contracts section 2, no blanks, only what must be escaped is. The same record gives the same
// bytes everywhere.
#pragma once

#include <string>

#include "core/data/conversation.h"

namespace koala {

// Without the line end. Texts must be valid UTF-8.
void appendLine(std::string& out, const Conversation& conversation);

// Any line that holds a conversation, several times as fast as through a JSON tree. Dataset and row
// are for the message. Any thread.
Result<Conversation> conversationFromLine(
    std::string_view line, std::string_view dataset, std::uint64_t row);

} // namespace koala
