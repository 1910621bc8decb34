#include "ui/services/mixture_templates.h"

#include <algorithm>

#include "ui/services/words.h"

namespace koala {

namespace {
QString text(std::string_view view)
{
    return QString::fromUtf8(view.data(), qsizetype(view.size()));
}

QString titleOf(const DatasetManifest& dataset)
{
    return qtext(dataset.title.empty() ? dataset.slug : dataset.title);
}

std::uint64_t recordsOf(const DatasetManifest& dataset)
{
    return dataset.sourceRows > 0 ? dataset.sourceRows : dataset.rows;
}
} // namespace

TemplatePlan::TemplatePlan(const MixtureTemplate& wanted, std::vector<DatasetManifest> datasets,
    const std::vector<PublishedSource>& published)
    : m_wanted(wanted), m_datasets(std::move(datasets)), m_match(matchTemplate(wanted, m_datasets)),
      m_published(published)
{
    for (const TemplateLine& found : m_match.lines) {
        Line line;
        line.source = text(found.source->source);
        line.title = text(found.source->title);
        line.published = text(found.source->published);
        line.released = text(found.source->released);
        line.assumed = text(found.source->assumed);
        line.optional = found.source->optional;
        const auto facts = std::ranges::find(published, found.source->source, &PublishedSource::id);
        if (facts != published.end())
            line.obtain =
                qtext(facts->homepage.empty() ? facts->obtain
                                              : facts->obtain + " (" + facts->homepage + ")");
        QStringList all;
        for (const TemplateDataset& one : found.datasets) {
            all.append(qtext(one.slug));
            line.choices.push_back({qtext(one.title), qtext(one.why), {qtext(one.slug)}});
        }
        if (all.size() > 1)
            line.choices.insert(
                line.choices.begin(), {QStringLiteral("%1 datasets").arg(all.size()),
                                          all.join(QStringLiteral(", ")), all});
        const auto offered = [&line](const QString& slug) {
            return std::ranges::any_of(
                line.choices, [&](const Choice& one) { return one.slugs == QStringList{slug}; });
        };
        for (const TemplateDataset& one : found.possible)
            if (!offered(qtext(one.slug)))
                line.choices.push_back({qtext(one.title), qtext(one.why), {qtext(one.slug)}});
        for (const DatasetManifest& other : m_datasets)
            if (other.use != "evaluation" && !offered(qtext(other.slug)))
                line.choices.push_back({titleOf(other),
                    QStringLiteral("nothing in its kind or name says so"), {qtext(other.slug)}});
        line.choices.push_back({QStringLiteral("none"), {}, {}});
        // Optional sources are added by hand.
        line.chosen = all.isEmpty() || line.optional ? int(line.choices.size()) - 1 : 0;
        m_lines.push_back(std::move(line));
    }
    for (int i = 0; i < int(m_lines.size()); ++i)
        choose(i, m_lines[std::size_t(i)].chosen);
}

QString TemplatePlan::id() const
{
    return text(m_wanted.id);
}
QString TemplatePlan::title() const
{
    return text(m_wanted.title);
}
QString TemplatePlan::note() const
{
    return text(m_wanted.note);
}
QString TemplatePlan::assumed() const
{
    return text(m_wanted.assumed);
}

const DatasetManifest& TemplatePlan::dataset(const std::string& slug) const
{
    return *std::ranges::find(m_datasets, slug, &DatasetManifest::slug);
}

QString TemplatePlan::oursOf(int index) const
{
    const Line& line = m_lines[std::size_t(index)];
    if (line.missing())
        return QStringLiteral("–");
    std::uint64_t rows = 0, records = 0;
    for (const QString& slug : line.choices[std::size_t(line.chosen)].slugs) {
        rows += dataset(slug.toStdString()).rows;
        records += recordsOf(dataset(slug.toStdString()));
    }
    const QString conversations =
        counted(qint64(rows), QStringLiteral("conversation"), QStringLiteral("conversations"));
    if (m_match.lines[std::size_t(index)].source->unit == TemplateUnit::Conversations)
        return conversations;
    return QStringLiteral("%1, %2").arg(
        counted(qint64(records), QStringLiteral("record"), QStringLiteral("records")),
        conversations);
}

void TemplatePlan::choose(int line, int choice)
{
    m_lines[std::size_t(line)].chosen = choice;
    m_lines[std::size_t(line)].ours = oursOf(line);
    takeTerms(m_lines[std::size_t(line)]);
}

// A dataset may have other terms than the source it stands for, so its own are shown.
void TemplatePlan::takeTerms(Line& line) const
{
    QStringList licences, terms;
    const auto take = [](QStringList& list, const std::string& words) {
        if (!words.empty() && !list.contains(qtext(words)))
            list.append(qtext(words));
    };
    if (line.missing()) {
        const auto facts =
            std::ranges::find(m_published, line.source.toStdString(), &PublishedSource::id);
        if (facts != m_published.end()) {
            take(licences, facts->licence);
            take(terms, facts->terms);
        }
    }
    for (const QString& slug : line.choices[std::size_t(line.chosen)].slugs) {
        take(licences, dataset(slug.toStdString()).licence);
        take(terms, dataset(slug.toStdString()).terms);
    }
    line.licence = licences.join(QStringLiteral(", "));
    line.terms = terms.join(QLatin1Char(' '));
}

int TemplatePlan::wanted() const
{
    return int(std::ranges::count_if(m_lines, [](const Line& line) { return !line.optional; }));
}

int TemplatePlan::missing() const
{
    return int(std::ranges::count_if(
        m_lines, [](const Line& line) { return !line.optional && line.missing(); }));
}

QStringList TemplatePlan::takenTwice() const
{
    QStringList once, twice;
    for (const Line& line : m_lines)
        for (const QString& slug : line.choices[std::size_t(line.chosen)].slugs)
            (once.contains(slug) ? twice : once).append(slug);
    return twice;
}

Result<Mixture> TemplatePlan::mixture(const QString& model) const
{
    TemplateMatch match = m_match;
    std::vector<TemplateSource> sources; // with what was chosen by hand wanted
    sources.reserve(match.lines.size());
    for (std::size_t i = 0; i < match.lines.size(); ++i) {
        TemplateLine& line = match.lines[i];
        TemplateSource& source = sources.emplace_back(*line.source);
        source.optional = source.optional && m_lines[i].missing();
        line.source = &source;
        line.datasets.clear();
        for (const QString& slug : m_lines[i].choices[std::size_t(m_lines[i].chosen)].slugs) {
            const DatasetManifest& chosen = dataset(slug.toStdString());
            line.datasets.push_back(
                {chosen.slug, titleOf(chosen).toStdString(), chosen.rows, recordsOf(chosen), {}});
        }
    }
    return mixtureOf(m_wanted, match, m_wanted.id, model.toStdString());
}

} // namespace koala
