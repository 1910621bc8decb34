#include "core/eval/checked_questions.h"

#include <algorithm>
#include <cctype>

namespace koala {
namespace {

std::string lowered(std::string_view text)
{
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
        [](unsigned char c) { return char(std::tolower(c)); });
    return lower;
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

bool holds(std::string_view text, std::string_view wanted)
{
    if (wanted.empty())
        return false;
    for (std::size_t at = 0; (at = text.find(wanted, at)) != std::string_view::npos; ++at) {
        const std::size_t end = at + wanted.size();
        const bool joinedBefore = isDigit(wanted.front()) && at > 0 && isDigit(text[at - 1]);
        const bool joinedAfter = isDigit(wanted.back()) && end < text.size() && isDigit(text[end]);
        if (!joinedBefore && !joinedAfter)
            return true;
    }
    return false;
}

} // namespace

bool meetsExpectation(std::string_view answer, const std::vector<std::string>& expect)
{
    const std::string text = lowered(answer);
    return std::any_of(expect.begin(), expect.end(),
        [&](const std::string& wanted) { return holds(text, lowered(wanted)); });
}

CheckedCounts checkAnswers(
    const PromptSet& questions, const AnswerSetReader& left, const AnswerSetReader& right)
{
    CheckedCounts checked;
    for (const Prompt& question : questions.prompts) {
        const Answer* a = left.find(question.id);
        const Answer* b = right.find(question.id);
        if (question.expect.empty() || a == nullptr || b == nullptr)
            continue;
        const bool rightA = meetsExpectation(a->text, question.expect);
        const bool rightB = meetsExpectation(b->text, question.expect);
        ++checked.asked;
        checked.rightLeft += rightA;
        checked.rightRight += rightB;
        checked.counts.wins += rightB && !rightA;
        checked.counts.losses += rightA && !rightB;
        checked.counts.ties += rightA && rightB;
        checked.counts.bothBad += !rightA && !rightB;
    }
    return checked;
}

} // namespace koala
