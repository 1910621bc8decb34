// OpenAI's WebGPT comparisons, in the form of the dataset card ({"question":{"full_text"},
// "quotes_0":{"title":[],"extract":[]},"answer_0","score_0", … _1}) and in the raw one (a list of
// two {"question","quotes","answer","score"}). Each answer is a conversation: the question, its
// sources as one context turn in the form in which Koala's recipe quotes them (spec 01 section 7),
// the answer. Equal scores give two records of rank "tie", which mixtures leave out.
#include "core/data/formats/dialogue.h"
#include "core/data/formats/importers.h"

namespace koala {
namespace {

struct Side {
    const Json* quotes = nullptr;
    const Json* answer = nullptr;
    const Json* score = nullptr;
};

bool isCardForm(const Json& record)
{
    return memberOr(memberOr(record, "question"), "full_text").is_string() &&
           memberOr(record, "answer_0").is_string();
}

bool isRawForm(const Json& record)
{
    return record.is_array() && record.size() == 2 && record[0].is_object() &&
           record[0].contains("question") && record[0].contains("answer") &&
           record[0].contains("score");
}

std::string recognise(const HeadSample& head)
{
    for (const Json& record : head.records)
        return isCardForm(record) || isRawForm(record)
                   ? "its records have a question and two answers with scores, as WebGPT's have"
                   : "";
    return "";
}

// "[1] title: … content: … ", a blank behind each, as the recipe has it; the last blank goes.
std::string quoted(const Json& quotes)
{
    std::string text;
    const auto add = [&](std::size_t number, const Json& title, const Json& extract) {
        text += fmt::format("{}[{}] title: {} content: {}", text.empty() ? "" : " ", number + 1,
            title.is_string() ? title.get<std::string>() : "",
            extract.is_string() ? extract.get<std::string>() : "");
    };
    if (quotes.is_array()) {
        for (std::size_t i = 0; i < quotes.size(); ++i)
            add(i, memberOr(quotes[i], "title"), memberOr(quotes[i], "extract"));
        return text;
    }
    const Json& titles = memberOr(quotes, "title");
    const Json& extracts = memberOr(quotes, "extract");
    if (titles.is_array() && extracts.is_array())
        for (std::size_t i = 0; i < std::min(titles.size(), extracts.size()); ++i)
            add(i, titles[i], extracts[i]);
    return text;
}

void addSide(const std::string& question, const Side& side, PairRank rank, ConvertedRow& out)
{
    Conversation conversation;
    conversation.turns.push_back({Role::User, question, false});
    if (std::string sources = quoted(*side.quotes); !sources.empty())
        conversation.turns.push_back({Role::Context, std::move(sources), false});
    conversation.turns.push_back({Role::Assistant, side.answer->get<std::string>(), true});
    conversation.feedback = rank == PairRank::Tie      ? Feedback::None
                            : rank == PairRank::Chosen ? Feedback::Positive
                                                       : Feedback::Negative;
    conversation.pair = PairLabel{"", rank, side.score->get<double>()};
    out.conversations.push_back(std::move(conversation));
}

Status convert(const Json& record, ConvertedRow& out)
{
    if (!isCardForm(record) && !isRawForm(record))
        return invalidInput("it is no question with two answers and scores");
    const bool raw = isRawForm(record);
    const Json& asked = memberOr(raw ? record[0] : record, "question");
    const Json& full = asked.is_string() ? asked : memberOr(asked, "full_text");
    if (!full.is_string() || isBlankText(full.get_ref<const std::string&>()))
        return invalidInput("its question has no text");
    Side sides[2];
    for (std::size_t i = 0; i < 2; ++i) {
        const Json& from = raw ? record[i] : record;
        const std::string end = raw ? "" : fmt::format("_{}", i);
        sides[i] = {&memberOr(from, "quotes" + end), &memberOr(from, "answer" + end),
            &memberOr(from, "score" + end)};
        if (!sides[i].answer->is_string() || !sides[i].score->is_number())
            return invalidInput(fmt::format("answer {} has no text or no score", i));
        if (isBlankText(sides[i].answer->get_ref<const std::string&>()))
            return invalidInput(fmt::format("answer {} is empty", i));
    }
    const double first = sides[0].score->get<double>();
    const double second = sides[1].score->get<double>();
    const std::size_t better = first >= second ? 0 : 1;
    const bool tie = first == second;
    const std::string question = full.get<std::string>();
    addSide(question, sides[better], tie ? PairRank::Tie : PairRank::Chosen, out);
    addSide(question, sides[1 - better], tie ? PairRank::Tie : PairRank::Rejected, out);
    return {};
}

} // namespace

const ImporterInfo webGptImporter{"webgpt", "WebGPT comparisons",
    R"({"question": {"full_text": "…"}, "quotes_0": {"title": [], "extract": []}, "answer_0": "…", "score_0": 0.5, …})",
    recognise, convert};

} // namespace koala
