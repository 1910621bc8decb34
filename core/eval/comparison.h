// core/eval/comparison.h: two answer sets of one prompt set, put side by side and measured.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/stats/preference.h"
#include "core/study/answer_set.h"
#include "core/study/journal.h"
#include "core/study/prompt_set.h"

namespace koala {

struct AnswerPair {
    const Prompt* prompt = nullptr;
    const Answer* left = nullptr; // null while missing
    const Answer* right = nullptr;
    double difference = 0; // word difference, 0 to 1; only with both
    std::optional<Better> vote;
};

struct AnswerComparison {
    std::vector<AnswerPair> rows; // in the order of the set
    std::size_t answeredLeft = 0;
    std::size_t answeredRight = 0;
    std::size_t bothAnswered = 0;
    std::size_t equalTexts = 0; // of those that both answered
    double meanDifference = 0;
    double meanWordsLeft = 0; // of those that both answered
    double meanWordsRight = 0;
    double meanRepetitionLeft = 0;
    double meanRepetitionRight = 0;
    PreferenceCounts votes; // of right against left
    std::map<std::string, PreferenceCounts> votesByGroup;
};

// The arguments must outlive the result, whose rows point into them.
AnswerComparison compareAnswers(const PromptSet& prompts, const AnswerSetReader& left,
    const AnswerSetReader& right, const std::vector<Vote>& votes);

// Most different first; prompts that lack an answer come last.
void sortMostDifferentFirst(std::vector<AnswerPair>& rows);

} // namespace koala
