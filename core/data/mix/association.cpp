#include "core/data/mix/association.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>

#include "core/base/utf8.h"
#include "core/stats/interval.h"

namespace koala {
namespace {

enum Feature : std::size_t {
    Longer,
    List,
    Code,
    Markup,
    Cites,
    Question,
    Refuses,
    Praises,
    kCount
};

constexpr std::array<AnswerFeature, kCount> kFeatures{{
    {"longer", "longer than the median answer; in a pair, the longer one"},
    {"list", "has a list: two lines or more that begin with a bullet or a number"},
    {"code", "has a fenced block of code"},
    {"markup", "has headings or bold text in Markdown"},
    {"cites", "names a source: a link, or [1]"},
    {"question", "ends with a question"},
    {"refuses", "refuses or speaks of itself: \"I'm sorry\", \"I cannot\", \"as an AI\""},
    {"praises", "opens with agreement: \"Sure\", \"Certainly\", \"Of course\", \"Great\""},
}};

std::string lowered(std::string_view text)
{
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z')
            c = char(c - 'A' + 'a');
    return out;
}

bool startsItem(std::string_view line)
{
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.starts_with("- ") || line.starts_with("* ") || line.starts_with("• "))
        return true;
    const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
    return digits > 0 && digits <= 3 && line.size() > digits + 1 &&
           (line[digits] == '.' || line[digits] == ')') && line[digits + 1] == ' ';
}

struct Lines {
    int items = 0;
    bool heading = false;
};

Lines linesOf(std::string_view text)
{
    Lines lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        lines.items += startsItem(line) ? 1 : 0;
        const std::size_t hashes = std::min(line.find_first_not_of('#'), line.size());
        lines.heading |= hashes > 0 && hashes <= 6 && hashes < line.size() && line[hashes] == ' ';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

bool holds(std::string_view text, std::initializer_list<std::string_view> words)
{
    return std::any_of(words.begin(), words.end(),
        [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

bool hasBold(std::string_view text)
{
    const std::size_t open = text.find("**");
    return open != std::string_view::npos && text.find("**", open + 2) != std::string_view::npos;
}

bool hasReference(std::string_view text)
{
    for (std::size_t at = text.find('['); at != std::string_view::npos;
        at = text.find('[', at + 1)) {
        const std::size_t end = text.find_first_not_of("0123456789", at + 1);
        if (end != std::string_view::npos && end > at + 1 && text[end] == ']')
            return true;
    }
    return false;
}

std::uint32_t featuresOf(std::string_view text)
{
    const std::string low = lowered(text);
    const std::size_t last = low.find_last_not_of(" \t\r\n");
    const std::size_t first = std::min(low.find_first_not_of(" \t\r\n"), low.size());
    const std::string_view opening = std::string_view(low).substr(first, 24);
    const Lines lines = linesOf(text);
    const auto starts = [&](std::string_view word) { return opening.starts_with(word); };
    std::uint32_t bits = 0;
    const auto set = [&](Feature feature, bool has) { bits |= std::uint32_t(has) << feature; };
    set(List, lines.items >= 2);
    set(Code, low.find("```") != std::string::npos);
    set(Markup, lines.heading || hasBold(low));
    set(Cites, holds(low, {"http://", "https://", "www."}) || hasReference(low));
    set(Question, last != std::string::npos && low[last] == '?');
    set(Refuses, holds(low, {"i'm sorry", "i am sorry", "i cannot", "i can't", "i'm unable",
                                "as an ai", "i’m sorry", "i can’t"}));
    set(Praises, starts("sure") || starts("certainly") || starts("of course") || starts("great"));
    return bits;
}

double finiteLog(double value)
{
    return value > 0 ? std::log(value) : -std::numeric_limits<double>::infinity();
}

} // namespace

struct AssociationCounter::Answer {
    bool good = false;
    std::size_t pair = 0; // hash of source and pair id; 0: none
    std::uint64_t length = 0;
    std::uint32_t features = 0;
    bool has(std::size_t feature, std::uint64_t median) const
    {
        return feature == Longer ? length > median : (features >> feature & 1) != 0;
    }
};

AssociationCounter::AssociationCounter() = default;
AssociationCounter::~AssociationCounter() = default;

std::uint64_t AssociationCounter::answers() const
{
    return m_answers.size();
}

void AssociationCounter::add(const Conversation& conversation)
{
    if (conversation.pair ? conversation.pair->rank == PairRank::Tie
                          : conversation.feedback == Feedback::None)
        return;
    const auto turn = std::find_if(conversation.turns.rbegin(), conversation.turns.rend(),
        [](const Turn& one) { return one.role == Role::Assistant; });
    if (turn == conversation.turns.rend())
        return;
    Answer answer;
    answer.good = conversation.pair ? conversation.pair->rank == PairRank::Chosen
                                    : conversation.feedback == Feedback::Positive;
    if (conversation.pair)
        answer.pair =
            std::hash<std::string>()(conversation.source + "\n" + conversation.pair->id) | 1;
    answer.length = countCodePoints(turn->text);
    answer.features = featuresOf(turn->text);
    m_answers.push_back(answer);
}

std::vector<FeatureAssociation> AssociationCounter::finish() const
{
    std::vector<std::uint64_t> lengths;
    std::map<std::size_t, std::array<const Answer*, 2>> pairs; // good, bad
    for (const Answer& answer : m_answers) {
        lengths.push_back(answer.length);
        if (answer.pair != 0)
            pairs[answer.pair][answer.good ? 0 : 1] = &answer;
    }
    if (lengths.empty())
        return {};
    const auto middle = lengths.begin() + std::ptrdiff_t(lengths.size() / 2);
    std::nth_element(lengths.begin(), middle, lengths.end());
    const std::uint64_t median = *middle;
    std::vector<FeatureAssociation> list;
    for (std::size_t f = 0; f < kCount; ++f) {
        FeatureAssociation& one = list.emplace_back();
        one.feature = kFeatures[f].id;
        one.title = kFeatures[f].title;
        for (const Answer& answer : m_answers) {
            (answer.good ? one.good : one.bad) += 1;
            (answer.good ? one.goodWith : one.badWith) += answer.has(f, median) ? 1 : 0;
        }
        for (const auto& [id, pair] : pairs) {
            const auto [good, bad] = pair;
            if (good == nullptr || bad == nullptr)
                continue;
            ++one.pairs;
            const bool goodHas = f == Longer ? good->length > bad->length : good->has(f, median);
            const bool badHas = f == Longer ? bad->length > good->length : bad->has(f, median);
            one.onlyGood += goodHas && !badHas ? 1 : 0;
            one.onlyBad += badHas && !goodHas ? 1 : 0;
        }
        if (one.good > 0 && one.bad > 0)
            one.odds = woolfOdds(
                one.goodWith, one.good - one.goodWith, one.badWith, one.bad - one.badWith);
        if (one.onlyGood + one.onlyBad > 0)
            one.pairedOdds = pairedOdds(one.onlyGood, one.onlyBad);
    }
    return list;
}

std::span<const AnswerFeature> answerFeatures()
{
    return kFeatures;
}

OddsRatio woolfOdds(std::uint64_t goodWith, std::uint64_t goodWithout, std::uint64_t badWith,
    std::uint64_t badWithout)
{
    const double a = double(goodWith) + 0.5;
    const double b = double(goodWithout) + 0.5;
    const double c = double(badWith) + 0.5;
    const double d = double(badWithout) + 0.5;
    const double log = std::log(a * d / (b * c));
    const double half = kNormal95 * std::sqrt(1 / a + 1 / b + 1 / c + 1 / d);
    return {log, log - half, log + half};
}

OddsRatio pairedOdds(std::uint64_t onlyGood, std::uint64_t onlyBad)
{
    // Given that only one answer of a pair has it, it is the good one with chance p = odds / (1 +
    // odds).
    const Interval p = exactInterval(std::int64_t(onlyGood), std::int64_t(onlyGood + onlyBad));
    const auto odds = [](double share) {
        return share < 1 ? finiteLog(share / (1 - share)) : std::numeric_limits<double>::infinity();
    };
    return {odds(double(onlyGood) / double(onlyGood + onlyBad)), odds(p.low), odds(p.high)};
}

} // namespace koala
