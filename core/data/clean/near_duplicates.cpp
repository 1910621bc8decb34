// Rows whose words are nearly those of another.
#include <algorithm>
#include <array>

#include "core/data/clean/step.h"
#include "core/data/clean/steps_of_each_type.h"
#include "core/data/joined_text.h"
#include "core/metrics/min_hash.h"

namespace koala {
namespace {

constexpr std::array<std::string_view, 3> kKeepRules{"earliest", "longest", "latest"};
constexpr std::array<std::string_view, 2> kTexts{"any", "user"};

class NearDuplicateStep final : public Step {
public:
    NearDuplicateStep(const Json& options, const StepContext& context)
        : m_keep(options.at("keep").get<std::string>()),
          m_role(options.at("text").get<std::string>()),
          m_only(m_role == "user" ? std::optional(Role::User) : std::nullopt),
          m_options{.threshold = options.at("threshold").get<double>(),
              .words = options.at("words").get<std::size_t>(),
              .threads = context.threads},
          m_lengths(context.rows, 0),
          m_finder(std::make_unique<NearDuplicateFinder>(context.rows, m_options))
    {
    }
    bool gathers() const override { return true; }

    void gather(std::uint64_t row, const Conversation& conversation) override
    {
        const std::string text = joinedText(conversation.turns, m_only);
        m_lengths[row] = std::uint32_t(text.size());
        m_finder->add(row, text);
    }

    Result<std::vector<TakenRow>> decide(const CleaningRows& rows) override
    {
        const auto textOf = [&](std::uint64_t row) -> Result<std::string> {
            KOALA_TRY(const Conversation conversation, rows.read(row));
            return joinedText(conversation.turns, m_only);
        };
        KOALA_TRY(const NearDuplicates found, m_finder->find(textOf, rows.stop()));
        m_finder.reset();
        m_groups = found.groups.size();
        std::vector<TakenRow> taken;
        for (const std::vector<std::uint64_t>& group : found.groups) {
            m_largest = std::max<std::uint64_t>(m_largest, group.size());
            std::uint64_t kept = m_keep == "latest" ? group.back() : group.front();
            if (m_keep == "longest")
                for (const std::uint64_t row : group)
                    if (m_lengths[row] > m_lengths[kept])
                        kept = row;
            for (const std::uint64_t row : group)
                if (row != kept)
                    taken.push_back({row, kept});
        }
        std::sort(taken.begin(), taken.end(),
            [](const TakenRow& a, const TakenRow& b) { return a.row < b.row; });
        return taken;
    }

    StepExample explain(
        const TakenRow& taken, const Conversation& row, const Conversation& like) const override
    {
        StepExample example{.row = taken.row, .otherRow = taken.like};
        const JoinedTurns left = joinTurns(row, m_role);
        const JoinedTurns right = joinTurns(like, m_role);
        std::vector<std::uint32_t> a;
        std::vector<std::uint32_t> b;
        shinglesOf(left.text, m_options.words, a);
        shinglesOf(right.text, m_options.words, b);
        example.reason =
            fmt::format("{:.0f} % of the runs of {} words are those of row {}, the {} of "
                        "its group",
                100.0 * jaccard(a, b), m_options.words, taken.like + 1, m_keep);
        const CommonSpans spans = commonSpans(left.text, right.text, m_options.words);
        example.spans = left.spansOf(spans.left);
        example.otherSpans = right.spansOf(spans.right);
        return example;
    }

    std::vector<std::pair<std::string, std::string>> facts() const override
    {
        return {{"Groups found", std::to_string(m_groups)},
            {"Largest group", std::to_string(m_largest)}};
    }

private:
    std::string m_keep;
    std::string m_role;
    std::optional<Role> m_only;
    NearDuplicateOptions m_options;
    std::vector<std::uint32_t> m_lengths;
    std::unique_ptr<NearDuplicateFinder> m_finder;
    std::uint64_t m_groups = 0;
    std::uint64_t m_largest = 0;
};

constexpr std::array kOptions{StepOption{.name = "threshold",
                                  .kind = OptionKind::Number,
                                  .fallback = "0.8",
                                  .title = "Alike from",
                                  .help = "shared runs of words of all runs of words in both",
                                  .least = 0.3,
                                  .most = 1.0},
    StepOption{.name = "words",
        .kind = OptionKind::Number,
        .fallback = "5",
        .title = "Words in a run",
        .help = "longer runs ask for more of the order to agree",
        .least = 1,
        .most = 20},
    StepOption{.name = "text",
        .kind = OptionKind::Choice,
        .fallback = "\"any\"",
        .title = "Compare",
        .help = "the whole dialogue, or what the user says",
        .choices = kTexts},
    StepOption{.name = "keep",
        .kind = OptionKind::Choice,
        .fallback = "\"earliest\"",
        .title = "Keep",
        .help = "which row of a group stays",
        .choices = kKeepRules}};

} // namespace

constinit const StepType kNearDuplicates{.id = "near_duplicates",
    .title = "Near duplicates",
    .help = "Groups rows whose texts are nearly the same (MinHash over runs of words, checked "
            "exactly) and leaves one of each group. Rows of a group may be alike through a third.",
    .options = kOptions,
    .summary =
        [](const Json& options) {
            return fmt::format("alike from {:.0f} %, keep the {}",
                100.0 * options.at("threshold").get<double>(),
                options.at("keep").get<std::string>());
        },
    .make = [](const Json& options, const StepContext& context) -> Result<std::unique_ptr<Step>> {
        return std::unique_ptr<Step>(std::make_unique<NearDuplicateStep>(options, context));
    }};

} // namespace koala
