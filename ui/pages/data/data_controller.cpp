#include "ui/pages/data/data_controller.h"

#include "ui/services/words.h"

namespace koala {

DataController::DataController(DataService& service, QObject* parent)
    : QObject(parent), m_service(service), m_cleaning(service.cleaning())
{
    connect(&m_cleaning, &CleaningController::rowsKnown, this,
        [this] { m_rows.setKept(m_cleaning.rows()); });
    connect(&m_service, &DataService::sourceFailed, this, &DataController::failed);
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
    connect(&m_service, &DataService::opened, this, &DataController::opened);
    connect(&m_service, &DataService::indexed, this,
        [this](const std::shared_ptr<const Dataset>& dataset) {
            m_rows.renewDataset(dataset);
            if (!m_filter.empty())
                m_service.search(m_filter);
        });
    connect(
        &m_service, &DataService::openFailed, this, [this](const QString&, const QString& message) {
            m_rows.setDataset(nullptr);
            m_cleaning.open({});
            m_failure = message;
            Q_EMIT problem(message);
            Q_EMIT chosen();
        });
    connect(&m_rows, &RowTableModel::textsWanted, &m_service, &DataService::requestTexts);
    connect(&m_service, &DataService::textsReady, &m_rows, &RowTableModel::setTexts);
    connect(&m_service, &DataService::conversationReady, this,
        [this](std::uint64_t row, const std::shared_ptr<const Conversation>& conversation) {
            if (std::int64_t(row) == m_row)
                Q_EMIT rowChosen(*conversation);
        });
    connect(&m_service, &DataService::conversationFailed, this, &DataController::problem);
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
    connect(&m_service, &DataService::chartsReady, this,
        [this](const std::shared_ptr<const DatasetCharts>& charts) {
            m_charts = charts;
            Q_EMIT chartsChanged();
        });
    const auto show = [this](const RowFilter& filter, const std::vector<std::uint32_t>& rows) {
        if (filter != m_filter)
            return;
        m_rows.setShown(rows, filter.sort != RowFilter::Sort::Position || filter.descending);
        Q_EMIT rowsChanged();
    };
    connect(&m_service, &DataService::foundSoFar, this, show);
    connect(&m_service, &DataService::searched, this,
        [this, show](const RowFilter& filter, const std::vector<std::uint32_t>& rows) {
            m_searching = m_searching && filter != m_filter;
            show(filter, rows);
        });
    connect(&m_service, &DataService::searchFailed, this, [this](const QString& message) {
        m_searching = false;
        Q_EMIT problem(message);
        Q_EMIT rowsChanged();
    });
    connect(&m_service, &DataService::tokenRowReady, this, &DataController::tokensOfRow);
    connect(&m_service, &DataService::tokenRowFailed, this, &DataController::tokensFailed);
}

void DataController::opened(const std::shared_ptr<const Dataset>& dataset)
{
    m_facts.reset();
    m_tokens.reset();
    m_charts.reset();
    m_failure.clear();
    m_rows.setDataset(dataset);
    m_cleaning.open(m_slug);
    Q_EMIT chosen();
    m_searching = !m_filter.empty();
    if (m_searching)
        m_service.search(m_filter);
    Q_EMIT rowsChanged();
    if (dataset->size() > 0)
        chooseRow(m_row >= 0 && std::uint64_t(m_row) < dataset->size() ? std::uint64_t(m_row) : 0);
}

void DataController::choose(const QString& slug)
{
    if (slug == m_slug && m_rows.dataset())
        return;
    m_slug = slug;
    m_row = -1;
    m_failure.clear();
    m_searching = false;
    m_facts.reset();
    m_tokens.reset();
    m_charts.reset();
    m_filter.language.reset(); // the next source may have none of it
    if (slug.isEmpty()) {
        m_rows.setDataset(nullptr);
        m_cleaning.open({});
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
    m_searching = !filter.empty();
    if (m_searching) {
        m_service.search(filter);
    } else {
        m_service.cancelSearch();
        m_rows.showAll();
    }
    Q_EMIT rowsChanged();
}

void DataController::cancelSearch()
{
    m_service.cancelSearch();
    m_searching = false;
    Q_EMIT rowsChanged();
}

void DataController::sortBy(int column)
{
    const auto sort = RowTableModel::sortOf(column);
    if (!sort)
        return;
    RowFilter filter = m_filter;
    filter.descending = filter.sort == *sort && !filter.descending;
    filter.sort = *sort;
    setFilter(filter);
}

void DataController::chooseRow(std::uint64_t row)
{
    const auto dataset = m_rows.dataset();
    if (!dataset || row >= dataset->size())
        return;
    m_row = std::int64_t(row);
    m_service.requestConversation(row);
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

QString DataController::headline() const
{
    const auto& sources = m_service.sources();
    if (sources.empty())
        return tr("nothing imported yet");
    std::uint64_t rows = 0;
    std::uint64_t tokens = 0;
    qint64 unlicensed = 0;
    bool complete = true;
    for (const DataSource& source : sources) {
        unlicensed += lacksLicence(source) ? 1 : 0;
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
    if (unlicensed > 0)
        parts << tr("%1 without a licence").arg(grouped(unlicensed));
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
    if (m_searching)
        return tr("searching… %1 found so far").arg(counted(shown, tr("row"), tr("rows")));
    return tr("%1 · %2 filtered out")
        .arg(counted(shown, tr("row"), tr("rows")), grouped(all - shown));
}

} // namespace koala
