// Rows that repeat another exactly: by what the user asked, or as a whole.
#include <algorithm>
#include <array>
#include <limits>

#include "core/base/sha256.h"
#include "core/data/clean/step.h"
#include "core/data/clean/steps_of_each_type.h"

namespace koala {
namespace {

constexpr std::array<std::string_view, 3> kKeepRules{"earliest", "longest", "latest"};

struct Key {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    std::uint64_t comparison = 0; // of the pair's id, 0 for none
    std::uint32_t length = 0;
    bool present = false;
    bool sameAs(const Key& other) const { return high == other.high && low == other.low; }
};

void setHash(Key& key, std::string_view text)
{
    const std::string hex = sha256Hex(text);
    key.high = std::stoull(hex.substr(0, 16), nullptr, 16);
    key.low = std::stoull(hex.substr(16, 16), nullptr, 16);
    key.present = true;
}

// Gathers a key of each row; rows with the same key are one group, of which one is kept.
class DuplicateStep : public Step {
public:
    DuplicateStep(const Json& options, std::uint64_t rows)
        : m_keep(options.at("keep").get<std::string>()), m_keys(rows)
    {
    }
    bool gathers() const final { return true; }

    void gather(std::uint64_t row, const Conversation& conversation) final
    {
        Key& key = m_keys[row];
        keyOf(conversation, key);
        std::size_t length = 0;
        for (const Turn& turn : conversation.turns)
            length += turn.text.size();
        key.length =
            std::uint32_t(std::min<std::size_t>(length, std::numeric_limits<std::uint32_t>::max()));
        if (conversation.pair && !conversation.pair->id.empty())
            key.comparison =
                std::stoull(sha256Hex(conversation.pair->id).substr(0, 16), nullptr, 16) | 1;
    }

    Result<std::vector<TakenRow>> decide(const CleaningRows& rows) final
    {
        std::vector<std::uint32_t> order;
        for (std::uint32_t row = 0; row < m_keys.size(); ++row)
            if (m_keys[row].present && rows.isKept(row))
                order.push_back(row);
        std::sort(order.begin(), order.end(), [this](std::uint32_t a, std::uint32_t b) {
            const Key &x = m_keys[a], &y = m_keys[b];
            return std::tie(x.high, x.low, a) < std::tie(y.high, y.low, b);
        });
        std::vector<TakenRow> taken;
        for (std::size_t i = 0; i < order.size();) {
            std::size_t end = i + 1;
            while (end < order.size() && m_keys[order[end]].sameAs(m_keys[order[i]]))
                ++end;
            takeFrom(std::span(order).subspan(i, end - i), taken);
            i = end;
        }
        std::sort(taken.begin(), taken.end(),
            [](const TakenRow& a, const TakenRow& b) { return a.row < b.row; });
        return taken;
    }

    std::vector<std::pair<std::string, std::string>> facts() const final
    {
        return {{"Groups found", std::to_string(m_groups)},
            {"Largest group", std::to_string(m_largest)}};
    }

protected:
    virtual void keyOf(const Conversation& conversation, Key& key) const = 0;
    const std::string& keep() const { return m_keep; }

private:
    void takeFrom(std::span<const std::uint32_t> group, std::vector<TakenRow>& taken)
    {
        if (group.size() < 2)
            return;
        std::uint32_t kept = m_keep == "latest" ? group.back() : group.front();
        if (m_keep == "longest")
            for (const std::uint32_t row : group)
                if (m_keys[row].length > m_keys[kept].length)
                    kept = row;
        const std::size_t before = taken.size();
        for (const std::uint32_t row : group) {
            // The two answers of one comparison stay together: they share their question on
            // purpose.
            const bool partner =
                m_keys[kept].comparison != 0 && m_keys[row].comparison == m_keys[kept].comparison;
            if (row != kept && !partner)
                taken.push_back({row, kept});
        }
        if (taken.size() > before) {
            ++m_groups;
            m_largest = std::max<std::uint64_t>(m_largest, group.size());
        }
    }

    std::string m_keep;
    std::vector<Key> m_keys;
    std::uint64_t m_groups = 0;
    std::uint64_t m_largest = 0;
};

NormalForm formOf(const Json& options)
{
    return {.lower = options.at("ignore_case").get<bool>(),
        .dropAccents = options.at("ignore_accents").get<bool>(),
        .dropPunctuation = options.at("ignore_punctuation").get<bool>(),
        .dropNumbers = options.at("ignore_numbers").get<bool>()};
}

class DuplicatePrompts final : public DuplicateStep {
public:
    DuplicatePrompts(const Json& options, std::uint64_t rows)
        : DuplicateStep(options, rows), m_form(formOf(options)),
          m_strict(options.at("strict").get<bool>())
    {
    }

