// HC3: {"question","human_answers":[…],"chatgpt_answers":[…],"source"}: one single-turn
// conversation an answer, tagged with who gave it.
#include "core/data/formats/dialogue.h"
#include "core/data/formats/importers.h"

namespace koala {
namespace {

bool hasAnswers(const Json& record)
{
    return memberOr(record, "human_answers").is_array() ||
           memberOr(record, "chatgpt_answers").is_array();
}

std::string recognise(const HeadSample& head)
{
    for (const Json& record : head.records)
        if (hasAnswers(record))
            return "its records have \"human_answers\" and \"chatgpt_answers\", as HC3's have";
    if (head.records.empty() && head.text.find("\"chatgpt_answers\"") != std::string_view::npos)
        return "it speaks of \"chatgpt_answers\", as HC3's records do";
    return "";
}

void addAnswers(const Json& record, const char* key, const char* kind, ConvertedRow& out)
{
    const Json& answers = memberOr(record, key);
    if (!answers.is_array())
        return;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (!answers[i].is_string() || isBlankText(answers[i].get_ref<const std::string&>())) {
            out.droppedTurns.push_back(fmt::format("{}[{}] is empty or no text", key, i));
            continue;
        }
        Conversation conversation;
        conversation.turns.push_back({Role::User, record.at("question").get<std::string>(), false});
        conversation.turns.push_back({Role::Assistant, answers[i].get<std::string>(), true});
        conversation.tags["answer"] = kind;
        if (const std::string source = stringOr(record, "source", ""); !source.empty())
            conversation.tags["topic"] = source;
        out.conversations.push_back(std::move(conversation));
    }
}

Status convert(const Json& record, ConvertedRow& out)
{
    const Json& question = memberOr(record, "question");
    if (!question.is_string() || isBlankText(question.get_ref<const std::string&>()))
        return invalidInput("\"question\" is missing, empty or no text");
    if (!hasAnswers(record))
        return invalidInput("it has neither \"human_answers\" nor \"chatgpt_answers\"");
    addAnswers(record, "human_answers", "hc3_human", out);
    addAnswers(record, "chatgpt_answers", "hc3_chatgpt", out);
    return out.conversations.empty() ? Status(invalidInput("none of its answers has text"))
                                     : Status();
}

} // namespace

const ImporterInfo hc3Importer{"hc3", "HC3 questions with human and ChatGPT answers",
    R"({"question": "…", "human_answers": ["…"], "chatgpt_answers": ["…"], "source": "…"})",
    recognise, convert};

} // namespace koala
