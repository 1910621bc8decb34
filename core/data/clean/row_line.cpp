#include "core/data/clean/row_line.h"

#include <simdjson.h>

namespace koala {
namespace {

namespace dom = simdjson::dom;

std::string_view textOr(const dom::object& object, const char* key, std::string_view fallback)
{
    std::string_view text;
    return object[key].get(text) == simdjson::SUCCESS ? text : fallback;
}

std::uint64_t numberOr(const dom::object& object, const char* key)
{
    std::uint64_t number = 0;
    return object[key].get(number) == simdjson::SUCCESS ? number : 0;
}

// The usual record; false for anything out of the ordinary, which the careful reader then judges.
bool fill(Conversation& out, const dom::object& object)
{
    dom::array turns;
    dom::element pair;
    if (object["turns"].get(turns) != simdjson::SUCCESS ||
        object["pair"].get(pair) == simdjson::SUCCESS)
        return false;
    for (const dom::element item : turns) {
        dom::object turn;
        std::string_view text;
        if (item.get(turn) != simdjson::SUCCESS || turn["text"].get(text) != simdjson::SUCCESS)
            return false;
        const std::optional<Role> role = roleFromName(textOr(turn, "role", ""));
        if (!role)
            return false;
        bool trained = true;
        if (turn["trained"].get(trained) != simdjson::SUCCESS)
            trained = true;
        out.turns.push_back({*role, std::string(text), *role == Role::Assistant && trained});
    }
    if (out.turns.empty())
        return false;
    out.uid = textOr(object, "uid", "");
    out.source = textOr(object, "source", "");
    out.row = numberOr(object, "row");
    out.part = std::uint32_t(numberOr(object, "part"));
    out.system = textOr(object, "system", "");
    out.split = textOr(object, "split", "");
    const std::string_view feedback = textOr(object, "feedback", "none");
    out.feedback = feedback == "positive"   ? Feedback::Positive
                   : feedback == "negative" ? Feedback::Negative
                                            : Feedback::None;
    for (const auto& [key, place] : {std::pair("tags", &out.tags), std::pair("meta", &out.meta)}) {
        dom::object member;
        if (object[key].get(member) != simdjson::SUCCESS)
            continue;
        if (member.size() > 0)
            *place = Json::parse(simdjson::minify(member));
    }
    return true;
}

} // namespace

struct RowLineParser::State {
    dom::parser parser;
};

RowLineParser::RowLineParser() : m_state(std::make_unique<State>()) {}
RowLineParser::~RowLineParser() = default;
RowLineParser::RowLineParser(RowLineParser&&) noexcept = default;

Result<Conversation> RowLineParser::parse(std::string_view line, std::uint64_t row)
{
    dom::object object;
    Conversation conversation;
    if (m_state->parser.parse(line.data(), line.size()).get(object) == simdjson::SUCCESS &&
        fill(conversation, object))
        return conversation;
    const std::string what = fmt::format("row {}", row + 1);
    KOALA_TRY(const Json json, parseJson(line, what));
    return conversationFromJson(json, what);
}

} // namespace koala
