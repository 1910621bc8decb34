// Dialogues put into the order question, answer, question, answer.
#include <array>

#include "core/data/clean/step.h"
#include "core/data/clean/steps_of_each_type.h"

namespace koala {
namespace {

bool isSpeaker(const Turn& turn)
{
    return turn.role == Role::User || turn.role == Role::Assistant;
}

class TurnOrderStep final : public Step {
public:
    explicit TurnOrderStep(const Json& options)
        : m_leading(options.at("drop_leading_answer").get<bool>()),
          m_trailing(options.at("drop_trailing_question").get<bool>()),
          m_merge(options.at("merge_same_speaker").get<bool>())
    {
    }

    RowVerdict apply(std::uint64_t, Conversation& conversation) override
    {
        std::vector<Turn> turns = conversation.turns;
        std::string reason;
        const auto note = [&](std::string_view what) {
            reason += (reason.empty() ? "" : ", ") + std::string(what);
        };
        if (m_leading && dropLeading(turns))
            note("an answer without a question before it left out");
        if (m_trailing && dropTrailing(turns))
            note("a question without an answer left out");
        if (m_merge && merge(turns))
            note("turns of one speaker in a row joined");
        RowVerdict verdict;
        if (reason.empty())
            return verdict;
        verdict.example.reason = reason;
        bool answers = false;
        for (const Turn& turn : turns)
            answers = answers || turn.role == Role::Assistant;
        if (!answers) {
            verdict.take = true;
            verdict.example.reason = "no answer is left: " + reason;
            return verdict;
        }
        addBefore(verdict.example, outline(conversation.turns), outline(turns));
        verdict.edited = true;
        conversation.turns = std::move(turns);
        return verdict;
    }

private:
    static bool dropLeading(std::vector<Turn>& turns)
    {
        bool dropped = false;
        for (auto turn = turns.begin(); turn != turns.end();) {
            if (turn->role == Role::User)
                break;
            const bool drop = turn->role != Role::System && turn->role != Role::Context;
            dropped = dropped || drop;
            turn = drop ? turns.erase(turn) : turn + 1;
        }
        return dropped;
    }

    static bool dropTrailing(std::vector<Turn>& turns)
    {
        const std::size_t before = turns.size();
        while (!turns.empty() &&
               (turns.back().role == Role::User || turns.back().role == Role::Context))
            turns.pop_back();
        return turns.size() < before;
    }

    static bool merge(std::vector<Turn>& turns)
    {
        std::vector<Turn> merged;
        for (Turn& turn : turns) {
            if (!merged.empty() && isSpeaker(turn) && merged.back().role == turn.role &&
                merged.back().trained == turn.trained)
                merged.back().text += "\n\n" + turn.text;
            else
                merged.push_back(std::move(turn));
        }
        const bool changed = merged.size() < turns.size();
        turns = std::move(merged);
        return changed;
    }

    static std::string outline(const std::vector<Turn>& turns)
    {
        std::string text;
        for (const Turn& turn : turns)
            text +=
                fmt::format("{}: {}\n", roleName(turn.role), shortened(turn.text).substr(0, 400));
        return text;
    }

    bool m_leading;
    bool m_trailing;
    bool m_merge;
};

constexpr std::array kOptions{StepOption{.name = "drop_leading_answer",
                                  .fallback = "true",
                                  .title = "Leading answers",
                                  .help = "leave out what comes before the first question"},
    StepOption{.name = "drop_trailing_question",
        .fallback = "true",
        .title = "Trailing questions",
        .help = "leave out questions at the end that nobody answered"},
    StepOption{.name = "merge_same_speaker",
        .fallback = "true",
        .title = "Join turns",
        .help = "join turns of one speaker that follow each other, with an empty line between"}};

} // namespace

constinit const StepType kTurnOrder{.id = "turn_order",
    .title = "Turn order",
    .help = "Repairs dialogues that begin with an answer, end with a question or have a speaker "
            "twice in a row. A dialogue without any answer left goes.",
    .options = kOptions,
    .summary =
        [](const Json& options) {
            std::string text;
            for (const StepOption& option : kOptions)
                if (options.at(std::string(option.name)).get<bool>())
                    text += (text.empty() ? "" : ", ") + std::string(option.title);
            return text;
        },
    .make = [](const Json& options, const StepContext&) -> Result<std::unique_ptr<Step>> {
        return std::unique_ptr<Step>(std::make_unique<TurnOrderStep>(options));
    }};

} // namespace koala
