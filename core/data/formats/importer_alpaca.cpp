// Stanford Alpaca: {"instruction","input","output"}. The user's text is the instruction, with a
// blank and the input when there is one (spec 01 section 6); Alpaca's own prompt is a chat
// template, not data.
#include "core/data/formats/importers.h"

namespace koala {
namespace {

bool isAlpaca(const Json& record)
{
    return memberOr(record, "instruction").is_string() && memberOr(record, "output").is_string();
}

std::string recognise(const HeadSample& head)
{
    if (!head.records.empty())
        return isAlpaca(head.records.front())
                   ? "its records have \"instruction\" and \"output\", as Alpaca's have"
                   : "";
    return head.text.find("\"instruction\"") != std::string_view::npos &&
                   head.text.find("\"output\"") != std::string_view::npos
               ? "it speaks of \"instruction\" and \"output\", as Alpaca's records do"
               : "";
}

Status convert(const Json& record, ConvertedRow& out)
{
    if (!isAlpaca(record))
        return invalidInput("\"instruction\" or \"output\" is missing or no text");
    const Json& input = memberOr(record, "input");
    if (!input.is_null() && !input.is_string())
        return invalidInput("\"input\" is no text");
    std::string question = record.at("instruction").get<std::string>();
    const std::string extra = input.is_string() ? input.get<std::string>() : "";
    if (!extra.empty())
        question += " " + extra;
    std::string answer = record.at("output").get<std::string>();
    if (isBlankText(question))
        return invalidInput("the instruction is empty");
    if (isBlankText(answer))
        return invalidInput("the output is empty");
    Conversation conversation;
    conversation.turns.push_back({Role::User, std::move(question), false});
    conversation.turns.push_back({Role::Assistant, std::move(answer), true});
    out.conversations.push_back(std::move(conversation));
    return {};
}

} // namespace

const ImporterInfo alpacaImporter{"alpaca", "Alpaca instructions",
    R"({"instruction": "…", "input": "…", "output": "…"})", recognise, convert};

} // namespace koala
