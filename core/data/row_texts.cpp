#include "core/data/row_texts.h"

#include <simdjson.h>

#include "core/base/json_fast.h"
#include "core/data/conversation_line.h"

namespace koala {
namespace {

namespace dom = simdjson::dom;

constexpr int kPlainDepth = 16; // of tags and meta; deeper ones go the careful way
constexpr std::size_t kGiant = std::size_t(16) << 20;

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

std::optional<PairLabel> pairOf(const dom::object& object)
{
    PairLabel pair;
    const std::string_view rank = textOr(object, "rank", "");
    if (rank != "chosen" && rank != "rejected" && rank != "tie")
        return std::nullopt;
    pair.id = textOr(object, "id", "");
    pair.rank = rank == "chosen"     ? PairRank::Chosen
                : rank == "rejected" ? PairRank::Rejected
                                     : PairRank::Tie;
    if (double score = 0; object["score"].get(score) == simdjson::SUCCESS)
        pair.score = score;
    return pair;
}

} // namespace

struct RowTexts::Parser {
    dom::parser parser;
    dom::object row;
};

RowTexts::RowTexts() : m_parser(std::make_unique<Parser>()) {}
RowTexts::~RowTexts() = default;
RowTexts::RowTexts(RowTexts&&) noexcept = default;
RowTexts& RowTexts::operator=(RowTexts&&) noexcept = default;

bool RowTexts::parse(std::string_view line)
{
    m_turns.clear();
    if (m_parser->parser.capacity() > kGiant && line.size() <= kGiant)
        m_parser->parser = dom::parser(); // do not keep the memory of a rare giant
    dom::object& row = m_parser->row;
    dom::array turns;
    if (m_parser->parser.parse(line.data(), line.size()).get(row) != simdjson::SUCCESS ||
        row["turns"].get(turns) != simdjson::SUCCESS)
        return false;
    for (const dom::element item : turns) {
        dom::object turn;
        std::string_view text;
        if (item.get(turn) != simdjson::SUCCESS || turn["text"].get(text) != simdjson::SUCCESS)
            return false;
        const std::optional<Role> role = roleFromName(textOr(turn, "role", ""));
        if (!role)
            return false;
        bool trained = *role == Role::Assistant;
        if (trained && turn["trained"].get(trained) != simdjson::SUCCESS)
            trained = true;
        m_turns.push_back({*role, trained, text});
    }
    m_system = textOr(row, "system", "");
    if (row["tags"]["language"].get(m_language) != simdjson::SUCCESS)
        m_language = {};
    return !m_turns.empty();
}

std::optional<Conversation> RowTexts::conversation() const
{
    const dom::object& row = m_parser->row;
    Conversation out;
    if (dom::object pair; row["pair"].get(pair) == simdjson::SUCCESS && !(out.pair = pairOf(pair)))
        return std::nullopt;
    out.turns.reserve(m_turns.size());
    for (const RowText& turn : m_turns)
        out.turns.push_back({turn.role, std::string(turn.text), turn.trained});
    out.uid = textOr(row, "uid", "");
    out.source = textOr(row, "source", "");
    out.row = numberOr(row, "row");
    out.part = std::uint32_t(numberOr(row, "part"));
    out.system = m_system;
    out.split = textOr(row, "split", "");
    const std::string_view feedback = textOr(row, "feedback", "none");
    out.feedback = feedback == "positive"   ? Feedback::Positive
                   : feedback == "negative" ? Feedback::Negative
                                            : Feedback::None;
    for (const auto& [key, place] : {std::pair("tags", &out.tags), std::pair("meta", &out.meta)}) {
        dom::element member;
        if (row[key].get(member) != simdjson::SUCCESS || !member.is_object() ||
            jsonFromParsed(member, kPlainDepth, *place))
            continue;
        Result<Json> value = parseJson(simdjson::minify(member), key);
        if (!value.ok())
            return std::nullopt;
        *place = std::move(*value);
    }
    return out;
}

Result<Conversation> conversationFromLine(
    std::string_view line, std::string_view dataset, std::uint64_t row)
{
    thread_local RowTexts texts;
    if (texts.parse(line))
        if (std::optional<Conversation> conversation = texts.conversation())
            return std::move(*conversation);
    const std::string what = fmt::format("dataset {} row {}", dataset, row + 1);
    KOALA_TRY(const Json json, parseJson(line, what));
    return conversationFromJson(json, what);
}

} // namespace koala
