// Rows that mention what they should not.
#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <mutex>

#include "core/data/clean/step.h"
#include "core/data/clean/steps_of_each_type.h"

namespace koala {
namespace {

constexpr std::array<std::string_view, 3> kRoles{"any", "user", "assistant"};
constexpr std::array<std::string_view, 2> kActions{"drop", "tag"};

// Letter by letter for ASCII, so that places in the text stay what they are.
std::string lowered(std::string text)
{
    for (char& c : text)
        c = c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
    return text;
}

bool isWordByte(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           static_cast<unsigned char>(c) >= 0x80;
}

class KeywordStep final : public Step {
public:
    explicit KeywordStep(const Json& options)
        : m_role(options.at("roles").get<std::string>()), m_tags(options.at("action") == "tag"),
          m_wholeWords(options.at("whole_words").get<bool>())
    {
        for (std::string& word : textList(options.at("words")))
            if (!word.empty())
                m_words.push_back(lowered(word));
    }

    RowVerdict apply(std::uint64_t, Conversation& conversation) override
    {
        RowVerdict verdict;
        std::string found;
        for (std::uint32_t i = 0; i < conversation.turns.size(); ++i) {
            if (!hasRole(conversation.turns[i], m_role))
                continue;
            const std::string text = lowered(conversation.turns[i].text);
            for (const std::string& word : m_words)
                if (const std::size_t at = find(text, word); at != std::string::npos) {
                    verdict.example.spans.push_back(
                        {i, std::uint32_t(at), std::uint32_t(at + word.size())});
                    if (found.empty())
                        found = word;
                }
        }
        if (found.empty())
            return verdict;
        verdict.example.reason = fmt::format("holds \"{}\"", found);
        verdict.take = !m_tags;
        if (m_tags && conversation.tags.value("keyword", "") != found) {
            conversation.tags["keyword"] = found;
            verdict.tagged = true;
        }
        const std::scoped_lock lock(m_mutex);
        ++m_hits[found];
        return verdict;
    }

    std::vector<std::pair<std::string, std::string>> facts() const override
    {
        std::vector<std::pair<std::string, std::string>> list;
        for (const auto& [word, count] : m_hits)
            list.emplace_back("Rows with \"" + word + "\"", std::to_string(count));
        return list;
    }

private:
    std::size_t find(const std::string& text, const std::string& word) const
    {
        for (std::size_t at = text.find(word); at != std::string::npos;
            at = text.find(word, at + 1)) {
            const std::size_t end = at + word.size();
            if (!m_wholeWords || ((at == 0 || !isWordByte(text[at - 1])) &&
                                     (end == text.size() || !isWordByte(text[end]))))
                return at;
        }
        return std::string::npos;
    }

    std::vector<std::string> m_words;
    std::string m_role;
    bool m_tags;
    bool m_wholeWords;
    std::mutex m_mutex;
    std::map<std::string, std::uint64_t> m_hits; // by the first word found
};

constexpr std::array kOptions{
    StepOption{.name = "words",
        .kind = OptionKind::List,
        .fallback =
            "[\"openai\",\"chatgpt\",\"gpt-3\",\"chadgpt\",\"gpt3\",\"chat-gpt\",\"open-ai\","
            "\"open ai\"]",
        .title = "Words",
        .help = "the list that Koala's pipeline used on ShareGPT, or your own"},
    StepOption{.name = "roles",
        .kind = OptionKind::Choice,
        .fallback = "\"any\"",
        .title = "In the turns of",
        .help = "",
        .choices = kRoles},
    StepOption{.name = "action",
        .kind = OptionKind::Choice,
        .fallback = "\"drop\"",
        .title = "Such rows",
        .help = "go, or stay with the tag \"keyword\"",
        .choices = kActions},
    StepOption{.name = "whole_words",
        .fallback = "false",
        .title = "Whole words only",
        .help = "the published rule finds them inside longer words too"}};

} // namespace

constinit const StepType kKeywords{.id = "keywords",
    .title = "Keywords",
    .help = "Takes whole dialogues in which any turn holds one of the words, in any case.",
    .options = kOptions,
    .summary =
        [](const Json& options) {
            const std::size_t count = options.at("words").size();
            return fmt::format("{} {} {}", options.at("action").get<std::string>(), count,
                count == 1 ? "word" : "words");
        },
    .make = [](const Json& options, const StepContext&) -> Result<std::unique_ptr<Step>> {
        return std::unique_ptr<Step>(std::make_unique<KeywordStep>(options));
    }};

} // namespace koala
