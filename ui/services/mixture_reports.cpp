#include "ui/services/mixture_reports.h"

#include <limits>

#include <QDir>

#include "ui/services/mixture_checks.h"
#include "ui/services/tokenizer_cache.h"
#include "ui/services/words.h"

namespace koala {

namespace {
std::uint64_t number(const Json& json, std::string_view key)
{
    return std::uint64_t(std::max<std::int64_t>(0, integerOr(json, key, 0)));
}

std::vector<NgramVariety> ngrams(const Json& list)
{
    std::vector<NgramVariety> out;
    for (const Json& one : list)
        out.push_back({int(integerOr(one, "n", 1)), number(one, "total"), number(one, "distinct")});
    return out;
}

std::vector<NamedCount> names(const Json& list, std::string_view key)
{
    std::vector<NamedCount> out;
    for (const Json& one : list)
        out.push_back({stringOr(one, key, ""), number(one, "rows")});
    return out;
}

// A bound that is null is open.
std::optional<DiversityFacts::Interval> interval(const Json& json)
{
    if (!json.is_object())
        return std::nullopt;
    constexpr double kOpen = std::numeric_limits<double>::infinity();
    const double low = numberOr(json, "low", -kOpen), high = numberOr(json, "high", kOpen);
    const double fallback = std::isinf(low) && !std::isinf(high) ? -kOpen : kOpen;
    return DiversityFacts::Interval{numberOr(json, "log_odds", fallback), low, high};
}
} // namespace

DiversityFacts diversityFromJson(const Json& json)
{
    DiversityFacts facts;
    facts.rows = number(json, "rows");
    facts.distinct = number(json, "distinct_rows");
    facts.sampled = number(json, "sampled");
    facts.requests = ngrams(memberOr(json, "requests"));
    facts.answers = ngrams(memberOr(json, "answers"));
    const Json& near = memberOr(json, "near_duplicates");
    facts.nearGroups = number(near, "groups");
    facts.nearRows = number(near, "rows");
    facts.largestNearGroup = number(near, "largest");
    facts.multiTurn = number(json, "multi_turn");
    facts.languages = names(memberOr(json, "languages"), "language");
    facts.rowsWithVerb = number(json, "rows_with_verb");
    for (const Json& verb : memberOr(json, "verbs"))
        facts.verbs.push_back({stringOr(verb, "verb", ""), number(verb, "rows"),
            names(memberOr(verb, "objects"), "word")});
    facts.labelled = number(json, "labelled");
    for (const Json& one : memberOr(json, "associations"))
        facts.associations.push_back({qtext(stringOr(one, "feature", "")),
            qtext(stringOr(one, "title", "")), number(one, "good"), number(one, "good_with"),
            number(one, "bad"), number(one, "bad_with"), interval(memberOr(one, "odds")),
            number(one, "pairs"), number(one, "only_good"), number(one, "only_bad"),
            interval(memberOr(one, "paired_odds"))});
    return facts;
}

MixtureReports::MixtureReports(
    fs::path project, std::shared_ptr<TokenizerCache> tokenizers, QObject* parent)
    : QObject(parent), m_project(std::move(project)), m_tokenizers(std::move(tokenizers))
{
    connect(&m_child, &JsonChild::line, this, [this](const Json& line) {
        if (stringOr(line, "type", "") == "progress")
            Q_EMIT measuringRows(number(line, "rows"), number(line, "total_rows"));
        else
            m_facts = diversityFromJson(line);
    });
    connect(&m_child, &JsonChild::ended, this, &MixtureReports::end);
}

MixtureReports::~MixtureReports() = default;

void MixtureReports::compare(const Mixture& before, const Mixture& after)
{
    using Answer = Result<std::shared_ptr<const MixtureDifference>>;
    m_comparing.request(
        [project = m_project, tokenizers = m_tokenizers, before, after](
            std::stop_token stop) -> Answer {
            KOALA_TRY(const auto first, resolveMixture(project, before, *tokenizers, stop));
            KOALA_TRY(const auto second, resolveMixture(project, after, *tokenizers, stop));
            KOALA_TRY(MixtureDifference difference, compareMixtures(*first, *second));
            return std::make_shared<const MixtureDifference>(std::move(difference));
        },
        [this](Answer difference) {
            if (difference.ok())
                Q_EMIT compared(*difference);
            else if (difference.error().code != ErrorCode::Cancelled)
                Q_EMIT compareFailed(qtext(difference.error().message));
        });
}

void MixtureReports::compareWith(const QString& slug, const Mixture& after)
{
    // A small file; reading it here would still be reading on the GUI thread.
    m_comparing.request([file = m_project / "mixtures" / (slug.toStdString() + ".json")](
                            std::stop_token) { return readMixture(file); },
        [this, after](Result<Mixture> before) {
            if (before.ok())
                compare(*before, after);
            else
                Q_EMIT compareFailed(qtext(before.error().message));
        });
}

void MixtureReports::measure(const Mixture& mixture)
{
    if (m_child.running()) { // the newest request wins
        m_next = mixture;
        m_child.cancel();
        return;
    }
    m_facts.reset();
    m_recipe = std::make_unique<QTemporaryFile>(
        QDir::temp().filePath(QStringLiteral("koala-mixture-XXXXXX.json")));
    const std::string text = toLine(toJson(mixture));
    if (!m_recipe->open() || m_recipe->write(text.data(), qint64(text.size())) < 0 ||
        !m_recipe->flush()) {
        Q_EMIT measureFailed(tr("The recipe cannot be written to %1: %2; free some space there.")
                .arg(QDir::tempPath(), m_recipe->errorString()));
        return;
    }
    m_child.start(
        {QStringLiteral("--project"), qtext(m_project.string()), QStringLiteral("mixture"),
            QStringLiteral("stats"), m_recipe->fileName(), QStringLiteral("--json")});
}

void MixtureReports::cancelMeasuring()
{
    m_next.reset();
    m_child.cancel();
}

void MixtureReports::end(JsonChild::End end, const QString& message)
{
    if (m_next) {
        const Mixture next = *std::exchange(m_next, std::nullopt);
        measure(next);
        return;
    }
    if (end == JsonChild::End::Done && m_facts)
        Q_EMIT measured(*m_facts);
    else if (end == JsonChild::End::Cancelled)
        Q_EMIT measureFailed({});
    else
        Q_EMIT measureFailed(
            message.isEmpty() ? tr("The measurement ended without a result.") : message);
}

} // namespace koala
