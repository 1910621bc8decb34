// Our own rows.jsonl, and the identity template
// {"version","defaults","groups":[{"id","questions","answers"}]}, in which {name} and {org} stand
// for the assistant's name and its maker.
#include "core/data/formats/importers.h"

namespace koala {
namespace {

std::string recogniseRows(const HeadSample& head)
{
    for (const Json& record : head.records)
        return memberOr(record, "turns").is_array() && memberOr(record, "uid").is_string()
                   ? "its records have \"uid\" and \"turns\": rows of Koala Workbench"
                   : "";
    return "";
}

Status convertRows(const Json& record, ConvertedRow& out)
{
    auto conversation = conversationFromJson(record, "the record");
    if (!conversation.ok())
        return std::move(conversation).error();
    for (const Turn& turn : conversation->turns)
        if (turn.role == Role::Assistant) {
            out.conversations.push_back(std::move(*conversation));
            return {};
        }
    return invalidInput("it has no answer of the assistant");
}

std::string recogniseIdentity(const HeadSample& head)
{
    for (const Json& record : head.records) {
        const Json& groups = memberOr(record, "groups");
        return groups.is_array() && !groups.empty() &&
                       memberOr(groups.front(), "questions").is_array()
                   ? "it has groups of questions and answers: an identity template"
                   : "";
    }
    return head.text.find("\"groups\"") != std::string_view::npos &&
                   head.text.find("\"questions\"") != std::string_view::npos &&
                   head.text.find("\"answers\"") != std::string_view::npos
               ? "it speaks of groups of questions and answers: an identity template"
               : "";
}

std::string filledIn(std::string text, const Json& defaults)
{
    for (const auto& [key, value] : defaults.items()) {
        if (!value.is_string())
            continue;
        const std::string place = "{" + key + "}";
        const auto& word = value.get_ref<const std::string&>();
        for (std::size_t at = text.find(place); at != std::string::npos;
            at = text.find(place, at + word.size()))
            text.replace(at, place.size(), word);
    }
    return text;
}

Status convertIdentity(const Json& record, ConvertedRow& out)
{
    const Json& groups = memberOr(record, "groups");
    const Json& defaults = memberOr(record, "defaults");
    if (!groups.is_array() || !defaults.is_object())
        return invalidInput("it has no \"groups\" or no \"defaults\"");
    for (const Json& group : groups) {
        const Json& questions = memberOr(group, "questions");
        const Json& answers = memberOr(group, "answers");
        if (!questions.is_array() || !answers.is_array())
            return invalidInput(
                "the group \"" + stringOr(group, "id", "?") + "\" has no questions or no answers");
        for (const Json& question : questions)
            for (const Json& answer : answers) {
                if (!question.is_string() || !answer.is_string())
                    return invalidInput("the group \"" + stringOr(group, "id", "?") +
                                        "\" holds something that is no text");
                Conversation conversation;
                conversation.turns.push_back(
                    {Role::User, filledIn(question.get<std::string>(), defaults), false});
                conversation.turns.push_back(
                    {Role::Assistant, filledIn(answer.get<std::string>(), defaults), true});
                conversation.tags["identity"] = stringOr(group, "id", "");
                out.conversations.push_back(std::move(conversation));
            }
    }
    return out.conversations.empty() ? Status(invalidInput("it gives no dialogue")) : Status();
}

} // namespace

const ImporterInfo koalaRowsImporter{"koala", "Rows of Koala Workbench",
    R"({"uid": "…", "turns": [{"role": "user", "text": "…"}, {"role": "assistant", "text": "…"}]})",
    recogniseRows, convertRows};
const ImporterInfo identityImporter{"identity",
    "Identity template (questions and answers with {name} and {org})",
    R"({"version": 1, "defaults": {"name": "…", "org": "…"}, "groups": [{"id": "…", "questions": ["…"], "answers": ["…"]}]})",
    recogniseIdentity, convertIdentity};

} // namespace koala
