// Anthropic HH: {"chosen","rejected"}, each a transcript. Cut only at "\n\nHuman: " and
// "\n\nAssistant: " (spec 01 section 7): the bare words also occur inside texts. A pair gives two
// conversations.
#include "core/data/formats/dialogue.h"
#include "core/data/formats/importers.h"

namespace koala {
namespace {

constexpr std::string_view kHuman = "\n\nHuman:";
constexpr std::string_view kAssistant = "\n\nAssistant:";

struct Mark {
    std::size_t begin = std::string_view::npos;
    std::size_t end = 0;
    Role role = Role::User;
};

// The next mark: followed by a blank, or by nothing at the end of the text (an empty turn).
Mark nextMark(std::string_view text, std::size_t from)
{
    for (std::size_t at = text.find("\n\n", from); at != std::string_view::npos;
        at = text.find("\n\n", at + 1)) {
        for (const auto& [mark, role] :
            {std::pair(kHuman, Role::User), std::pair(kAssistant, Role::Assistant)}) {
            if (text.substr(at, mark.size()) != mark)
                continue;
            const std::size_t end = at + mark.size();
            if (end == text.size() || text[end] == ' ')
                return {at, std::min(end + 1, text.size()), role};
        }
    }
    return {};
}

Result<std::vector<Turn>> transcript(std::string_view text, const char* which)
{
    std::vector<Turn> turns;
    Mark mark = nextMark(text, 0);
    if (mark.begin == std::string_view::npos || !isBlankText(text.substr(0, mark.begin)))
        return invalidInput(
            fmt::format("\"{}\" does not begin with a \"Human: \" line after a blank line", which));
    while (mark.begin != std::string_view::npos) {
        const Mark next = nextMark(text, mark.end);
        const std::size_t end = next.begin == std::string_view::npos ? text.size() : next.begin;
        turns.push_back({mark.role, std::string(text.substr(mark.end, end - mark.end)),
            mark.role == Role::Assistant});
        mark = next;
    }
    if (turns.back().role != Role::Assistant)
        return invalidInput(
            fmt::format("\"{}\" does not end with an answer of the assistant", which));
    return turns;
}

std::string recognise(const HeadSample& head)
{
    for (const Json& record : head.records) {
        const Json& chosen = memberOr(record, "chosen");
        if (!chosen.is_string() || !memberOr(record, "rejected").is_string())
            return "";
        if (nextMark(chosen.get_ref<const std::string&>(), 0).begin != std::string_view::npos)
            return "its records have \"chosen\" and \"rejected\" transcripts, as Anthropic's HH "
                   "has";
    }
    return "";
}

Status addSide(const Json& record, const char* which, PairRank rank, ConvertedRow& out)
{
    const Json& text = memberOr(record, which);
    if (!text.is_string())
        return invalidInput(fmt::format("\"{}\" is missing or no text", which));
    KOALA_TRY(std::vector<Turn> turns, transcript(text.get_ref<const std::string&>(), which));
    if (isBlankText(turns.back().text)) {
        out.droppedTurns.push_back(
            fmt::format("the last answer of \"{}\" is empty: this side was left out", which));
        return {};
    }
    Conversation conversation;
    for (std::size_t i = 0; i < turns.size(); ++i) {
        if (isBlankText(turns[i].text))
            out.droppedTurns.push_back(fmt::format("turn {} of \"{}\" is empty", i, which));
        else
            conversation.turns.push_back(std::move(turns[i]));
    }
    conversation.feedback = rank == PairRank::Chosen ? Feedback::Positive : Feedback::Negative;
    conversation.pair = PairLabel{"", rank, std::nullopt};
    out.conversations.push_back(std::move(conversation));
    return {};
}

Status convert(const Json& record, ConvertedRow& out)
{
    KOALA_RETURN_IF_ERROR(addSide(record, "chosen", PairRank::Chosen, out));
    KOALA_RETURN_IF_ERROR(addSide(record, "rejected", PairRank::Rejected, out));
    return out.conversations.empty() ? Status(invalidInput("both last answers are empty"))
                                     : Status();
}

} // namespace

const ImporterInfo hhImporter{"hh", "Anthropic HH pairs",
    R"({"chosen": "\n\nHuman: …\n\nAssistant: …", "rejected": "…"})", recognise, convert,
    "The card of this data asks that the comparisons not be used to tune dialogue agents directly: "
    "they are meant to train preference models. It also warns that the texts are offensive or "
    "upsetting in places."};

} // namespace koala
