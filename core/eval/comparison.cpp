#include "core/eval/comparison.h"

#include <algorithm>

#include "core/eval/text_measures.h"

namespace koala {
namespace {

void measure(AnswerComparison& comparison, AnswerPair& row)
{
    const std::string& left = row.left->text;
    const std::string& right = row.right->text;
    row.difference = wordDifference(left, right);
    ++comparison.bothAnswered;
    comparison.equalTexts += left == right;
    comparison.meanDifference += row.difference;
    comparison.meanWordsLeft += double(words(left).size());
    comparison.meanWordsRight += double(words(right).size());
    comparison.meanRepetitionLeft += repetitionShare(left);
    comparison.meanRepetitionRight += repetitionShare(right);
}

} // namespace

AnswerComparison compareAnswers(const PromptSet& prompts, const AnswerSetReader& left,
    const AnswerSetReader& right, const std::vector<Vote>& votes)
{
    AnswerComparison comparison;
    const std::vector<Vote> standing = standingVotes(votes);
    std::map<std::string, Better> voteOf;
    std::map<std::string, std::string> groupOf;
    for (const Vote& vote : standing)
        voteOf[vote.item] = vote.better;
    for (const Prompt& prompt : prompts.prompts) {
        AnswerPair row{&prompt, left.find(prompt.id), right.find(prompt.id), 0, std::nullopt};
        comparison.answeredLeft += row.left != nullptr;
        comparison.answeredRight += row.right != nullptr;
        if (row.left != nullptr && row.right != nullptr)
            measure(comparison, row);
        if (const auto vote = voteOf.find(prompt.id); vote != voteOf.end())
            row.vote = vote->second;
        groupOf[prompt.id] = prompt.group;
        comparison.rows.push_back(row);
    }
    if (const double n = double(comparison.bothAnswered); n > 0)
        for (double* mean :
            {&comparison.meanDifference, &comparison.meanWordsLeft, &comparison.meanWordsRight,
                &comparison.meanRepetitionLeft, &comparison.meanRepetitionRight})
            *mean /= n;
    comparison.votes = countRight(standing);
    comparison.votesByGroup = countRightByGroup(standing, groupOf);
    return comparison;
}

void sortMostDifferentFirst(std::vector<AnswerPair>& rows)
{
    const auto complete = [](const AnswerPair& row) { return row.left && row.right; };
    std::stable_sort(
        rows.begin(), rows.end(), [&](const AnswerPair& a, const AnswerPair& b) {
            if (complete(a) != complete(b))
                return complete(a);
            return a.difference > b.difference;
        });
}

} // namespace koala
