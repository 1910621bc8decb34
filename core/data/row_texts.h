// core/data/row_texts.h: the texts of a line of rows.jsonl, looked at in place: for work that goes
// through all rows (search, index) and needs no Conversation. Private to core/data. One object a
// thread.
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

private:
    struct Parser;
    std::unique_ptr<Parser> m_parser;
    std::vector<RowText> m_turns;
    std::string_view m_system;
    std::string_view m_language;
};

} // namespace koala
