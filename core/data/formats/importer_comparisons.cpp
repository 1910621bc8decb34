// GPT-4-LLM's comparison data, in both forms that are described: {"user_input","completion_a",
// "completion_b"} with the better answer first, and {"user_input","responses_and_scores":
// [{"response","source","score"}]}.
//
// Scored answers give all pairs of which one scores lower (spec 01 section 11), the better one
// first; pairs of equal scores are left out and listed, a record of nothing but equal scores is set
// aside.
#include "core/data/formats/dialogue.h"
#include "core/data/formats/importers.h"

namespace koala {
namespace {

struct Answer {
    std::string text;
    std::string source;
    std::optional<double> score;
};

std::string recognise(const HeadSample& head)
{
    for (const Json& record : head.records) {
        if (!memberOr(record, "user_input").is_string())
            return "";
        if (memberOr(record, "responses_and_scores").is_array())
            return "its records have \"responses_and_scores\", as GPT-4-LLM's comparisons have";
        if (memberOr(record, "completion_a").is_string())
            return "its records have \"completion_a\" and \"completion_b\", as GPT-4-LLM's "
                   "comparisons have";
        return "";
    }
    return "";
}

void addSide(const std::string& question, const Answer& answer, PairRank rank,
    const std::string& pair, ConvertedRow& out)
{
    Conversation conversation;
    conversation.turns.push_back({Role::User, question, false});
    conversation.turns.push_back({Role::Assistant, answer.text, true});
    conversation.feedback = rank == PairRank::Chosen ? Feedback::Positive : Feedback::Negative;
    conversation.pair = PairLabel{pair, rank, answer.score};
    if (!answer.source.empty())
        conversation.tags["model"] = answer.source;
    out.conversations.push_back(std::move(conversation));
}

Status addScored(const std::string& question, const Json& list, ConvertedRow& out)
{
    std::vector<Answer> answers;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const Json& score = memberOr(list[i], "score");
        const std::string text = stringOr(list[i], "response", "");
        if (!score.is_number() || isBlankText(text))
            out.droppedTurns.push_back(fmt::format("answer {} has no text or no score", i));
        else
            answers.push_back({text, stringOr(list[i], "source", ""), score.get<double>()});
    }
    int pairs = 0;
    int equal = 0;
    for (std::size_t i = 0; i < answers.size(); ++i)
        for (std::size_t j = i + 1; j < answers.size(); ++j) {
            if (*answers[i].score == *answers[j].score) {
                ++equal;
                continue;
            }
            const bool first = *answers[i].score > *answers[j].score;
            const std::string pair = fmt::format("#{}", ++pairs);
            addSide(question, answers[first ? i : j], PairRank::Chosen, pair, out);
            addSide(question, answers[first ? j : i], PairRank::Rejected, pair, out);
        }
    if (pairs == 0)
        return invalidInput(equal > 0
                                ? "all its answers have the same score: there is no preference"
                                : "it has fewer than two answers with a score");
    if (equal > 0)
        out.droppedTurns.push_back(fmt::format("{} of its pairs have equal scores", equal));
    return {};
}

Status convert(const Json& record, ConvertedRow& out)
{
    KOALA_TRY(const std::string question, textAt(record, "user_input"));
    if (isBlankText(question))
        return invalidInput("the question (\"user_input\") is empty");
    if (memberOr(record, "responses_and_scores").is_array())
        return addScored(question, record.at("responses_and_scores"), out);
    KOALA_TRY(std::string better, textAt(record, "completion_a"));
    KOALA_TRY(std::string worse, textAt(record, "completion_b"));
    if (isBlankText(better) || isBlankText(worse))
        return invalidInput("one of its two answers is empty");
    addSide(question, {std::move(better), "", std::nullopt}, PairRank::Chosen, "", out);
    addSide(question, {std::move(worse), "", std::nullopt}, PairRank::Rejected, "", out);
    return {};
}

} // namespace

const ImporterInfo comparisonsImporter{"gpt4-comparisons", "GPT-4-LLM comparisons with scores",
    R"({"user_input": "…", "responses_and_scores": [{"response": "…", "source": "…", "score": 8}]})",
    recognise, convert};

} // namespace koala
