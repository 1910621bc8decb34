#include "core/data/mix/diversity.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/data/mix/request_verb.h"
#include "core/data/permutation.h"
#include "core/metrics/language.h"
#include "core/metrics/min_hash.h"
#include "core/metrics/ngrams.h"

namespace koala {
namespace {

std::vector<NgramVariety> varietyOf(const DistinctNgrams& grams)
{
    std::vector<NgramVariety> list;
    for (std::size_t n = 1; n <= DistinctNgrams::kOrders; ++n)
        list.push_back({int(n), grams.total(n), grams.different(n)});
    return list;
}

Quantiles quantilesOf(std::vector<std::uint64_t> values)
{
    Quantiles out;
    if (values.empty())
        return out;
    std::sort(values.begin(), values.end());
    // Nearest rank: always a value that occurs.
    const auto at = [&](double share) {
        const auto rank = std::size_t(std::ceil(share * double(values.size())));
        return values[std::max<std::size_t>(rank, 1) - 1];
    };
    out = {values.front(), at(0.05), at(0.25), at(0.5), at(0.75), at(0.95), values.back(), 0.0};
    double sum = 0;
    for (const std::uint64_t value : values)
        sum += double(value);
    out.mean = sum / double(values.size());
    return out;
}

std::vector<NamedCount> ranked(const std::map<std::string, std::uint64_t>& counts, std::size_t most)
{
    std::vector<NamedCount> list;
    for (const auto& [name, rows] : counts)
        list.push_back({name, rows});
    std::stable_sort(list.begin(), list.end(),
        [](const NamedCount& a, const NamedCount& b) { return a.rows > b.rows; });
    if (list.size() > most)
        list.resize(most);
    return list;
}

class Measuring {
public:
    Measuring(const ResolvedMixture& mixture, const DiversityOptions& options)
        : m_mixture(mixture), m_options(options)
    {
    }

    Result<DiversityReport> run()
    {
        drawSample();
        NearDuplicateOptions near;
        near.threshold = m_options.nearThreshold;
        NearDuplicateFinder finder(m_sample.size(), near);
        for (const MixtureSource& source : m_mixture.mixture().sources)
            m_report.sources.push_back({source.dataset, 0, 0, {2, 0, 0}});
        m_bySource.resize(m_report.sources.size());
        std::set<std::uint64_t> prompts;
        for (std::size_t i = 0; i < m_sample.size(); ++i) {
            if (m_options.stop.stop_requested())
                return cancelled("measuring the mixture was stopped");
            KOALA_TRY(const Conversation conversation, m_mixture.conversation(m_sample[i]));
            addRow(m_sample[i], conversation);
            if (prompts.insert(promptOf(m_sample[i])).second)
                finder.add(i, firstRequest(conversation));
            if (m_options.progress && (i % 256 == 255 || i + 1 == m_sample.size()))
                m_options.progress(i + 1, m_sample.size());
        }
        m_report.prompts = prompts.size();
        KOALA_RETURN_IF_ERROR(findNear(finder));
        return finish();
    }

private:
    // Distinct rows of the mixture in file order; of many, those whose prompts a permutation puts
    // first.
    void drawSample()
    {
        std::vector<RecordRef> rows = m_mixture.result().training;
        m_report.rows = rows.size();
        const auto key = [](RecordRef r) { return std::uint64_t(r.source) << 32 | r.row; };
        const auto less = [&](RecordRef a, RecordRef b) { return key(a) < key(b); };
        std::sort(rows.begin(), rows.end(), less);
        rows.erase(std::unique(rows.begin(), rows.end(),
                       [&](RecordRef a, RecordRef b) { return key(a) == key(b); }),
            rows.end());
        m_report.distinct = rows.size();
        m_report.seed = m_mixture.mixture().seed;
        if (m_options.sample == 0 || m_options.sample >= rows.size())
            m_sample = std::move(rows);
        else
            drawPrompts(rows, less);
        m_report.sampled = m_sample.size();
    }

    std::uint64_t promptOf(RecordRef record) const
    {
        return m_mixture.dataset(record.source).rows()[record.row].promptGroup;
    }

