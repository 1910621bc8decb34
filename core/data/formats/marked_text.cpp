#include "core/data/formats/marked_text.h"

#include <array>

namespace koala {
namespace {

constexpr std::array kMarks{
    SpeakerMarks{"<human>:", "<bot>:", true},
    SpeakerMarks{"<|user|>:", "<|bot|>:", true},
    SpeakerMarks{"<|user|>", "<|assistant|>", true},
    SpeakerMarks{"<|prompter|>", "<|assistant|>", true},
    SpeakerMarks{"### Human:", "### Assistant:", false},
    SpeakerMarks{"### User:", "### Assistant:", false},
    SpeakerMarks{"Human:", "Assistant:", false},
    SpeakerMarks{"Human:", "AI:", false},
    SpeakerMarks{"User:", "Assistant:", false},
    SpeakerMarks{"User:", "Bot:", false},
    SpeakerMarks{"User:", "AI:", false},
    SpeakerMarks{"USER:", "ASSISTANT:", false},
    SpeakerMarks{"You:", "ChatGPT:", false},
};

std::size_t findMark(std::string_view text, std::string_view mark, bool anywhere, std::size_t from)
{
    for (std::size_t at = text.find(mark, from); at != std::string_view::npos;
        at = text.find(mark, at + 1))
        if (anywhere || at == 0 || text[at - 1] == '\n')
            return at;
    return std::string_view::npos;
}

std::string_view trimmed(std::string_view text)
{
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") + 1 - first);
}

} // namespace

std::optional<SpeakerMarks> marksOf(std::string_view text)
{
    for (const SpeakerMarks& marks : kMarks)
        if (findMark(text, marks.user, marks.anywhere, 0) != std::string_view::npos &&
            findMark(text, marks.assistant, marks.anywhere, 0) != std::string_view::npos)
            return marks;
    const std::string_view start = trimmed(text);
    for (const SpeakerMarks& marks : kMarks)
        if (start.starts_with(marks.user) || start.starts_with(marks.assistant))
            return marks;
    return std::nullopt;
}

std::vector<Turn> cutAtMarks(
    std::string_view text, const SpeakerMarks& marks, std::string_view& before)
{
    std::vector<Turn> turns;
    std::size_t begin = 0; // of the text of the turn that is open
    std::optional<Role> open;
    for (std::size_t at = 0;;) {
        const std::size_t user = findMark(text, marks.user, marks.anywhere, at);
        const std::size_t bot = findMark(text, marks.assistant, marks.anywhere, at);
        const std::size_t next = std::min(user, bot);
        const std::size_t end = next == std::string_view::npos ? text.size() : next;
        const std::string_view words = trimmed(text.substr(begin, end - begin));
        if (open)
            turns.push_back({*open, std::string(words), *open == Role::Assistant});
        else
            before = words;
        if (next == std::string_view::npos)
            return turns;
        open = user < bot ? Role::User : Role::Assistant;
        begin = next + (user < bot ? marks.user.size() : marks.assistant.size());
        at = begin;
    }
}

} // namespace koala
