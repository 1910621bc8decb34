#include "ui/services/dataset_facts.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

namespace koala {

namespace {
constexpr std::size_t kStopEvery = 256; // rows between two looks at the stop token
constexpr std::size_t kTellEvery = 2048;
constexpr std::size_t kMaxLanguages = 1000;

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

bool within(std::uint64_t value, std::uint64_t least, std::uint64_t most)
{
    return value >= least && (most == 0 || value <= most);
}

void setLabel(RowQuery& query, RowFilter::Label label)
{
    switch (label) {
    case RowFilter::Label::Any:
        return;
    case RowFilter::Label::Positive:
        query.feedback = Feedback::Positive;
        return;
    case RowFilter::Label::Negative:
        query.feedback = Feedback::Negative;
        return;
    case RowFilter::Label::Chosen:
        query.rank = PairRank::Chosen;
        return;
    case RowFilter::Label::Rejected:
        query.rank = PairRank::Rejected;
        return;
    case RowFilter::Label::HeldOut:
        query.givenHoldOut = true;
        return;
    }
}

void setSort(RowQuery& query, const RowFilter& filter, bool tokensKnown)
{
    query.descending = filter.descending;
    switch (filter.sort) {
    case RowFilter::Sort::Position:
        return;
    case RowFilter::Sort::Turns:
        query.sort = RowSort::Turns;
        return;
    case RowFilter::Sort::Tokens: // as long as they are not counted, by length
        if (tokensKnown)
            query.descending = false;
        else
            query.sort = RowSort::Length;
        return;
    case RowFilter::Sort::Language:
        query.sort = RowSort::Language;
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

Result<DatasetFacts> gatherFacts(const Dataset& dataset, std::stop_token stop,
    const std::function<void(std::uint64_t rows)>& progress)
{
    DatasetFacts facts;
    facts.language.reserve(dataset.size());
    std::unordered_set<std::uint64_t> prompts;
    for (std::uint64_t row = 0; row < dataset.size(); ++row) {
        if (row % kStopEvery == 0 && stop.stop_requested())
            return cancelled("reading " + dataset.manifest().slug);
        if (row % kTellEvery == 0 && progress)
            progress(row);
        KOALA_TRY(const Conversation conversation, dataset.read(row));
        std::uint64_t words = 0;
        for (const Turn& turn : conversation.turns) {
            ++facts.roles[std::string(roleName(turn.role))];
            facts.trainedTurns += turn.role == Role::Assistant && turn.trained ? 1 : 0;
            words += wordsIn(turn.text);
        }
        facts.words += words;
        facts.wordsOf.push_back(std::uint32_t(words));
        KOALA_TRY(const RowTraits traits, dataset.traits(row));
        const std::string& language = traits.language;
        facts.language.push_back(languageIndex(facts, language));
        if (!language.empty())
            ++facts.languageRows[language];
        facts.repeatedPrompts += prompts.insert(dataset.rows()[row].promptGroup).second ? 0 : 1;
    }
    return facts;
}

Result<std::vector<std::uint32_t>> filterRows(const Dataset& dataset, const DatasetTokens* tokens,
    const std::vector<bool>* kept, const RowFilter& filter, std::stop_token stop,
    const FoundRows& part)
{
    RowQuery query;
    if (filter.regex)
        query.regex = filter.text.starts_with("(?") ? filter.text : "(?i)" + filter.text;
    else
        query.words = filter.text;
    query.language = filter.language;
    query.minTurns = std::uint32_t(filter.minTurns);
    if (filter.maxTurns > 0)
        query.maxTurns = std::uint32_t(filter.maxTurns);
    query.flags = filter.flags;
    query.repeatedPromptsOnly = filter.repeatedPrompts;
    setLabel(query, filter.label);
    setSort(query, filter, tokens != nullptr);
    const bool countsTokens = tokens != nullptr && (filter.minTokens > 0 || filter.maxTokens > 0);
    const bool asksKept = kept != nullptr && filter.kept != RowFilter::Kept::Any;
    if (countsTokens || asksKept)
        query.accept = [&](std::uint32_t row) {
            const bool left = kept == nullptr || row >= kept->size() || (*kept)[row];
            return (!countsTokens ||
                       within(tokens->tokens[row], filter.minTokens, filter.maxTokens)) &&
                   (!asksKept || left == (filter.kept == RowFilter::Kept::Left));
        };
    KOALA_TRY(std::vector<std::uint32_t> found, dataset.find(query, stop, part));
    if (filter.sort == RowFilter::Sort::Tokens && tokens != nullptr) {
        const auto by = [&](std::uint32_t row) { return tokens->tokens[row]; };
        if (filter.descending)
            std::ranges::stable_sort(found, std::greater(), by);
        else
            std::ranges::stable_sort(found, std::less(), by);
    }
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

DatasetCharts chartsOf(const Dataset& dataset, const DatasetFacts* facts,
    const DatasetTokens* tokens, std::uint32_t limit, int bins)
{
    DatasetCharts charts;
    std::vector<std::uint32_t> turns;
    turns.reserve(dataset.size());
    for (const auto& row : dataset.rows())
        turns.push_back(row.turns);
    charts.turns = histogramOf(std::move(turns), bins);
    if (facts != nullptr)
        charts.words = histogramOf(facts->wordsOf, bins);
    if (tokens == nullptr)
        return charts;
    charts.tokens = histogramOf(tokens->tokens, bins);
    charts.trained = histogramOf(tokens->trained, bins);
    charts.upToLimit = histogramOf(tokens->tokens, bins, limit);
    charts.aboveLimit = std::uint64_t(std::ranges::count_if(
        tokens->tokens, [limit](std::uint32_t count) { return count > limit; }));
    return charts;
}

} // namespace koala
