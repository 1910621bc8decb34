// ui/services/role_words.h: the names of speakers as the window shows them.
#pragma once

#include <QString>

#include "core/data/conversation.h"

namespace koala {

inline QString roleTitle(Role role)
{
    switch (role) {
    case Role::System:
        return QStringLiteral("SYSTEM");
    case Role::User:
        return QStringLiteral("USER");
    case Role::Assistant:
        return QStringLiteral("GPT");
    case Role::Context:
        return QStringLiteral("CONTEXT");
    case Role::Tool:
        return QStringLiteral("TOOL");
    }
    return {};
}

} // namespace koala