    StepExample explain(
        const TakenRow& taken, const Conversation& row, const Conversation& like) const override
    {
        StepExample example{.row = taken.row, .otherRow = taken.like};
        example.reason = fmt::format("{} as in row {}, which is the {}",
            m_strict ? "the same first question" : "the same questions", taken.like + 1, keep());
        for (const auto& [conversation, spans] :
            {std::pair(&row, &example.spans), std::pair(&like, &example.otherSpans)})
            for (std::uint32_t i = 0; i < conversation->turns.size(); ++i) {
                const Turn& turn = conversation->turns[i];
                if (turn.role != Role::User)
                    continue;
                spans->push_back({i, 0, std::uint32_t(turn.text.size())});
                if (m_strict)
                    break;
            }
        return example;
    }

private:
    void keyOf(const Conversation& conversation, Key& key) const override
    {
        std::string text;
        bool any = false;
        for (const Turn& turn : conversation.turns) {
            if (turn.role != Role::User)
                continue;
            const std::string normal = normalText(turn.text, m_form);
            any = any || !normal.empty();
            text += normal;
            text += '\x1e'; // no normal text holds it: the turns stay apart
            if (m_strict)
                break;
        }
        if (any)
            setHash(key, text);
    }

    NormalForm m_form;
    bool m_strict;
};

class DuplicateDialogues final : public DuplicateStep {
public:
    DuplicateDialogues(const Json& options, std::uint64_t rows)
        : DuplicateStep(options, rows), m_normal(options.at("ignore_case_and_blanks").get<bool>())
    {
    }

    StepExample explain(
        const TakenRow& taken, const Conversation&, const Conversation&) const override
    {
        return {.row = taken.row,
            .otherRow = taken.like,
            .reason = fmt::format(
                "the same dialogue as row {}, which is the {}", taken.like + 1, keep())};
    }

private:
    void keyOf(const Conversation& conversation, Key& key) const override
    {
        const auto form = [this](const std::string& text) {
            return m_normal ? normalText(text) : text;
        };
        // A good and a bad label on the same dialogue say different things.
        std::string text = fmt::format("{} {}\x1e{}\x1e", int(conversation.feedback),
            conversation.pair ? int(conversation.pair->rank) : -1, form(conversation.system));
        // The tools that a model was offered are part of what it was shown.
        if (const Json& tools = memberOr(conversation.meta, "tools"); !tools.is_null())
            text += toLine(tools);
        for (const Turn& turn : conversation.turns) {
            text += roleName(turn.role);
            text += '\x1f';
            text += form(turn.text);
            text += '\x1e';
        }
        setHash(key, text);
    }

    bool m_normal;
};

constexpr StepOption kKeepOption{.name = "keep",
    .kind = OptionKind::Choice,
    .fallback = "\"earliest\"",
    .title = "Keep",
    .help = "which row of a group stays: the first of the file, the longest, or the last",
    .choices = kKeepRules};

constexpr std::array kPromptOptions{
    StepOption{.name = "strict",
        .fallback = "false",
        .title = "First question only",
        .help = "a dialogue also goes when only its first question repeats an earlier one"},
    kKeepOption,
    StepOption{.name = "ignore_case", .fallback = "true", .title = "Ignore case", .help = ""},
    StepOption{
        .name = "ignore_accents", .fallback = "false", .title = "Ignore accents", .help = "é as e"},
    StepOption{.name = "ignore_punctuation",
        .fallback = "false",
        .title = "Ignore punctuation",
        .help = ""},
    StepOption{.name = "ignore_numbers",
        .fallback = "false",
        .title = "Ignore numbers",
        .help = "questions that differ in their numbers only count as one"}};

constexpr std::array kDialogueOptions{
    kKeepOption, StepOption{.name = "ignore_case_and_blanks",
                     .fallback = "false",
                     .title = "Ignore case and blanks",
                     .help = "compare in lower case with blanks collapsed"}};

} // namespace

constinit const StepType kDuplicatePrompts{.id = "duplicate_prompts",
    .title = "Repeated questions",
    .help =
        "Leaves one of the dialogues in which the user says the same, whatever the answers (the "
        "published rule for ShareGPT): all user turns, in compatibility form and lower case "
        "with blanks collapsed. The two answers of one comparison stay together.",
    .options = kPromptOptions,
    .summary =
        [](const Json& options) {
            return fmt::format("{}, keep the {}",
                options.at("strict").get<bool>() ? "first question" : "all questions",
                options.at("keep").get<std::string>());
        },
    .make = [](const Json& options, const StepContext& context) -> Result<std::unique_ptr<Step>> {
        return std::unique_ptr<Step>(std::make_unique<DuplicatePrompts>(options, context.rows));
    }};

constinit const StepType kDuplicateDialogues{.id = "duplicate_dialogues",
    .title = "Repeated dialogues",
    .help = "Leaves one of the rows whose system message, turns and label are all the same.",
    .options = kDialogueOptions,
    .summary =
        [](const Json& options) { return "keep the " + options.at("keep").get<std::string>(); },
    .make = [](const Json& options, const StepContext& context) -> Result<std::unique_ptr<Step>> {
        return std::unique_ptr<Step>(std::make_unique<DuplicateDialogues>(options, context.rows));
    }};

} // namespace koala
