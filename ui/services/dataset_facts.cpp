#include "ui/services/dataset_facts.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cmath>
#include <optional>
#include <regex>
#include <unordered_set>

namespace koala {

namespace {
constexpr std::size_t kStopEvery = 256;   // rows between two looks at the stop token
constexpr std::size_t kRegexBytes = 8192; // std::regex recurses once a character
constexpr std::size_t kMaxLanguages = 1000;
constexpr std::chrono::milliseconds kTellEvery(100);

std::string lowered(std::string_view text)
{
    std::string result(text);
    std::ranges::transform(
        result, result.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    return result;
}

std::uint64_t wordsIn(std::string_view text)
{
    std::uint64_t words = 0;
    bool inside = false;
    for (const unsigned char c : text) {
        const bool blank = c <= 0x20;
        words += !blank && !inside ? 1 : 0;
        inside = !blank;
    }
    return words;
}

std::uint16_t languageIndex(DatasetFacts& facts, const std::string& language)
{
    if (language.empty())
        return 0;
    auto found = std::ranges::find(facts.languages, language);
    if (found == facts.languages.end() && facts.languages.size() < kMaxLanguages)
        found = facts.languages.insert(facts.languages.end(), language);
    return found == facts.languages.end() ? 0 : std::uint16_t(found - facts.languages.begin());
}

class TextMatcher {
public:
    static Result<TextMatcher> make(const RowFilter& filter)
    {
        TextMatcher matcher;
        matcher.m_needle = lowered(filter.text);
        if (!filter.regex || filter.text.empty())
            return matcher;
        try {
            matcher.m_regex.emplace(filter.text, std::regex::icase | std::regex::optimize);
        } catch (const std::regex_error& error) {
            return invalidInput("\"" + filter.text + "\" is no regular expression (" +
                                error.what() + "): mend it, or untick regex");
        }
        return matcher;
    }
    bool matches(const Conversation& conversation) const
    {
        return std::ranges::any_of(conversation.turns, [this](const Turn& turn) {
            if (!m_regex)
                return lowered(turn.text).find(m_needle) != std::string::npos;
            const std::string head = turn.text.substr(0, kRegexBytes);
            try {
                return std::regex_search(head, *m_regex);
            } catch (const std::regex_error&) { // too complex for this text: no match
                return false;
            }
        });
    }

private:
    std::string m_needle;
    std::optional<std::regex> m_regex;
};

bool within(std::uint64_t value, std::uint64_t least, std::uint64_t most)
{
    return value >= least && (most == 0 || value <= most);
}

bool labelFits(const RowFacts& row, RowFilter::Label label)
{
    switch (label) {
    case RowFilter::Label::Any:
        return true;
    case RowFilter::Label::Positive:
        return row.feedback == Feedback::Positive;
    case RowFilter::Label::Negative:
        return row.feedback == Feedback::Negative;
    case RowFilter::Label::Chosen:
        return row.rank == std::int8_t(PairRank::Chosen);
    case RowFilter::Label::Rejected:
        return row.rank == std::int8_t(PairRank::Rejected);
    case RowFilter::Label::HeldOut:
        return row.givenHoldOut;
    }
    return true;
}

void sortRows(std::vector<std::uint32_t>& rows, const Dataset& dataset, const DatasetFacts* facts,
    const DatasetTokens* tokens, const RowFilter& filter)
{
    const auto by = [&](auto key) {
        if (filter.descending)
            std::ranges::stable_sort(rows, std::greater(), key);
        else
            std::ranges::stable_sort(rows, std::less(), key);
    };
    switch (filter.sort) {
    case RowFilter::Sort::Position:
        if (filter.descending)
            std::ranges::reverse(rows);
        return;
    case RowFilter::Sort::Turns:
        return by([&](std::uint32_t row) { return dataset.rows()[row].turns; });
    case RowFilter::Sort::Tokens:
        return by([&](std::uint32_t row) {
            return tokens != nullptr ? tokens->tokens[row] : dataset.rows()[row].characters;
        });
    case RowFilter::Sort::Language:
        if (facts != nullptr)
            by([&](std::uint32_t row) -> const std::string& {
                return facts->languages[facts->language[row]];
            });
        return;
    }
}

double roundedWidth(double width)
{
    if (width <= 1)
        return 1;
    const double power = std::pow(10.0, std::floor(std::log10(width)));
    for (const double step : {1.0, 2.0, 2.5, 5.0, 10.0})
        if (step * power >= width)
            return std::ceil(step * power);
    return width;
}
} // namespace

Result<DatasetFacts> gatherFacts(const Dataset& dataset, std::stop_token stop)
{
    DatasetFacts facts;
    facts.language.reserve(dataset.size());
    std::unordered_set<std::uint64_t> prompts;
    for (std::uint64_t row = 0; row < dataset.size(); ++row) {
        if (row % kStopEvery == 0 && stop.stop_requested())
            return cancelled("reading " + dataset.manifest().slug);
        KOALA_TRY(const Conversation conversation, dataset.read(row));
        for (const Turn& turn : conversation.turns) {
            ++facts.roles[std::string(roleName(turn.role))];
            facts.trainedTurns += turn.role == Role::Assistant && turn.trained ? 1 : 0;
            facts.words += wordsIn(turn.text);
        }
        const std::string language = stringOr(conversation.tags, "language", "");
        facts.language.push_back(languageIndex(facts, language));
        if (!language.empty())
            ++facts.languageRows[language];
        facts.repeatedPrompts += prompts.insert(dataset.rows()[row].promptGroup).second ? 0 : 1;
    }
    return facts;
}

Result<std::vector<std::uint32_t>> filterRows(const Dataset& dataset, const DatasetFacts* facts,
    const DatasetTokens* tokens, const RowFilter& filter, std::stop_token stop,
    const FoundRows& part)
{
    KOALA_TRY(const TextMatcher matcher, TextMatcher::make(filter));
    const bool streams = part && filter.sort == RowFilter::Sort::Position && !filter.descending &&
                         !filter.text.empty();
    std::vector<std::uint32_t> found;
    std::size_t told = 0;
    auto last = std::chrono::steady_clock::now();
    for (std::uint64_t row = 0; row < dataset.size(); ++row) {
        if (row % kStopEvery == 0) {
            if (stop.stop_requested())
                return cancelled("the search was overtaken");
            const auto now = std::chrono::steady_clock::now();
            if (streams && found.size() > told && now - last > kTellEvery) {
                part(std::span(found).subspan(told));
                told = found.size();
                last = now;
            }
        }
        const RowFacts& rowFacts = dataset.rows()[row];
        if (!within(rowFacts.turns, std::uint64_t(filter.minTurns), std::uint64_t(filter.maxTurns)))
            continue;
        if (!labelFits(rowFacts, filter.label))
            continue;
        if (filter.language >= 0 && facts != nullptr && facts->language[row] != filter.language)
            continue;
        if (tokens != nullptr && !within(tokens->tokens[row], filter.minTokens, filter.maxTokens))
            continue;
        if (!filter.text.empty()) {
            KOALA_TRY(const Conversation conversation, dataset.read(row));
            if (!matcher.matches(conversation))
                continue;
        }
        found.push_back(std::uint32_t(row));
    }
    sortRows(found, dataset, facts, tokens, filter);
    return found;
}

Histogram histogramOf(std::vector<std::uint32_t> values, int bins, std::uint32_t limit)
{
    Histogram histogram;
    if (values.empty())
        return histogram;
    const auto middle = values.begin() + std::ptrdiff_t(values.size() / 2);
    std::ranges::nth_element(values, middle);
    histogram.median = *middle;
    histogram.maximum = *std::ranges::max_element(values);
    const double reach = limit > 0 && histogram.maximum > limit ? limit : histogram.maximum;
    histogram.binWidth = roundedWidth((reach + 1) / bins);
    const auto inside = std::size_t(std::ceil((reach + 1) / histogram.binWidth));
    const bool overflow = reach < histogram.maximum;
    histogram.counts.assign(inside + (overflow ? 1 : 0), 0);
    for (const std::uint32_t value : values)
        ++histogram.counts[overflow && value > reach
                               ? inside
                               : std::min(inside - 1, std::size_t(value / histogram.binWidth))];
    return histogram;
}

} // namespace koala
