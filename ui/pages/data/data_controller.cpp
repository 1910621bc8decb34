#include "ui/pages/data/data_controller.h"

#include "ui/services/words.h"

namespace koala {

DataController::DataController(DataService& service, QObject* parent)
    : QObject(parent), m_service(service)
{
    connect(&m_service, &DataService::sourcesChanged, this, [this] {
        m_sources.set(m_service.sources(), m_service.promptSets());
        if (m_sources.rowOf(m_slug) < 0)
            choose(m_sources.slugAt(0));
        Q_EMIT sourcesChanged();
    });
    connect(&m_service, &DataService::imported, this, [this](const QString& slug) {
        m_slug = slug; // the list comes with the refresh that follows
        m_service.open(slug);
    });
    connect(&m_service, &DataService::opened, this,
        [this](const std::shared_ptr<const Dataset>& dataset) {
            m_facts.reset();
            m_tokens.reset();
            m_rows.setDataset(dataset);
            Q_EMIT chosen();
            Q_EMIT rowsChanged();
            if (!m_filter.empty())
                m_service.search(m_filter);
            if (dataset->size() > 0)
                chooseRow(m_row >= 0 && std::uint64_t(m_row) < dataset->size()
                              ? std::uint64_t(m_row)
                              : 0);
        });
    connect(
        &m_service, &DataService::openFailed, this, [this](const QString&, const QString& message) {
            m_rows.setDataset(nullptr);
            Q_EMIT problem(message);
        });
    connect(&m_service, &DataService::factsReady, this,
        [this](const std::shared_ptr<const DatasetFacts>& facts) {
            m_facts = facts;
            m_rows.setFacts(facts);
            Q_EMIT factsChanged();
        });
    connect(&m_service, &DataService::tokensReady, this,
        [this](const std::shared_ptr<const DatasetTokens>& tokens) {
            m_tokens = tokens;
            m_rows.setTokens(tokens);
            Q_EMIT factsChanged();
        });
    connect(&m_service, &DataService::searched, this,
        [this](const RowFilter& filter, const std::vector<std::uint32_t>& rows) {
            if (filter != m_filter)
                return;
            m_rows.setShown(rows);
            Q_EMIT rowsChanged();
        });
    connect(&m_service, &DataService::searchFailed, this, &DataController::problem);
    connect(&m_service, &DataService::tokenRowReady, this, &DataController::tokensOfRow);
    connect(&m_service, &DataService::tokenRowFailed, this, &DataController::tokensFailed);
}

void DataController::choose(const QString& slug)
{
    if (slug == m_slug && m_rows.dataset())
        return;
    m_slug = slug;
    m_row = -1;
    m_facts.reset();
    m_tokens.reset();
    m_filter.language = -1; // languages are counted per dataset
    if (slug.isEmpty()) {
        m_rows.setDataset(nullptr);
        Q_EMIT chosen();
        return;
    }
    m_service.open(slug);
    Q_EMIT chosen();
}

void DataController::setFilter(const RowFilter& filter)
{
    if (filter == m_filter)
        return;
    m_filter = filter;
    if (filter.empty()) {
        m_rows.showAll();
        Q_EMIT rowsChanged();
        return;
    }
    m_service.search(filter);
}

void DataController::chooseRow(std::uint64_t row)
{
    const auto dataset = m_rows.dataset();
    if (!dataset || row >= dataset->size())
        return;
    m_row = std::int64_t(row);
    const auto conversation = dataset->read(row);
    if (!conversation.ok()) {
        Q_EMIT problem(qtext(conversation.error().message));
        return;
    }
    Q_EMIT rowChosen(*conversation);
    m_service.requestTokens(row, m_template, m_model);
}

void DataController::setTokenTemplate(const QString& name)
{
    m_template = name;
    if (m_row >= 0)
        m_service.requestTokens(std::uint64_t(m_row), m_template, m_model);
}

void DataController::setTokenModel(const QString& slug)
{
    m_model = slug;
    if (m_row >= 0)
        m_service.requestTokens(std::uint64_t(m_row), m_template, m_model);
}

void DataController::importFiles(const QStringList& files)
{
    m_service.importFiles(files);
}

QString DataController::headline() const
{
    const auto& sources = m_service.sources();
    if (sources.empty())
        return tr("nothing imported yet");
    std::uint64_t rows = 0;
    std::uint64_t tokens = 0;
    bool complete = true;
    for (const DataSource& source : sources) {
        rows += source.manifest.rows;
        tokens += source.tokens.value_or(0);
        complete = complete && source.tokens.has_value();
    }
    QStringList parts{counted(qint64(sources.size()), tr("source"), tr("sources"))};
    if (!m_service.promptSets().empty())
        parts << counted(qint64(m_service.promptSets().size()), tr("test set"), tr("test sets"));
    parts << tr("%1 records").arg(grouped(qint64(rows)));
    if (complete)
        parts << tr("%1 tokens").arg(shortCount(qint64(tokens)));
    return parts.join(QStringLiteral(" · "));
}

QString DataController::sourceFacts() const
{
    const DataSource* source = current();
    if (source == nullptr)
        return {};
    QStringList parts{tr("%1 conversations").arg(grouped(qint64(source->manifest.rows)))};
    if (m_facts && m_facts->languageRows.size() > 0)
        parts << counted(qint64(m_facts->languageRows.size()), tr("language"), tr("languages"));
    if (source->tokens)
        parts << tr("%1 tokens").arg(shortCount(qint64(*source->tokens)));
    return parts.join(QStringLiteral(" · "));
}

QString DataController::countLine() const
{
    const qint64 shown = m_rows.rowCount();
    const qint64 all = qint64(m_rows.total());
    return tr("%1 rows · %2 filtered out").arg(grouped(shown), grouped(all - shown));
}

} // namespace koala
