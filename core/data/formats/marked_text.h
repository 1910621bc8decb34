// core/data/formats/marked_text.h: dialogues written as one text in which marks say who speaks:
// OIG's "<human>: … <bot>: …", "<|user|>: …", and transcripts whose lines begin with "User:" and
// "Assistant:" or other known pairs of names.
#pragma once

#include <optional>

#include "core/data/conversation.h"

namespace koala {

struct SpeakerMarks {
    std::string_view user;
    std::string_view assistant;
    bool anywhere = false; // marks in angle brackets count anywhere, names at the start of a line
};

// The pair of marks that the text uses: both occur, or it begins with one of them.
std::optional<SpeakerMarks> marksOf(std::string_view text);

// The turns between the marks, without the white space at their ends. What stands before the first
// mark comes as `before`.
std::vector<Turn> cutAtMarks(
    std::string_view text, const SpeakerMarks& marks, std::string_view& before);

} // namespace koala
