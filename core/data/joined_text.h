// core/data/joined_text.h: the texts of turns as one text, with a line end between them: what the
// language of a row is told from, what rows are compared by. Of Turn and RowText alike.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/data/conversation.h"

namespace koala {

// Of the turns of one role, or of all.
template <typename AnyTurn>
std::string joinedText(const std::vector<AnyTurn>& turns, std::optional<Role> only)
{
    std::string text;
    bool first = true;
    for (const AnyTurn& turn : turns) {
        if (only && turn.role != *only)
            continue;
        if (!std::exchange(first, false))
            text += '\n';
        text += turn.text;
    }
    return text;
}

} // namespace koala
