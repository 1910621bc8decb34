// Rows by the language of their text.
#include <algorithm>
#include <array>
#include <map>
#include <mutex>

#include "core/data/clean/step.h"
#include "core/data/clean/steps_of_each_type.h"
#include "core/data/joined_text.h"
#include "core/metrics/language.h"

namespace koala {
namespace {

constexpr std::array<std::string_view, 2> kModes{"keep", "drop"};
constexpr std::array<std::string_view, 2> kTexts{"user", "any"};

class LanguageStep final : public Step {
public:
    explicit LanguageStep(const Json& options)
        : m_languages(textList(options.at("languages"))), m_keeps(options.at("mode") == "keep"),
          m_unknownStays(options.at("unknown") == "keep"),
          m_leastShare(options.at("least_share").get<double>()),
          m_only(options.at("text") == "user" ? std::optional(Role::User) : std::nullopt)
    {
    }

    RowVerdict apply(std::uint64_t, Conversation& conversation) override
    {
        const DetectedLanguage found = detectLanguage(joinedText(conversation.turns, m_only));
        RowVerdict verdict;
        const bool unknown = found.code == "un" || found.share < m_leastShare;
        verdict.take = unknown ? !m_unknownStays : isListed(found.code) != m_keeps;
        if (verdict.take) {
            verdict.example.reason =
                unknown ? "no language is clear enough"
                        : fmt::format("{} ({:.0f} % of the text)", found.code, 100.0 * found.share);
            const std::scoped_lock lock(m_mutex);
            ++m_taken[unknown ? "unclear" : found.code];
        }
        return verdict;
    }

    std::vector<std::pair<std::string, std::string>> facts() const override
    {
        std::vector<std::pair<std::string, std::string>> list;
        for (const auto& [code, count] : m_taken)
            list.emplace_back("Taken: " + code, std::to_string(count));
        return list;
    }

private:
    // "zh" stands for "zh-Hant" too.
    bool isListed(const std::string& code) const
    {
        const std::string base = code.substr(0, code.find('-'));
        return std::any_of(m_languages.begin(), m_languages.end(),
            [&](const std::string& language) { return language == code || language == base; });
    }

    std::vector<std::string> m_languages;
    bool m_keeps;
    bool m_unknownStays;
    double m_leastShare;
    std::optional<Role> m_only;
    std::mutex m_mutex;
    std::map<std::string, std::uint64_t> m_taken;
};

constexpr std::array kOptions{StepOption{.name = "languages",
                                  .kind = OptionKind::List,
                                  .fallback = "[\"en\"]",
                                  .title = "Languages",
                                  .help = "codes as en, de, zh"},
    StepOption{.name = "mode",
        .kind = OptionKind::Choice,
        .fallback = "\"keep\"",
        .title = "These are",
        .help = "kept, all others go; or dropped, all others stay",
        .choices = kModes},
    StepOption{.name = "unknown",
        .kind = OptionKind::Choice,
        .fallback = "\"keep\"",
        .title = "Unclear texts",
        .help = "a few words or numbers seldom tell their language",
        .choices = kModes},
    StepOption{.name = "least_share",
        .kind = OptionKind::Number,
        .fallback = "0.5",
        .title = "Clear from",
        .help = "share of the text that must be in the language",
        .most = 1.0},
    StepOption{.name = "text",
        .kind = OptionKind::Choice,
        .fallback = "\"user\"",
        .title = "Look at",
        .help = "what the user says, or the whole dialogue",
        .choices = kTexts}};

} // namespace

constinit const StepType kLanguage{.id = "language",
    .title = "Language",
    .help = "Keeps or drops languages, told by CLD2 from what the user says. Works offline.",
    .options = kOptions,
    .summary =
        [](const Json& options) {
            std::string list;
            for (const std::string& code : textList(options.at("languages")))
                list += (list.empty() ? " " : ", ") + code;
            return options.at("mode").get<std::string>() + list;
        },
    .make = [](const Json& options, const StepContext&) -> Result<std::unique_ptr<Step>> {
        return std::unique_ptr<Step>(std::make_unique<LanguageStep>(options));
    }};

} // namespace koala
