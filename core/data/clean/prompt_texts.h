// core/data/clean/prompt_texts.h: the prompts of a project's prompt sets, as texts to compare with.
// Private to core/data/clean.
#pragma once

#include <string>
#include <vector>

#include "core/base/files.h"

namespace koala {

struct PromptText {
    std::string set;
    std::string id;
    std::string text; // the last user turn where it has several
};
// NotFound names a set that the project does not have.
Result<std::vector<PromptText>> readPromptTexts(
    const fs::path& project, const std::vector<std::string>& sets);

} // namespace koala
