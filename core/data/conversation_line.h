// core/data/conversation_line.h: a conversation as one canonical line: keys in the order of
// contracts section 2, no blanks, only what must be escaped is. The same record gives the same
// bytes everywhere.
#pragma once

#include <string>

#include "core/data/conversation.h"

namespace koala {

// Without the line end. Texts must be valid UTF-8.
void appendLine(std::string& out, const Conversation& conversation);

} // namespace koala
