// core/eval/checked_questions.h: questions whose answers can be checked without a judge: an answer
// is right when it holds one of the expected words, whatever their case. Digits must stand alone
// ("7" is not in "17"). What it measures is only that; it says nothing about style.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/stats/preference.h"
#include "core/study/answer_set.h"
#include "core/study/prompt_set.h"

namespace koala {

bool meetsExpectation(std::string_view answer, const std::vector<std::string>& expect);

struct CheckedCounts {
    std::size_t asked = 0;
    std::size_t rightLeft = 0;
    std::size_t rightRight = 0;
    PreferenceCounts
        counts; // right against left: right only = win, both right = tie, none = both bad
};

// Over the questions that both sets answered.
CheckedCounts checkAnswers(
    const PromptSet& questions, const AnswerSetReader& left, const AnswerSetReader& right);

} // namespace koala
