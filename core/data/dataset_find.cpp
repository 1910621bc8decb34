// Dataset::find and Dataset::facets: facts and traits first, which are in memory, then the word
// index, and texts only for what these leave open.
#include <unordered_set>

#include <re2/re2.h>

#include "core/data/dataset.h"
#include "core/data/dataset_index.h"
#include "core/data/index_tables.h"
#include "core/data/row_scan.h"
#include "core/data/row_traits.h"
#include "core/data/words.h"

namespace koala {
namespace {

constexpr std::uint32_t kStopEvery = 8192;

bool factsPass(const RowFacts& facts, const RowQuery& query)
{
    return facts.turns >= query.minTurns && facts.turns <= query.maxTurns &&
           facts.characters >= query.minCharacters && facts.characters <= query.maxCharacters &&
           (!query.feedback || facts.feedback == *query.feedback) &&
           (!query.rank || facts.rank == std::int8_t(*query.rank)) &&
           (!query.paired || (facts.rank >= 0) == *query.paired) &&
           (!query.givenHoldOut || facts.givenHoldOut == *query.givenHoldOut);
}

bool asksForTraits(const RowQuery& query)
{
    return query.language.has_value() || query.flags != 0 || query.withoutFlags != 0;
}

bool flagsPass(std::uint32_t flags, const RowQuery& query)
{
    return (flags & query.flags) == query.flags && (flags & query.withoutFlags) == 0;
}

Result<std::shared_ptr<const RE2>> compile(const std::string& expression)
{
    if (expression.empty())
        return std::shared_ptr<const RE2>();
    RE2::Options options;
    options.set_log_errors(false);
    auto regex = std::make_shared<const RE2>(expression, options);
    if (!regex->ok())
        return invalidInput("the regular expression cannot be understood: " + regex->error());
    return std::shared_ptr<const RE2>(std::move(regex));
}

// The rows below `end` that have all index terms, ascending.
Result<std::vector<std::uint32_t>> rowsWithTerms(const fs::path& directory,
    const std::vector<WordTerm>& terms, std::uint64_t end, const std::stop_token& stop)
{
    KOALA_TRY(Database database, openIndex(directory / kIndexFile, DatabaseMode::ReadOnly));
    std::vector<std::uint32_t> rows;
    KOALA_RETURN_IF_ERROR(database.run([&](SQLite::Database& db) {
        SQLite::Statement query(db, "SELECT rowid FROM words WHERE words MATCH ?");
        query.bind(1, matchExpression(terms));
        while (query.executeStep()) {
            const std::int64_t row = query.getColumn(0).getInt64() - 1;
            if (row >= 0 && std::uint64_t(row) < end)
                rows.push_back(std::uint32_t(row));
            if (rows.size() % kStopEvery == 0 && stop.stop_requested())
                break;
        }
    }));
    if (stop.stop_requested())
        return cancelled("the search was stopped");
    return rows;
}

class TextTest {
public:
    TextTest(const RowQuery& query, const std::vector<WordTerm>& terms,
        std::shared_ptr<const RE2> regex, bool testTraits)
        : m_query(query), m_terms(terms), m_regex(std::move(regex)), m_testTraits(testTraits)
    {
    }
    bool operator()(const RowTexts& texts)
    {
        if (m_testTraits) {
            const RowTraits traits = traitsOf(texts);
            if (!flagsPass(traits.flags, m_query) ||
                (m_query.language && traits.language != *m_query.language))
                return false;
        }
        return hasWords(texts) && (!m_regex || fitsRegex(texts));
    }

private:
    bool hasWords(const RowTexts& texts)
    {
        if (m_terms.empty())
            return true;
        std::vector<bool> seen(m_terms.size());
        std::size_t missing = m_terms.size();
        const auto look = [&](std::string_view text) {
            m_folded.clear();
            appendFolded(m_folded, text);
            for (std::size_t i = 0; i < m_terms.size(); ++i)
                if (!seen[i] && m_folded.find(m_terms[i].inText) != std::string::npos) {
                    seen[i] = true;
                    --missing;
                }
        };
        look(texts.system());
        for (const RowText& turn : texts.turns()) {
            if (missing == 0)
                return true;
            look(turn.text);
        }
        return missing == 0;
    }
    bool fitsRegex(const RowTexts& texts) const
    {
        return RE2::PartialMatch(texts.system(), *m_regex) ||
               std::ranges::any_of(texts.turns(),
                   [this](const RowText& turn) { return RE2::PartialMatch(turn.text, *m_regex); });
    }

