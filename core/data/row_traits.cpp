#include "core/data/row_traits.h"

#include "core/data/joined_text.h"
#include "core/metrics/language.h"

namespace koala {
namespace {

bool holdsAny(std::string_view text, std::span<const std::string_view> needles)
{
    return std::ranges::any_of(needles,
        [&](std::string_view needle) { return text.find(needle) != std::string_view::npos; });
}

bool isAsciiLetter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// "<p>", "</div>", "<br/>", "<span class=…>", "&nbsp;": a tag name right after "<", closed within
// 200 bytes, or an entity. "a < b" and "<3" are none.
bool holdsHtml(std::string_view text)
{
    for (std::size_t at = text.find('<'); at != std::string_view::npos;
        at = text.find('<', at + 1)) {
        std::size_t name = at + 1;
        if (name < text.size() && text[name] == '/')
            ++name;
        std::size_t end = name;
        while (end < text.size() && end - name < 12 &&
               (isAsciiLetter(text[end]) || (end > name && text[end] >= '1' && text[end] <= '6')))
            ++end;
        static constexpr std::array<std::string_view, 30> kTags{"a", "b", "i", "p", "br", "hr",
            "h1", "h2", "h3", "h4", "li", "ol", "ul", "td", "th", "tr", "div", "img", "pre", "code",
            "span", "body", "html", "head", "table", "tbody", "thead", "script", "button",
            "strong"};
        if (std::ranges::find(kTags, text.substr(name, end - name)) == kTags.end())
            continue;
        const std::size_t close = text.find_first_of("<>", end);
        if (close != std::string_view::npos && text[close] == '>' && close - at < 200)
            return true;
    }
    static constexpr std::array<std::string_view, 5> kEntities{
        "&nbsp;", "&lt;", "&gt;", "&amp;", "&quot;"};
    return holdsAny(text, kEntities);
}

// "2 / 2" on a line of its own, as the page counts the versions of an answer.
bool holdsPageCounter(std::string_view text)
{
    for (std::size_t slash = text.find('/'); slash != std::string_view::npos;
        slash = text.find('/', slash + 1)) {
        if (slash == 0 || text[slash - 1] != ' ' || !text.substr(slash + 1).starts_with(' '))
            continue;
        std::size_t begin = slash - 1;
        std::size_t end = slash + 2;
        while (begin > 0 && text[begin - 1] >= '0' && text[begin - 1] <= '9')
            --begin;
        while (end < text.size() && text[end] >= '0' && text[end] <= '9')
            ++end;
        if (begin < slash - 1 && end > slash + 2 && (begin == 0 || text[begin - 1] == '\n') &&
            (end == text.size() || text[end] == '\n'))
            return true;
    }
    return false;
}

std::uint32_t flagsOfText(std::string_view text)
{
    static constexpr std::array<std::string_view, 4> kLeftovers{
        "Copy code", "Share Prompt", "Regenerate response", "지금 번역하기"};
    static constexpr std::array<std::string_view, 8> kControl{"<s>", "</s>", "[INST]", "[/INST]",
        "<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|eot_id|>"};
    std::uint32_t flags = 0;
    if (text.find("```") != std::string_view::npos)
        flags |= std::uint32_t(RowFlag::Code);
    const bool less = text.find('<') != std::string_view::npos;
    if ((less || text.find('&') != std::string_view::npos) && holdsHtml(text))
        flags |= std::uint32_t(RowFlag::Html);
    if (holdsAny(text, kLeftovers) || holdsPageCounter(text))
        flags |= std::uint32_t(RowFlag::PageLeftovers);
    if ((less || text.find('[') != std::string_view::npos) && holdsAny(text, kControl))
        flags |= std::uint32_t(RowFlag::ControlMarks);
    return flags;
}

// The record's own tag, else what the user's text is in; "" where that is not clear.
std::string languageOf(const RowTexts& texts)
{
    if (!texts.language().empty())
        return std::string(texts.language().substr(0, 8));
    const DetectedLanguage found = detectLanguage(joinedText(texts.turns(), Role::User));
    return found.reliable && found.code != "un" ? found.code.substr(0, 8) : std::string();
}

} // namespace

std::string_view rowFlagName(RowFlag flag)
{
    switch (flag) {
    case RowFlag::Code:
        return "code";
    case RowFlag::Html:
        return "html";
    case RowFlag::PageLeftovers:
        return "page_leftovers";
    case RowFlag::ControlMarks:
        return "control_marks";
    case RowFlag::SystemMessage:
        return "system_message";
    case RowFlag::ContextTurn:
        return "context_turn";
    case RowFlag::ToolTurn:
        return "tool_turn";
    case RowFlag::SameRoleTwice:
        return "same_role_twice";
    case RowFlag::UntrainedAnswer:
        return "untrained_answer";
    }
    return "";
}

RowTraits traitsOf(const RowTexts& texts)
{
    RowTraits traits;
    traits.language = languageOf(texts);
    std::uint32_t& flags = traits.flags;
    if (!texts.system().empty())
        flags |= std::uint32_t(RowFlag::SystemMessage) | flagsOfText(texts.system());
    std::optional<Role> before;
    for (const RowText& turn : texts.turns()) {
        flags |= flagsOfText(turn.text);
        if (turn.role == Role::Context)
            flags |= std::uint32_t(RowFlag::ContextTurn);
        if (turn.role == Role::Tool)
            flags |= std::uint32_t(RowFlag::ToolTurn);
        if (turn.role == Role::Assistant && !turn.trained)
            flags |= std::uint32_t(RowFlag::UntrainedAnswer);
        if (before == turn.role)
            flags |= std::uint32_t(RowFlag::SameRoleTwice);
        before = turn.role;
    }
    return traits;
}

} // namespace koala