    // All rows of a prompt or none, so that pairs stay together.
    template <typename Less>
    void drawPrompts(const std::vector<RecordRef>& rows, const Less& less)
    {
        std::vector<std::pair<std::uint64_t, RecordRef>> byPrompt;
        for (const RecordRef record : rows)
            byPrompt.emplace_back(promptOf(record), record);
        std::stable_sort(byPrompt.begin(), byPrompt.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
        std::vector<std::size_t> begins; // of each prompt
        for (std::size_t i = 0; i < byPrompt.size(); ++i)
            if (i == 0 || byPrompt[i].first != byPrompt[i - 1].first)
                begins.push_back(i);
        const EpochOrder order(begins.size(), m_report.seed, 0);
        for (std::size_t p = 0; p < begins.size() && m_sample.size() < m_options.sample; ++p)
            for (std::size_t i = begins[order.at(p)];
                i < byPrompt.size() && byPrompt[i].first == byPrompt[begins[order.at(p)]].first;
                ++i)
                m_sample.push_back(byPrompt[i].second);
        std::sort(m_sample.begin(), m_sample.end(), less);
    }

    static std::string_view firstRequest(const Conversation& conversation)
    {
        for (const Turn& turn : conversation.turns)
            if (turn.role == Role::User)
                return turn.text;
        return {};
    }

    void addRow(RecordRef record, const Conversation& conversation)
    {
        std::uint64_t requestWords = 0, answerWords = 0, rounds = 0;
        std::string userText;
        for (const Turn& turn : conversation.turns) {
            const bool answer = turn.role == Role::Assistant;
            if (!answer && turn.role != Role::User)
                continue;
            splitWords(turn.text, m_words);
            (answer ? m_answers : m_requests).add(m_words);
            (answer ? answerWords : requestWords) += m_words.size();
            if (answer) {
                m_bySource[record.source].add(m_words);
                ++rounds;
            } else {
                userText += turn.text + "\n";
            }
        }
        SourceDiversity& source = m_report.sources[record.source];
        ++source.rows;
        source.multiTurn += rounds > 1 ? 1 : 0;
        m_report.multiTurn += rounds > 1 ? 1 : 0;
        const DetectedLanguage language = detectLanguage(userText);
        ++m_languages[language.code == "un" ? std::string() : language.code];
        if (const VerbAndObject request = verbOf(firstRequest(conversation));
            !request.verb.empty()) {
            ++m_report.rowsWithVerb;
            ++m_verbs[request.verb];
            if (!request.object.empty())
                ++m_objects[request.verb][request.object];
        }
        m_tokens.push_back(m_mixture.tokensOf(record));
        m_requestWords.push_back(requestWords);
        m_answerWords.push_back(answerWords);
        m_rounds.push_back(rounds);
        m_associations.add(conversation);
    }

    Status findNear(const NearDuplicateFinder& finder)
    {
        KOALA_TRY(const NearDuplicates near,
            finder.find(
                [this](std::uint64_t document) -> Result<std::string> {
                    KOALA_TRY(const Conversation conversation,
                        m_mixture.conversation(m_sample[std::size_t(document)]));
                    return std::string(firstRequest(conversation));
                },
                m_options.stop));
        m_report.nearGroups = near.groups.size();
        for (const auto& group : near.groups) {
            m_report.nearRows += group.size();
            m_report.largestNearGroup =
                std::max<std::uint64_t>(m_report.largestNearGroup, group.size());
        }
        return {};
    }

    DiversityReport finish()
    {
        m_report.requests = varietyOf(m_requests);
        m_report.answers = varietyOf(m_answers);
        m_report.languages = ranked(m_languages, m_languages.size());
        for (const NamedCount& verb : ranked(m_verbs, m_options.verbs))
            m_report.verbs.push_back(
                {verb.name, verb.rows, ranked(m_objects[verb.name], m_options.objects)});
        m_report.tokens = quantilesOf(std::move(m_tokens));
        m_report.requestWords = quantilesOf(std::move(m_requestWords));
        m_report.answerWords = quantilesOf(std::move(m_answerWords));
        m_report.rounds = quantilesOf(std::move(m_rounds));
        for (std::size_t s = 0; s < m_bySource.size(); ++s)
            m_report.sources[s].bigrams = {2, m_bySource[s].total(2), m_bySource[s].different(2)};
        m_report.labelled = m_associations.answers();
        std::vector<FeatureAssociation> found = m_associations.finish();
        if (!found.empty() && found.front().good > 0 && found.front().bad > 0)
            m_report.associations = std::move(found);
        return std::move(m_report);
    }

    const ResolvedMixture& m_mixture;
    const DiversityOptions& m_options;
    DiversityReport m_report;
    std::vector<RecordRef> m_sample;
    std::vector<Word> m_words;
    DistinctNgrams m_requests, m_answers;
    std::vector<DistinctNgrams> m_bySource;
    std::map<std::string, std::uint64_t> m_languages, m_verbs;
    std::map<std::string, std::map<std::string, std::uint64_t>> m_objects;
    std::vector<std::uint64_t> m_tokens, m_requestWords, m_answerWords, m_rounds;
    AssociationCounter m_associations;
};

} // namespace

Result<DiversityReport> measureDiversity(
    const ResolvedMixture& mixture, const DiversityOptions& options)
{
    return Measuring(mixture, options).run();
}

} // namespace koala
