// Stanford Alpaca and those who took its form (GPT-4-LLM in English and Chinese among them):
// {"instruction","input","output"}. The user's text is the instruction, with a blank and the input
// when there is one (spec 01 section 6); Alpaca's own prompt is a chat template, not data.
// LLaMA-Factory's "system" and "history" ([[question, answer], …]) are read too.
#include "core/data/formats/dialogue.h"
#include "core/data/formats/importers.h"

namespace koala {
namespace {

std::string recognise(const HeadSample& head)
{
    if (!head.records.empty())
        return memberOr(head.records.front(), "instruction").is_string() &&
                       memberOr(head.records.front(), "output").is_string()
                   ? "its records have \"instruction\" and \"output\", as Alpaca's have"
                   : "";
    return head.text.find("\"instruction\"") != std::string_view::npos &&
                   head.text.find("\"output\"") != std::string_view::npos
               ? "it speaks of \"instruction\" and \"output\", as Alpaca's records do"
               : "";
}

Status addHistory(const Json& history, std::vector<Turn>& turns)
{
    for (const Json& pair : history) {
        if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_string())
            return invalidInput("\"history\" holds something that is no [question, answer]");
        turns.push_back({Role::User, pair[0].get<std::string>(), false});
        turns.push_back({Role::Assistant, pair[1].get<std::string>(), true});
    }
    return {};
}

Status convert(const Json& record, ConvertedRow& out)
{
    KOALA_TRY(std::string question, textAt(record, "instruction"));
    KOALA_TRY(std::string answer, textAt(record, "output"));
    const Json& input = memberOr(record, "input");
    if (!input.is_null() && !input.is_string())
        return invalidInput("\"input\" is no text");
    if (input.is_string() && !input.get_ref<const std::string&>().empty())
        question += " " + input.get<std::string>();
    Conversation conversation;
    conversation.system = stringOr(record, "system", "");
    if (memberOr(record, "history").is_array())
        KOALA_RETURN_IF_ERROR(addHistory(record.at("history"), conversation.turns));
    return addExchange(
        std::move(question), std::move(answer), std::move(conversation), "instruction/output", out);
}

} // namespace

const ImporterInfo alpacaImporter{"alpaca", "Alpaca instructions (GPT-4-LLM's too)",
    R"({"instruction": "…", "input": "…", "output": "…"})", recognise, convert};

} // namespace koala
