// Single questions with one answer, under the names that are around: {"question","answer"} (GSM8K),
// {"prompt","response"} (Dolly and HH rewritten), {"prompt","completion"},
// {"instruction","context", "response"} (Databricks Dolly, whose context is quoted material), and
// tables whose columns a person has named.
#include "core/data/formats/dialogue.h"
#include "core/data/formats/importers.h"

namespace koala {
namespace {

struct Names {
    const char* question;
    const char* answer;
};
constexpr Names kQuestions[]{{"question", "answer"}, {"question", "response"}};
constexpr Names kResponses[]{
    {"prompt", "response"}, {"prompt", "completion"}, {"instruction", "response"}};

template <std::size_t N>
const Names* namesIn(const Json& record, const Names (&known)[N])
{
    for (const Names& names : known)
        if (memberOr(record, names.question).is_string() &&
            memberOr(record, names.answer).is_string())
            return &names;
    return nullptr;
}

template <std::size_t N>
std::string recogniseNames(const HeadSample& head, const Names (&known)[N])
{
    if (head.records.empty())
        return "";
    const Names* names = namesIn(head.records.front(), known);
    return names == nullptr ? ""
                            : fmt::format("its records have \"{}\" and \"{}\", both text",
                                  names->question, names->answer);
}

template <std::size_t N>
Status convertNames(const Json& record, const Names (&known)[N], ConvertedRow& out)
{
    const Names* names = namesIn(record, known);
    if (names == nullptr) { // say what is wrong with the names that are there
        for (const Names& candidate : known)
            if (!memberOr(record, candidate.question).is_null()) {
                KOALA_RETURN_IF_ERROR(Status([&]() -> Status {
                    KOALA_TRY([[maybe_unused]] auto q, textAt(record, candidate.question));
                    KOALA_TRY([[maybe_unused]] auto a, textAt(record, candidate.answer));
                    return {};
                }()));
            }
        return invalidInput(
            fmt::format("\"{}\" or \"{}\" is missing", known[0].question, known[0].answer));
    }
    Conversation conversation;
    conversation.system = stringOr(record, "system_prompt", stringOr(record, "system", ""));
    const std::string context = stringOr(record, "context", "");
    if (!isBlankText(context))
        conversation.turns.push_back({Role::Context, context, false});
    for (const char* tag : {"category", "type"})
        if (memberOr(record, tag).is_string())
            conversation.tags[tag] = record.at(tag);
    if (memberOr(record, "id").is_string())
        conversation.meta["id"] = record.at("id");
    return addExchange(record.at(names->question).get<std::string>(),
        record.at(names->answer).get<std::string>(), std::move(conversation),
        fmt::format("{}/{}", names->question, names->answer), out);
}

std::string recogniseQuestions(const HeadSample& head)
{
    return recogniseNames(head, kQuestions);
}
Status convertQuestions(const Json& record, ConvertedRow& out)
{
    return convertNames(record, kQuestions, out);
}
std::string recogniseResponses(const HeadSample& head)
{
    return recogniseNames(head, kResponses);
}
Status convertResponses(const Json& record, ConvertedRow& out)
{
    return convertNames(record, kResponses, out);
}

std::string recogniseColumns(const HeadSample& head)
{
    if (head.records.empty())
        return "";
    const Json& first = head.records.front();
    return memberOr(first, "user").is_string() && memberOr(first, "assistant").is_string()
               ? "its columns are named user and assistant"
               : "";
}

// Cells of other types than text (numbers in Parquet) are no question and no answer.
Status convertColumns(const Json& record, ConvertedRow& out)
{
    KOALA_TRY(std::string question, textAt(record, "user"));
    KOALA_TRY(std::string answer, textAt(record, "assistant"));
    Conversation conversation;
    conversation.system = stringOr(record, "system", "");
    conversation.split = stringOr(record, "split", "");
    const std::string context = stringOr(record, "context", "");
    if (!isBlankText(context))
        conversation.turns.push_back({Role::Context, context, false});
    if (memberOr(record, "meta").is_object())
        conversation.meta = record.at("meta");
    if (const Json& id = memberOr(record, "id"); !id.is_null())
        conversation.meta["id"] = id;
    return addExchange(
        std::move(question), std::move(answer), std::move(conversation), "user/assistant", out);
}

} // namespace

const ImporterInfo questionsImporter{"questions", "Questions and answers (GSM8K)",
    R"({"question": "…", "answer": "…"})", recogniseQuestions, convertQuestions};
const ImporterInfo responseImporter{"responses", "Prompts and responses (Dolly)",
    R"({"prompt": "…", "response": "…"})", recogniseResponses, convertResponses};
const ImporterInfo columnsImporter{"columns", "A table whose columns you name (CSV, Parquet, JSON)",
    R"(user,assistant[,system,context,split,id], or any names with --columns user=…,assistant=…)",
    recogniseColumns, convertColumns};

} // namespace koala
