// Rows that are too short or too long.
#include <algorithm>
#include <array>

#include "core/base/utf8.h"
#include "core/data/clean/step.h"
#include "core/data/clean/steps_of_each_type.h"

namespace koala {
namespace {

struct Limits {
    std::uint64_t least = 0;
    std::uint64_t most = 0; // 0: none
};

class LengthStep final : public Step {
public:
    explicit LengthStep(const Json& options)
        : m_turns(limits(options, "turns")), m_characters(limits(options, "characters")),
          m_answer(limits(options, "answer_characters"))
    {
    }

    RowVerdict apply(std::uint64_t, Conversation& conversation) override
    {
        std::uint64_t characters = 0;
        std::uint64_t shortest = ~std::uint64_t(0);
        std::uint64_t longest = 0;
        for (const Turn& turn : conversation.turns) {
            const std::uint64_t length = countCodePoints(turn.text);
            characters += length;
            if (turn.role != Role::Assistant)
                continue;
            shortest = std::min(shortest, length);
            longest = std::max(longest, length);
        }
        RowVerdict verdict;
        const auto check = [&](std::uint64_t low, std::uint64_t high, const Limits& limits,
                               std::string_view what) {
            if (verdict.take)
                return;
            const bool tooFew = low < limits.least;
            verdict.take = tooFew || (limits.most > 0 && high > limits.most);
            if (verdict.take)
                verdict.example.reason = fmt::format("{} {}", tooFew ? low : high, what);
        };
        check(conversation.turns.size(), conversation.turns.size(), m_turns, "turns");
        check(characters, characters, m_characters, "characters");
        check(shortest, longest, m_answer, "characters in an answer");
        return verdict;
    }

private:
    static Limits limits(const Json& options, const std::string& what)
    {
        return {options.at("least_" + what).get<std::uint64_t>(),
            options.at("most_" + what).get<std::uint64_t>()};
    }

    Limits m_turns;
    Limits m_characters;
    Limits m_answer;
};

constexpr double kMost = 1e9;
constexpr std::array kOptions{StepOption{.name = "least_turns",
                                  .kind = OptionKind::Number,
                                  .fallback = "0",
                                  .title = "Turns from",
                                  .help = "",
                                  .most = kMost},
    StepOption{.name = "most_turns",
        .kind = OptionKind::Number,
        .fallback = "0",
        .title = "Turns to",
        .help = "0: no limit",
        .most = kMost},
    StepOption{.name = "least_characters",
        .kind = OptionKind::Number,
        .fallback = "16",
        .title = "Characters from",
        .help = "of all turns together; Vicuna's cleaning wants 16",
        .most = kMost},
    StepOption{.name = "most_characters",
        .kind = OptionKind::Number,
        .fallback = "0",
        .title = "Characters to",
        .help = "0: no limit",
        .most = kMost},
    StepOption{.name = "least_answer_characters",
        .kind = OptionKind::Number,
        .fallback = "0",
        .title = "Shortest answer from",
        .help = "characters of every answer",
        .most = kMost},
    StepOption{.name = "most_answer_characters",
        .kind = OptionKind::Number,
        .fallback = "0",
        .title = "Longest answer to",
        .help = "characters of every answer; 0: no limit",
        .most = kMost}};

} // namespace

constinit const StepType kLength{.id = "length",
    .title = "Length",
    .help = "Takes rows with too few or too many turns or characters.",
    .options = kOptions,
    .summary =
        [](const Json& options) {
            std::string text;
            for (const StepOption& option : kOptions)
                if (const Json& value = options.at(std::string(option.name));
                    value.get<double>() > 0)
                    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", option.title,
                        value.get<std::uint64_t>());
            return text.empty() ? std::string("no limits") : text;
        },
    .make = [](const Json& options, const StepContext&) -> Result<std::unique_ptr<Step>> {
        return std::unique_ptr<Step>(std::make_unique<LengthStep>(options));
    }};

} // namespace koala
