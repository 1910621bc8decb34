// OpenAssistant's message trees: {"message_tree_id","prompt":{"text","role","rank","replies":[…]}}.
// Every path from the root to a leaf is a conversation, cut after its last answer; paths that then
// are the same count once. An answer that lies on several paths is trained on the first of them
// only, so that no answer weighs more because people went on from it in several ways.
//
// Where people ranked the answers to one message, a path that ends in the best of them is "chosen"
// and one that ends in the worst is "rejected"; those in between carry no label. Deleted messages,
// and all that follows them, are left out and listed.
#include <set>

#include "core/data/formats/dialogue.h"
#include "core/data/formats/importers.h"

namespace koala {
namespace {

constexpr std::size_t kDeepest = 64; // of replies; records are bounded anyway

std::string recognise(const HeadSample& head)
{
    for (const Json& record : head.records)
        return memberOr(record, "message_tree_id").is_string() &&
                       memberOr(record, "prompt").is_object()
                   ? "its records are message trees, as OpenAssistant's are"
                   : "";
    return "";
}

class Walk {
public:
    Walk(const Json& record, ConvertedRow& out) : m_record(record), m_out(out) {}

    void enter(const Json& message, int& pairs)
    {
        if (boolOr(message, "deleted", false)) {
            m_out.droppedTurns.push_back("a deleted message was left out, with its replies");
            return;
        }
        const std::optional<Role> role = speakerRole(stringOr(message, "role", ""));
        const std::string text = stringOr(message, "text", "");
        if (!role || isBlankText(text) || m_path.size() >= kDeepest) {
            m_out.droppedTurns.push_back(
                "a message without text or speaker was left out, with its replies");
            return;
        }
        m_path.push_back(&message);
        const Json& replies = memberOr(message, "replies");
        bool leaf = true;
        if (replies.is_array() && !replies.empty()) {
            leaf = false;
            const Ranks before = std::exchange(m_ranks, ranksOf(replies, pairs));
            for (const Json& reply : replies)
                enter(reply, pairs);
            m_ranks = before;
        }
        if (leaf)
            addPath();
        m_path.pop_back();
    }

private:
    struct Ranks {
        std::int64_t best = 0, worst = -1;
        int pair = 0;
        bool ranked() const { return worst > best; }
    };

    static Ranks ranksOf(const Json& replies, int& pairs)
    {
        Ranks ranks{std::numeric_limits<std::int64_t>::max(), -1, 0};
        for (const Json& reply : replies) {
            if (stringOr(reply, "role", "") != "assistant" || boolOr(reply, "deleted", false))
                continue;
            const std::int64_t rank = integerOr(reply, "rank", -1);
            if (rank < 0)
                continue;
            ranks.best = std::min(ranks.best, rank);
            ranks.worst = std::max(ranks.worst, rank);
        }
        if (ranks.ranked())
            ranks.pair = ++pairs;
        return ranks;
    }

    void addPath()
    {
        std::size_t length = m_path.size();
        while (length > 0 && stringOr(*m_path[length - 1], "role", "") != "assistant")
            --length;
        if (length == 0 || !m_ended.insert(m_path[length - 1]).second)
            return;
        const bool whole = length == m_path.size();
        Conversation conversation;
        for (std::size_t i = 0; i < length; ++i) {
            const Role role = *speakerRole(stringOr(*m_path[i], "role", ""));
            const bool first = m_trained.insert(m_path[i]).second;
            conversation.turns.push_back(
                {role, stringOr(*m_path[i], "text", ""), role == Role::Assistant && first});
        }
        const Json& last = *m_path[length - 1];
        const std::int64_t rank = integerOr(last, "rank", -1);
        if (whole && m_ranks.ranked() && (rank == m_ranks.best || rank == m_ranks.worst))
            conversation.pair = PairLabel{fmt::format("#{}", m_ranks.pair),
                rank == m_ranks.best ? PairRank::Chosen : PairRank::Rejected, std::nullopt};
        if (const std::string language = stringOr(last, "lang", ""); !language.empty())
            conversation.tags["language"] = language;
        conversation.meta["id"] = stringOr(last, "message_id", "");
        conversation.meta["tree"] = stringOr(m_record, "message_tree_id", "");
        m_out.conversations.push_back(std::move(conversation));
    }

    const Json& m_record;
    ConvertedRow& m_out;
    std::vector<const Json*> m_path;
    Ranks m_ranks; // of the answers among which the last message of the path stands
    std::set<const Json*> m_ended;
    std::set<const Json*> m_trained;
};

Status convert(const Json& record, ConvertedRow& out)
{
    if (!memberOr(record, "prompt").is_object())
        return invalidInput("it has no \"prompt\" from which a tree grows");
    int pairs = 0;
    Walk(record, out).enter(record.at("prompt"), pairs);
    return out.conversations.empty() ? Status(invalidInput("no answer of the assistant is in it"))
                                     : Status();
}

} // namespace

const ImporterInfo oasstImporter{"oasst", "OpenAssistant message trees",
    R"({"message_tree_id": "…", "prompt": {"text": "…", "role": "prompter", "replies": [{"text": "…", "role": "assistant", "rank": 0}]}})",
    recognise, convert};

} // namespace koala
