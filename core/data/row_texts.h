// core/data/row_texts.h: a line of rows.jsonl read without a JSON tree: its texts looked at in
// place, for work that goes through all rows (search, index), or the whole record. For core/data
// and the folders in it. One object a thread.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "core/data/conversation.h"

namespace koala {

struct RowText {
    Role role = Role::User;
    bool trained = false;
    std::string_view text;
};

class RowTexts {
public:
    RowTexts();
    ~RowTexts();
    RowTexts(RowTexts&&) noexcept;
    RowTexts& operator=(RowTexts&&) noexcept;

    // False when the line is no conversation. What the other calls give is valid until the next.
    bool parse(std::string_view line);
    const std::vector<RowText>& turns() const { return m_turns; }
    std::string_view system() const { return m_system; }
    std::string_view language() const { return m_language; } // the record's own tag, or ""
    // The record, as conversationFromJson gives it; nothing where only the careful reader can say
    // what it is.
    std::optional<Conversation> conversation() const;

private:
    struct Parser;
    std::unique_ptr<Parser> m_parser;
    std::vector<RowText> m_turns;
    std::string_view m_system;
    std::string_view m_language;
};

} // namespace koala
