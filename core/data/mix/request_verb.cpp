#include "core/data/mix/request_verb.h"

#include <algorithm>
#include <array>
#include <vector>

namespace koala {
namespace {

// Sorted: looked up by halves. Verbs that requests begin with.
constexpr auto kVerbs = std::to_array<std::string_view>({"act", "add", "analyse", "analyze",
    "answer", "arrange", "ask", "assign", "assume", "brainstorm", "build", "calculate",
    "categorize", "change", "check", "choose", "classify", "combine", "come", "compare", "compile",
    "complete", "compose", "compute", "consider", "construct", "continue", "convert", "correct",
    "count", "create", "criticize", "debug", "define", "demonstrate", "describe", "design",
    "detect", "determine", "develop", "devise", "discuss", "divide", "draft", "draw", "edit",
    "elaborate", "estimate", "evaluate", "examine", "expand", "explain", "explore", "express",
    "extract", "fill", "find", "fix", "format", "formulate", "generate", "get", "give", "go",
    "group", "guess", "help", "highlight", "identify", "imagine", "implement", "improve", "infer",
    "insert", "interpret", "introduce", "invent", "investigate", "keep", "label", "let", "list",
    "look", "make", "match", "modify", "multiply", "name", "offer", "optimize", "order", "organize",
    "outline", "paraphrase", "perform", "pick", "plan", "predict", "prepare", "present", "pretend",
    "produce", "propose", "prove", "provide", "rank", "rate", "read", "recommend", "refactor",
    "remove", "rename", "reorder", "rephrase", "replace", "reply", "report", "research", "respond",
    "restate", "retrieve", "review", "revise", "rewrite", "say", "search", "select", "shorten",
    "show", "simplify", "simulate", "solve", "sort", "specify", "split", "state", "substitute",
    "suggest", "summarise", "summarize", "take", "talk", "teach", "tell", "think", "transform",
    "translate", "try", "turn", "update", "use", "verify", "visualize", "write"});
static_assert(std::ranges::is_sorted(kVerbs));

// Passed over on the way to an object: articles, pronouns, prepositions, numbers and the adjectives
// that requests are fond of.
constexpr auto kPassedOver = std::to_array<std::string_view>({"a", "about", "all", "an", "and",
    "another", "any", "appropriate", "as", "at", "basic", "best", "better", "between", "big",
    "brief", "by", "common", "complete", "complex", "correct", "creative", "current", "detailed",
    "different", "each", "every", "few", "fictional", "first", "five", "following", "for", "four",
    "from", "full", "funny", "given", "good", "great", "her", "high", "him", "his", "how", "if",
    "important", "in", "interesting", "into", "it", "its", "large", "list", "long", "main", "many",
    "me", "more", "most", "my", "new", "of", "on", "one", "or", "original", "other", "our", "out",
    "own", "possible", "professional", "random", "real", "same", "several", "short", "simple",
    "single", "small", "some", "something", "ten", "that", "the", "their", "them", "these", "this",
    "those", "three", "to", "two", "unique", "up", "us", "various", "very", "what", "which", "with",
    "you", "your"});
static_assert(std::ranges::is_sorted(kPassedOver));

constexpr auto kPolite =
    std::to_array<std::string_view>({"also", "can", "could", "hello", "hey", "hi", "i", "kindly",
        "like", "need", "now", "please", "then", "to", "want", "will", "would", "you"});
static_assert(std::ranges::is_sorted(kPolite));

template <std::size_t N>
bool lists(const std::array<std::string_view, N>& words, std::string_view word)
{
    return std::ranges::binary_search(words, word);
}

// Words of the first sentence, in lower case; letters of other scripts end it.
std::vector<std::string> openingWords(std::string_view text)
{
    constexpr std::size_t kMost = 16;
    std::vector<std::string> words;
    std::string word;
    bool broken = false; // a colon or comma: what comes after is no object
    for (std::size_t i = 0; i <= text.size() && words.size() < kMost; ++i) {
        const char c = i < text.size() ? text[i] : '\n';
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '\'' ||
            (c == '-' && !word.empty())) {
            word += char(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
            continue;
        }
        if (!word.empty())
            words.push_back(std::exchange(word, {}));
        broken =
            c == '\n' || c == '.' || c == '?' || c == ':' || static_cast<unsigned char>(c) >= 0x80;
        if (broken && !words.empty())
            break;
    }
    return words;
}

} // namespace

VerbAndObject verbOf(std::string_view request)
{
    const std::vector<std::string> words = openingWords(request.substr(0, 400));
    std::size_t at = 0;
    while (at < words.size() && lists(kPolite, words[at]))
        ++at;
    VerbAndObject found;
    if (at == words.size() || !lists(kVerbs, words[at]))
        return found;
    found.verb = words[at];
    for (++at; at < words.size(); ++at)
        if (words[at].size() > 1 && !lists(kPassedOver, words[at])) {
            found.object = words[at];
            break;
        }
    return found;
}

} // namespace koala
