// What the web page that dialogues were copied from left in their texts.
#include <array>
#include <atomic>

#include <re2/re2.h>

#include "core/data/clean/step.h"
#include "core/data/clean/steps_of_each_type.h"

namespace koala {
namespace {

std::uint64_t replaceAll(std::string& text, std::string_view from, std::string_view to)
{
    std::uint64_t count = 0;
    for (std::size_t at = text.find(from); at != std::string::npos;
        at = text.find(from, at + to.size()), ++count)
        text.replace(at, from.size(), to);
    return count;
}

// Removes a label at the very end, with the blanks around it.
bool dropEnd(std::string& text, std::string_view label)
{
    std::size_t end = text.find_last_not_of(" \t\r\n");
    if (end == std::string::npos || !std::string_view(text).substr(0, end + 1).ends_with(label))
        return false;
    text.resize(end + 1 - label.size());
    end = text.find_last_not_of(" \t\r\n");
    text.resize(end == std::string::npos ? 0 : end + 1);
    return true;
}

enum Leftover { CopyCode, Counter, SharePrompt, Translate, CopyCount, LineBreak, Html, kLeftovers };
constexpr std::array<std::string_view, kLeftovers> kFactNames{"\"Copy code\" lines",
    "Page counters", "\"Share Prompt\" endings", "Korean translation labels", "Copy counts",
    "Literal <br>", "div and span tags"};

class PageLeftoverStep final : public Step {
public:
    explicit PageLeftoverStep(const Json& options)
    {
        constexpr std::array<const char*, kLeftovers> kNames{"copy_code", "page_counters",
            "share_prompt", "translate_label", "copy_counts", "line_breaks", "html_tags"};
        for (std::size_t i = 0; i < kLeftovers; ++i)
            m_on[i] = options.at(kNames[i]).get<bool>();
    }

    RowVerdict apply(std::uint64_t, Conversation& conversation) override
    {
        RowVerdict verdict;
        for (std::uint32_t i = 0; i < conversation.turns.size(); ++i) {
            Turn& turn = conversation.turns[i];
            std::string text = turn.text;
            const std::string reason = clean(text, turn.role);
            if (reason.empty())
                continue;
            if (!verdict.edited)
                verdict.example.reason = fmt::format("{} in turn {}", reason, i);
            addBefore(verdict.example, turn.text, text);
            verdict.edited = true;
            turn.text = std::move(text);
        }
        return verdict;
    }

    std::vector<std::pair<std::string, std::string>> facts() const override
    {
        std::vector<std::pair<std::string, std::string>> list;
        for (std::size_t i = 0; i < kLeftovers; ++i)
            if (m_on[i])
                list.emplace_back(kFactNames[i], std::to_string(m_counts[i].load()));
        return list;
    }

private:
    std::string clean(std::string& text, Role role)
    {
        std::string reason;
        const auto found = [&](Leftover what, std::uint64_t count) {
            if (count == 0)
                return;
            m_counts[what] += count;
            reason += (reason.empty() ? "" : ", ") + std::string(kFactNames[what]);
        };
        static const RE2 counter("^\\d+ / \\d+\\s*");
        static const RE2 copyCount("Copy\\d+ chars / \\d+ words");
        static const RE2 lineBreak("(?i)<br\\s*/?>");
        static const RE2 html("(?i)</?(?:div|span)(?:\\s[^<>]*)?>");
        // Published (Koala's pipeline): answers only, the exact line. The language's name stays.
        if (m_on[CopyCode] && role == Role::Assistant)
            found(CopyCode, replaceAll(text, "\nCopy code\n", "\n\n"));
        if (m_on[Counter])
            found(Counter, std::uint64_t(RE2::Replace(&text, counter, "")));
        if (m_on[SharePrompt])
            found(SharePrompt, std::uint64_t(dropEnd(text, "Share Prompt")));
        if (m_on[Translate])
            found(Translate, std::uint64_t(dropEnd(text, "지금 번역하기")));
        if (m_on[CopyCount] && text.find(" chars / ") != std::string::npos)
            found(CopyCount, std::uint64_t(RE2::GlobalReplace(&text, copyCount, "")));
        if (m_on[LineBreak] && text.find('<') != std::string::npos)
            found(LineBreak, std::uint64_t(RE2::GlobalReplace(&text, lineBreak, "\n")));
        if (m_on[Html] && text.find('<') != std::string::npos)
            found(Html, std::uint64_t(RE2::GlobalReplace(&text, html, "")));
        return reason;
    }

    std::array<bool, kLeftovers> m_on{};
    std::array<std::atomic<std::uint64_t>, kLeftovers> m_counts{};
};

constexpr std::array kOptions{
    StepOption{.name = "copy_code",
        .fallback = "true",
        .title = "\"Copy code\" lines",
        .help = "the button's line inside answers becomes an empty line; the language above stays"},
    StepOption{.name = "page_counters",
        .fallback = "true",
        .title = "Page counters",
        .help = "\"2 / 2\" at the beginning of a turn"},
    StepOption{.name = "share_prompt",
        .fallback = "true",
        .title = "\"Share Prompt\"",
        .help = "a button's label at the end of a turn"},
    StepOption{.name = "translate_label",
        .fallback = "true",
        .title = "\"지금 번역하기\"",
        .help = "a Korean button's label (\"translate now\") at the end of a turn"},
    StepOption{.name = "copy_counts",
        .fallback = "true",
        .title = "\"Copy123 chars / 4 words\"",
        .help = ""},
    StepOption{.name = "line_breaks",
        .fallback = "false",
        .title = "Literal <br>",
        .help = "becomes a line end; off, since texts about HTML hold it on purpose"},
    StepOption{.name = "html_tags",
        .fallback = "false",
        .title = "div and span tags",
        .help = "the tags go, what they hold stays; off for the same reason"}};

} // namespace

constinit const StepType kPageLeftovers{.id = "page_leftovers",
    .title = "Page leftovers",
    .help = "Removes labels and counters of the web page that dialogues were copied from. Edits "
            "texts; takes no rows.",
    .options = kOptions,
    .summary =
        [](const Json& options) {
            std::size_t on = 0;
            for (const Json& value : options)
                on += value.get<bool>();
            return fmt::format("{} of {} kinds", on, kOptions.size());
        },
    .make = [](const Json& options, const StepContext&) -> Result<std::unique_ptr<Step>> {
        return std::unique_ptr<Step>(std::make_unique<PageLeftoverStep>(options));
    }};

} // namespace koala
