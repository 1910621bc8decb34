// Preferences as DPO trainers read them: a context ("conversations" or "messages", or a "prompt"
// that is a text or a list of messages) with "chosen" and "rejected", each a text, a message or a
// list of messages. Two conversations a record; HH's transcripts have an importer of their own.
// Unpaired labels, as KTO reads them: "messages" (or "prompt" and "completion") with a "label".
#include "core/data/formats/dialogue.h"
#include "core/data/formats/importers.h"

namespace koala {
namespace {

// A message, a list of messages, or a text that is said by `fallback`.
Status addTurns(const Json& value, Role fallback, std::string_view what, std::vector<Turn>& turns)
{
    if (value.is_string()) {
        turns.push_back({fallback, value.get<std::string>(), fallback == Role::Assistant});
        return {};
    }
    if (value.is_array()) {
        for (const Json& item : value)
            KOALA_RETURN_IF_ERROR(addTurns(item, fallback, what, turns));
        return {};
    }
    const bool shareGpt = memberOr(value, "from").is_string();
    const std::string name = stringOr(value, shareGpt ? "from" : "role", "");
    const std::optional<Role> role = speakerRole(name);
    const Json& text = memberOr(value, shareGpt ? "value" : "content");
    if (!role || !text.is_string())
        return invalidInput(
            fmt::format("\"{}\" holds something that is no message with speaker and text", what));
    turns.push_back({*role, text.get<std::string>(), *role == Role::Assistant});
    return {};
}

Result<std::vector<Turn>> contextOf(const Json& record)
{
    std::vector<Turn> turns;
    for (const char* key : {"conversations", "messages", "prompt", "question"})
        if (const Json& value = memberOr(record, key); !value.is_null()) {
            KOALA_RETURN_IF_ERROR(addTurns(value, Role::User, key, turns));
            return turns;
        }
    return turns; // chosen and rejected may hold all of it
}

bool isPair(const Json& record)
{
    return record.is_object() && record.contains("chosen") && record.contains("rejected");
}

std::string recognisePairs(const HeadSample& head)
{
    for (const Json& record : head.records)
        return isPair(record) ? "its records have \"chosen\" and \"rejected\" answers" : "";
    return "";
}

Status addPairSide(const Json& record, const char* which, PairRank rank, ConvertedRow& out)
{
    const Json& answer = memberOr(record, which);
    if (!answer.is_string() && !answer.is_object() && !answer.is_array())
        return invalidInput(fmt::format("\"{}\" is missing or no text", which));
    std::vector<Turn> turns;
    const bool whole = answer.is_array() && !answer.empty() &&
                       speakerRole(stringOr(answer.front(), "role",
                           stringOr(answer.front(), "from", ""))) != Role::Assistant;
    if (!whole) {
        KOALA_TRY(turns, contextOf(record));
    }
    KOALA_RETURN_IF_ERROR(addTurns(answer, Role::Assistant, which, turns));
    if (turns.empty() || turns.back().role != Role::Assistant)
        return invalidInput(fmt::format("\"{}\" is no answer of the assistant", which));
    if (isBlankText(turns.back().text))
        return invalidInput(fmt::format("the answer \"{}\" is empty", which));
    Conversation conversation;
    conversation.system = stringOr(record, "system", "");
    conversation.feedback = rank == PairRank::Chosen ? Feedback::Positive : Feedback::Negative;
    const Json& score =
        memberOr(record, rank == PairRank::Chosen ? "score_chosen" : "score_rejected");
    conversation.pair = PairLabel{
        "", rank, score.is_number() ? std::optional<double>(score.get<double>()) : std::nullopt};
    return addDialogue(std::move(turns), std::move(conversation), out);
}

Status convertPairs(const Json& record, ConvertedRow& out)
{
    KOALA_RETURN_IF_ERROR(addPairSide(record, "chosen", PairRank::Chosen, out));
    return addPairSide(record, "rejected", PairRank::Rejected, out);
}

std::string recogniseLabels(const HeadSample& head)
{
    for (const Json& record : head.records) {
        const bool dialogue =
            memberOr(record, "messages").is_array() || memberOr(record, "conversations").is_array();
        return memberOr(record, "label").is_boolean() &&
                       (dialogue || (record.contains("prompt") && record.contains("completion")))
                   ? "its records are dialogues with a \"label\" true or false, as KTO reads them"
                   : "";
    }
    return "";
}

Status convertLabels(const Json& record, ConvertedRow& out)
{
    const Json& label = memberOr(record, "label");
    if (!label.is_boolean())
        return invalidInput("\"label\" is missing or neither true nor false");
    KOALA_TRY(std::vector<Turn> turns, contextOf(record));
    if (const Json& completion = memberOr(record, "completion"); !completion.is_null())
        KOALA_RETURN_IF_ERROR(addTurns(completion, Role::Assistant, "completion", turns));
    if (turns.empty() || turns.back().role != Role::Assistant)
        return invalidInput("its last message is no answer of the assistant");
    if (isBlankText(turns.back().text))
        return invalidInput("the answer that is judged is empty");
    Conversation conversation;
    conversation.system = stringOr(record, "system", "");
    conversation.feedback = label.get<bool>() ? Feedback::Positive : Feedback::Negative;
    return addDialogue(std::move(turns), std::move(conversation), out);
}

} // namespace

const ImporterInfo pairsImporter{"pairs", "Preferred and rejected answers (DPO)",
    R"({"conversations": [{"from": "human", "value": "…"}], "chosen": {"from": "gpt", "value": "…"}, "rejected": {…}})",
    recognisePairs, convertPairs};
const ImporterInfo ktoImporter{"kto", "Answers marked good or bad, unpaired (KTO)",
    R"({"messages": [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}], "label": true})",
    recogniseLabels, convertLabels};

} // namespace koala
