// Toxic and adversarial rows, marked rather than taken.
#include <array>
#include <atomic>

#include "core/data/clean/step.h"
#include "core/data/clean/steps_of_each_type.h"

namespace koala {
namespace {

constexpr std::array<std::string_view, 2> kActions{"tag", "drop"};

// Words and phrases that are seldom said kindly, and requests that red teams make. Short on
// purpose.
constexpr std::array kWords{"asshole", "assholes", "bastard", "bastards", "bitch", "bitches",
    "bullshit", "cunt", "cunts", "dickhead", "dumbass", "faggot", "faggots", "fuck", "fucked",
    "fucker", "fuckers", "fucking", "fucks", "motherfucker", "nigger", "niggers", "retard",
    "retards", "scumbag", "shithead", "slut", "sluts", "whore", "whores", "kill myself",
    "kill yourself", "kill all", "how to kill", "make a bomb", "build a bomb", "make meth",
    "cook meth", "commit suicide", "rob a bank", "hide a body", "hide a dead body",
    "poison someone", "ignore all previous instructions", "ignore previous instructions",
    "do anything now"};

// What the sources themselves may say, in tags or meta.
constexpr std::array kFlags{
    "toxic", "flagged", "harmful", "unsafe", "adversarial", "red_team", "redteam", "nsfw"};

class ToxicStep final : public Step {
public:
    explicit ToxicStep(const Json& options)
        : m_drops(options.at("action") == "drop"), m_flags(options.at("source_flags").get<bool>())
    {
        if (options.at("word_list").get<bool>())
            for (const char* words : kWords)
                addPhrase(words);
        for (const std::string& words : textList(options.at("more_words")))
            addPhrase(words);
    }

    RowVerdict apply(std::uint64_t, Conversation& conversation) override
    {
        RowVerdict verdict;
        for (std::uint32_t i = 0; i < conversation.turns.size(); ++i)
            findPhrases(conversation.turns[i].text, i, verdict.example);
        const bool byWords = !verdict.example.spans.empty();
        const std::string flag = m_flags ? flagOf(conversation) : "";
        if (!byWords && flag.empty())
            return verdict;
        m_byWords += byWords;
        m_byFlag += !flag.empty();
        if (byWords) {
            const TextSpan& span = verdict.example.spans.front();
            verdict.example.reason =
                "holds \"" +
                conversation.turns[span.turn].text.substr(span.begin, span.end - span.begin) + "\"";
        } else {
            verdict.example.reason = "its source says \"" + flag + "\"";
        }
        verdict.take = m_drops;
        verdict.tagged = !m_drops;
        if (!m_drops)
            conversation.tags["toxic"] = byWords ? "words" : "source";
        return verdict;
    }

    std::vector<std::pair<std::string, std::string>> facts() const override
    {
        return {{"Rows with words of the list", std::to_string(m_byWords.load())},
            {"Rows flagged by their source", std::to_string(m_byFlag.load())}};
    }

private:
    void addPhrase(std::string_view phrase)
    {
        std::vector<Word> words;
        std::vector<std::uint64_t> hashes;
        splitWords(phrase, words);
        if (words.empty())
            return;
        hashNgrams(words, words.size(), hashes);
        if (m_phrases.size() < words.size())
            m_phrases.resize(words.size());
        m_phrases[words.size() - 1].insert(hashes.front());
    }

    void findPhrases(std::string_view text, std::uint32_t turn, StepExample& example) const
    {
        thread_local std::vector<Word> words;
        thread_local std::vector<std::uint64_t> hashes;
        splitWords(text, words);
        for (std::size_t n = 1; n <= m_phrases.size(); ++n) {
            if (m_phrases[n - 1].empty())
                continue;
            hashNgrams(words, n, hashes);
            for (std::size_t i = 0; i < hashes.size(); ++i)
                if (m_phrases[n - 1].contains(hashes[i]))
                    example.spans.push_back({turn, words[i].begin, words[i + n - 1].end});
        }
    }

    static std::string flagOf(const Conversation& conversation)
    {
        for (const Json* object : {&conversation.tags, &conversation.meta})
            for (const char* flag : kFlags)
                if (const Json& value = memberOr(*object, flag);
                    value.is_boolean() && value.get<bool>())
                    return flag;
        return "";
    }

    bool m_drops;
    bool m_flags;
    std::vector<boost::unordered_flat_set<std::uint64_t>> m_phrases; // by their number of words
    std::atomic<std::uint64_t> m_byWords = 0;
    std::atomic<std::uint64_t> m_byFlag = 0;
};

constexpr std::array kOptions{
    StepOption{.name = "action",
        .kind = OptionKind::Choice,
        .fallback = "\"tag\"",
        .title = "Such rows",
        .help = "stay with the tag \"toxic\", as the published recipe has it, or go",
        .choices = kActions},
    StepOption{.name = "word_list",
        .fallback = "true",
        .title = "Built-in list",
        .help = "a short list of English insults and of requests that red teams make"},
    StepOption{.name = "more_words",
        .kind = OptionKind::List,
        .fallback = "[]",
        .title = "More words",
        .help = "words or phrases of your own, in any language"},
    StepOption{.name = "source_flags",
        .fallback = "true",
        .title = "Flags of the source",
        .help = "rows whose own tags or meta data say toxic, harmful, adversarial or the like"}};

} // namespace

constinit const StepType kToxic{.id = "toxic",
    .title = "Toxic or adversarial",
    .help =
        "Marks rows by a word list and by what their source says. A word list understands nothing: "
        "it misses polite malice and marks texts about the subject, so look at the examples. Kept "
        "by default: the Koala recipe trains on how to answer such requests.",
    .options = kOptions,
    .summary = [](const Json& options) { return options.at("action").get<std::string>(); },
    .make = [](const Json& options, const StepContext&) -> Result<std::unique_ptr<Step>> {
        return std::unique_ptr<Step>(std::make_unique<ToxicStep>(options));
    }};

} // namespace koala
