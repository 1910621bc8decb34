// core/data/formats/other_kinds.h: files of the field that are no training data: prompt sets,
// answers of models, verdicts, judge prompts. They are told apart so that nobody imports a test set
// by accident, and the message says what the file is for.
#pragma once

#include "core/data/formats/importer.h"

namespace koala {

struct OtherKind {
    std::string_view id;    // prompts, answers, verdicts, judge, labels
    std::string_view title; // "a prompt set"
    std::string_view use;   // what to do with it
    // A sentence about its records, or "".
    std::string (*recognise)(const HeadSample& head);
};
std::span<const OtherKind> otherKinds();

} // namespace koala
