// core/data/formats/dialogue.h: what all importers of dialogues do with a list of turns. Private to
// the importers.
#pragma once

#include <optional>

#include "core/data/formats/importer.h"

namespace koala {

// human, user, prompter … and gpt, assistant, bot …; case does not matter.
std::optional<Role> speakerRole(std::string_view name);

// White space and zero-width characters only: nothing to read or to train on.
bool isBlankText(std::string_view text);

// Puts the turns behind those of `conversation` and adds it to `out`. Left out, and listed in
// `out.droppedTurns`: empty turns, and answers before the first question (parts of split
// dialogues). A system turn at the start becomes the system message. An error when no answer is
// left.
Status addDialogue(std::vector<Turn> turns, Conversation conversation, ConvertedRow& out);

// One question and one answer, neither of them blank; `what` names the fields in messages.
Status addExchange(std::string question, std::string answer, Conversation conversation,
    std::string_view what, ConvertedRow& out);

// The text of a member, or an error that says whether it is missing or no text.
Result<std::string> textAt(const Json& record, const char* key);

} // namespace koala
