#include "core/data/conversation.h"

#include <array>

#include "core/base/sha256.h"
#include "core/data/conversation_line.h"

namespace koala {
namespace {

constexpr std::array<std::pair<Role, std::string_view>, 5> kRoles{{
    {Role::System, "system"},
    {Role::User, "user"},
    {Role::Assistant, "assistant"},
    {Role::Context, "context"},
    {Role::Tool, "tool"},
}};

std::string_view feedbackName(Feedback feedback)
{
    return feedback == Feedback::Positive   ? "positive"
           : feedback == Feedback::Negative ? "negative"
                                            : "none";
}

std::string_view rankName(PairRank rank)
{
    return rank == PairRank::Chosen ? "chosen" : rank == PairRank::Rejected ? "rejected" : "tie";
}

// A JSON string with what must be escaped; the text is valid UTF-8.
void appendString(std::string& out, std::string_view text)
{
    out += '"';
    std::size_t clean = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte >= 0x20 && byte != '"' && byte != '\\')
            continue;
        out.append(text.substr(clean, i - clean));
        clean = i + 1;
        switch (byte) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\t':
            out += "\\t";
            break;
        case '\r':
            out += "\\r";
            break;
        default:
            out += fmt::format("\\u{:04x}", byte);
        }
    }
    out.append(text.substr(clean));
    out += '"';
}

void appendMember(std::string& out, std::string_view key, std::string_view value)
{
    out += ",\"";
    out += key;
    out += "\":";
    appendString(out, value);
}

Result<std::vector<Turn>> turnsFromJson(const Json& list, std::string_view what)
{
    if (!list.is_array() || list.empty())
        return invalidInput(std::string(what) + ": \"turns\" is no list of turns");
    std::vector<Turn> turns;
    turns.reserve(list.size());
    for (const Json& item : list) {
        KOALA_TRY(const std::string name, stringAt(item, "role", what));
        const std::optional<Role> role = roleFromName(name);
        if (!role)
            return invalidInput(
                fmt::format("{}: unknown role \"{}\"; roles are system, user, assistant, "
                            "context and tool",
                    what, name));
        Turn turn;
        turn.role = *role;
        KOALA_TRY(turn.text, stringAt(item, "text", what));
        turn.trained = *role == Role::Assistant && boolOr(item, "trained", true);
        turns.push_back(std::move(turn));
    }
    return turns;
}

Result<PairLabel> pairFromJson(const Json& json, std::string_view what)
{
    PairLabel pair;
    pair.id = stringOr(json, "id", "");
    KOALA_TRY(const std::string rank, stringAt(json, "rank", what));
    if (rank != "chosen" && rank != "rejected" && rank != "tie")
        return invalidInput(
            fmt::format("{}: unknown rank \"{}\"; ranks are chosen, rejected and tie", what, rank));
    pair.rank = rank == "chosen"     ? PairRank::Chosen
                : rank == "rejected" ? PairRank::Rejected
                                     : PairRank::Tie;
    if (memberOr(json, "score").is_number())
        pair.score = json.at("score").get<double>();
    return pair;
}

} // namespace

std::string makeUid(std::string_view sourceSha256, std::uint64_t row, std::uint32_t part)
{
    return sha256Hex(fmt::format("{}\n{}\n{}", sourceSha256, row, part)).substr(0, 16);
}

std::string_view roleName(Role role)
{
    for (const auto& [known, name] : kRoles)
        if (known == role)
            return name;
    return "user";
}

std::optional<Role> roleFromName(std::string_view name)
{
    for (const auto& [role, known] : kRoles)
        if (known == name)
            return role;
    return std::nullopt;
}

void appendLine(std::string& out, const Conversation& conversation)
{
    out += "{\"uid\":";
    appendString(out, conversation.uid);
    appendMember(out, "source", conversation.source);
    out += fmt::format(",\"row\":{},\"part\":{},\"turns\":[", conversation.row, conversation.part);
    for (std::size_t i = 0; i < conversation.turns.size(); ++i) {
        const Turn& turn = conversation.turns[i];
        out += i == 0 ? "{\"role\":\"" : ",{\"role\":\"";
        out += roleName(turn.role);
        out += '"';
        appendMember(out, "text", turn.text);
        if (turn.role == Role::Assistant)
            out += turn.trained ? ",\"trained\":true" : ",\"trained\":false";
        out += '}';
    }
    out += ']';
    if (!conversation.system.empty())
        appendMember(out, "system", conversation.system);
    if (!conversation.split.empty())
        appendMember(out, "split", conversation.split);
    appendMember(out, "feedback", feedbackName(conversation.feedback));
    if (conversation.pair) {
        out += ",\"pair\":{\"id\":";
        appendString(out, conversation.pair->id);
        appendMember(out, "rank", rankName(conversation.pair->rank));
        if (conversation.pair->score)
            out += ",\"score\":" + Json(*conversation.pair->score).dump();
        out += '}';
    }
    out +=
        ",\"tags\":" + toLine(conversation.tags) + ",\"meta\":" + toLine(conversation.meta) + "}";
}

Json toJson(const Conversation& conversation)
{
    std::string line;
    appendLine(line, conversation);
    return Json::parse(line);
}

Result<Conversation> conversationFromJson(const Json& json, std::string_view what)
{
    if (!json.is_object())
        return invalidInput(std::string(what) + " is no conversation: it is not a JSON object");
    Conversation conversation;
    conversation.uid = stringOr(json, "uid", "");
    conversation.source = stringOr(json, "source", "");
    conversation.row = std::uint64_t(std::max<std::int64_t>(0, integerOr(json, "row", 0)));
    conversation.part = std::uint32_t(std::max<std::int64_t>(0, integerOr(json, "part", 0)));
    KOALA_TRY(conversation.turns, turnsFromJson(memberOr(json, "turns"), what));
    conversation.system = stringOr(json, "system", "");
    conversation.split = stringOr(json, "split", "");
    const std::string feedback = stringOr(json, "feedback", "none");
    conversation.feedback = feedback == "positive"   ? Feedback::Positive
                            : feedback == "negative" ? Feedback::Negative
                                                     : Feedback::None;
    if (memberOr(json, "pair").is_object()) {
        KOALA_TRY(conversation.pair, pairFromJson(json.at("pair"), what));
    }
    if (memberOr(json, "tags").is_object())
        conversation.tags = json.at("tags");
    if (memberOr(json, "meta").is_object())
        conversation.meta = json.at("meta");
    return conversation;
}

} // namespace koala