    const RowQuery& m_query;
    const std::vector<WordTerm>& m_terms;
    std::shared_ptr<const RE2> m_regex;
    bool m_testTraits;
    std::string m_folded;
};

std::vector<std::uint32_t> intersection(
    const std::vector<std::uint32_t>& left, const std::vector<std::uint32_t>& right)
{
    std::vector<std::uint32_t> both;
    std::ranges::set_intersection(left, right, std::back_inserter(both));
    return both;
}

template <typename Key>
void sortBy(std::vector<std::uint32_t>& rows, bool descending, Key key)
{
    std::ranges::stable_sort(rows, [&](std::uint32_t left, std::uint32_t right) {
        return descending ? key(right) < key(left) : key(left) < key(right);
    });
}

} // namespace

Result<std::vector<std::uint32_t>> Dataset::find(
    const RowQuery& query, std::stop_token stop, const FoundRows& part) const
{
    KOALA_TRY(const std::shared_ptr<const RE2> regex, compile(query.regex));
    std::vector<WordTerm> terms;
    if (query.words.find_first_not_of(" \t\n") != std::string::npos) {
        KOALA_TRY(terms, parseWords(query.words));
    }
    std::vector<std::uint32_t> candidates;
    std::unordered_set<std::uint64_t> prompts;
    std::optional<std::uint16_t> language;
    if (query.language)
        language =
            std::uint16_t(std::ranges::find(m_languages, *query.language) - m_languages.begin());
    for (std::uint32_t row = 0; row < m_rows.size(); ++row) {
        if (row % kStopEvery == 0 && stop.stop_requested())
            return cancelled("the search was stopped");
        if (query.repeatedPromptsOnly && prompts.insert(m_rows[row].promptGroup).second)
            continue;
        if (!factsPass(m_rows[row], query))
            continue;
        if (row < m_traits.size() && (!flagsPass(m_traits[row].flags, query) ||
                                         (language && m_traits[row].language != *language)))
            continue;
        if (!query.accept || query.accept(row))
            candidates.push_back(row);
    }
    std::vector<std::uint32_t> found;
    const auto indexedEnd = std::ranges::lower_bound(candidates, indexedRows());
    std::vector<std::uint32_t> indexed(candidates.begin(), indexedEnd);
    const std::vector<std::uint32_t> rest(indexedEnd, candidates.end());
    if (!terms.empty() && !indexed.empty()) {
        KOALA_TRY(const std::vector<std::uint32_t> rows,
            rowsWithTerms(m_directory, terms, indexedRows(), stop));
        indexed = intersection(indexed, rows);
    }
    const bool exact = std::ranges::all_of(terms, &WordTerm::exact);
    const FoundRows tell =
        query.sort == RowSort::Position && !query.descending ? part : FoundRows();
    if (exact && !regex) {
        found = std::move(indexed);
        if (tell && !found.empty())
            tell(found);
    } else {
        const std::vector<WordTerm> none;
        KOALA_TRY(found,
            scanRows(
                *this, indexed, [&] { return TextTest(query, exact ? none : terms, regex, false); },
                stop, tell));
    }
    if (!asksForTraits(query) && terms.empty() && !regex) {
        found.insert(found.end(), rest.begin(), rest.end());
        if (tell && !rest.empty())
            tell(rest);
    } else {
        KOALA_TRY(const std::vector<std::uint32_t> scanned,
            scanRows(
                *this, rest, [&] { return TextTest(query, terms, regex, asksForTraits(query)); },
                stop, tell));
        found.insert(found.end(), scanned.begin(), scanned.end());
    }
    if (query.sort == RowSort::Turns)
        sortBy(found, query.descending, [this](std::uint32_t row) { return m_rows[row].turns; });
    else if (query.sort == RowSort::Length)
        sortBy(
            found, query.descending, [this](std::uint32_t row) { return m_rows[row].characters; });
    else if (query.sort == RowSort::Language)
        sortBy(found, query.descending, [this](std::uint32_t row) -> std::string_view {
            return row < m_traits.size() ? m_languages[m_traits[row].language] : m_languages[0];
        });
    else if (query.descending)
        std::ranges::reverse(found);
    return found;
}

DatasetFacets Dataset::facets() const
{
    DatasetFacets facets;
    facets.rows = size();
    facets.indexed = indexedRows();
    std::vector<std::uint64_t> languages(m_languages.size());
    std::array<std::uint64_t, kRowFlags.size()> flags{};
    for (const CompactTraits& traits : m_traits) {
        ++languages[traits.language];
        for (std::size_t i = 0; i < kRowFlags.size(); ++i)
            flags[i] += (traits.flags & std::uint32_t(kRowFlags[i])) != 0;
    }
    for (std::size_t i = 0; i < languages.size(); ++i)
        if (languages[i] > 0)
            facets.languages[m_languages[i]] = languages[i];
    for (std::size_t i = 0; i < kRowFlags.size(); ++i)
        facets.flags[kRowFlags[i]] = flags[i];
    std::unordered_set<std::uint64_t> prompts;
    prompts.reserve(m_rows.size());
    for (const RowFacts& row : m_rows) {
        ++facets.turns[row.turns];
        ++facets.feedback[row.feedback];
        if (row.rank >= 0)
            ++facets.ranks[PairRank(row.rank)];
        facets.givenHoldOut += row.givenHoldOut;
        facets.repeatedPrompts += prompts.insert(row.promptGroup).second ? 0 : 1;
    }
    return facets;
}

} // namespace koala
