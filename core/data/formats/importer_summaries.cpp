// OpenAI's summarisation comparisons: {"info":{"post" or
// "article"},"summaries":[{"text"},{"text"}], "choice"}. The user's text is the post (for news the
// article) behind one of the eight instructions of Koala's recipe (spec 01 section 7); which one
// follows from the post's id, so that the same file always gives the same rows, and both sides of a
// pair the same question. The blank with which every summary begins is left out, as there.
#include <array>

#include "core/data/formats/dialogue.h"
#include "core/data/formats/importers.h"

namespace koala {
namespace {

constexpr std::array kInstructions{
    "Write a summary of the following article: ", "Generate a summary of the following text: ",
    "Summarize the following article: ", "Summarize the following text: ",
    "Write a summary of the following text: ", "Here is a news article, please summarize it: ",
    "Please write a summary of the following paragraph: ",
    "Please summarize the following paragraph: "};

std::string recognise(const HeadSample& head)
{
    for (const Json& record : head.records)
        return memberOr(record, "info").is_object() && memberOr(record, "summaries").is_array() &&
                       record.contains("choice")
                   ? "its records have \"info\", two \"summaries\" and a \"choice\", as OpenAI's "
                     "summary comparisons have"
                   : "";
    return "";
}

const char* instructionFor(std::string_view id)
{
    std::uint64_t hash = 0xCBF29CE484222325; // FNV-1a: the same everywhere
    for (const unsigned char byte : id)
        hash = (hash ^ byte) * 0x100000001B3;
    return kInstructions[hash % kInstructions.size()];
}

Status convert(const Json& record, ConvertedRow& out)
{
    const Json& info = memberOr(record, "info");
    const std::string text = stringOr(info, "post", stringOr(info, "article", ""));
    if (isBlankText(text))
        return invalidInput("it has neither a post nor an article");
    const Json& summaries = memberOr(record, "summaries");
    if (!summaries.is_array() || summaries.size() != 2)
        return invalidInput("it does not have two summaries");
    const std::int64_t choice = integerOr(record, "choice", -1);
    if (choice != 0 && choice != 1)
        return invalidInput("\"choice\" is neither 0 nor 1");
    const std::string question = instructionFor(stringOr(info, "id", text)) + text;
    for (const std::size_t side : {std::size_t(choice), std::size_t(1 - choice)}) {
        std::string summary = stringOr(summaries[side], "text", "");
        summary.erase(0, summary.find_first_not_of(" \t\r\n"));
        if (isBlankText(summary))
            return invalidInput(fmt::format("summary {} is empty", side));
        Conversation conversation;
        conversation.turns.push_back({Role::User, question, false});
        conversation.turns.push_back({Role::Assistant, std::move(summary), true});
        const bool chosen = side == std::size_t(choice);
        conversation.feedback = chosen ? Feedback::Positive : Feedback::Negative;
        conversation.pair =
            PairLabel{"", chosen ? PairRank::Chosen : PairRank::Rejected, std::nullopt};
        conversation.split = stringOr(record, "split", "");
        if (const std::string policy = stringOr(summaries[side], "policy", ""); !policy.empty())
            conversation.tags["model"] = policy;
        conversation.meta["id"] = stringOr(info, "id", "");
        out.conversations.push_back(std::move(conversation));
    }
    return {};
}

} // namespace

const ImporterInfo summariesImporter{"summaries", "Summary comparisons (OpenAI)",
    R"({"info": {"id": "…", "post": "…"}, "summaries": [{"text": "…"}, {"text": "…"}], "choice": 0})",
    recognise, convert};

} // namespace koala
