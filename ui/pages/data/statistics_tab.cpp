#include "ui/pages/data/statistics_tab.h"

#include <QGridLayout>
#include <QVBoxLayout>

#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/safe_text.h"

namespace koala {

namespace {
constexpr int kListedLanguages = 12;
constexpr int kListedWords = 12;
} // namespace

StatisticsTab::StatisticsTab(DataController& controller, QWidget* parent)
    : QWidget(parent), m_controller(controller), m_wordUse(controller.service().project())
{
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);
    outer->addWidget(makeBar());
    auto* content = pane(QPalette::Window, this);
    auto* grid = new QGridLayout(content);
    grid->setContentsMargins(16, 16, 16, 16);
    grid->setSpacing(16);
    m_turns = addChart(tr("Turns per conversation"), "turnsHistogram", 0, 0, *grid);
    m_words = addChart(tr("Words per conversation"), "wordsHistogram", 0, 1, *grid);
    m_tokens = addChart(tr("Tokens per conversation"), "tokensHistogram", 1, 0, *grid);
    m_trained = addChart(tr("Trained tokens per conversation"), "trainedHistogram", 1, 1, *grid);
    const auto factCard = [&](const QString& title, int column, int row) {
        auto* card = new Card(title, content);
        auto* facts = new FactGrid(FactGrid::Align::Right, 160, card);
        facts->setContentsMargins(16, 10, 16, 12);
        card->body()->addWidget(facts);
        card->body()->addStretch(1);
        grid->addWidget(card, row, column);
        return facts;
    };
    m_totals = factCard(tr("In all"), 0, 2);
    auto* pair = new QWidget(content);
    auto* pairLayout = new QHBoxLayout(pair);
    pairLayout->setContentsMargins(0, 0, 0, 0);
    pairLayout->setSpacing(16);
    const auto listCard = [&](const QString& title, FactGrid*& facts) {
        auto* card = new Card(title, pair);
        facts = new FactGrid(FactGrid::Align::Right, 80, card);
        facts->setContentsMargins(16, 10, 16, 12);
        card->body()->addWidget(facts);
        card->body()->addStretch(1);
        pairLayout->addWidget(card);
    };
    listCard(tr("Turns by role"), m_roles);
    listCard(tr("Languages"), m_languages);
    grid->addWidget(pair, 2, 1);
    m_verbs = factCard(tr("Most used verbs in requests"), 0, 3);
    m_objects = factCard(tr("What they are about"), 1, 3);
    grid->setRowStretch(4, 1);
    grid->setColumnStretch(0, 1);
    grid->setColumnStretch(1, 1);
    outer->addWidget(scrollArea(content, "statistics", this));
    connect(&m_controller, &DataController::chosen, this, &StatisticsTab::refresh);
    connect(&m_controller, &DataController::chosen, this, &StatisticsTab::askForWords);
    connect(&m_controller.cleaning().service(), &CleaningService::ran, this, [this] {
        m_countedSlug.clear(); // other rows are left
        askForWords();
    });
    connect(&m_wordUse, &WordUseCounter::ready, this, &StatisticsTab::showWords);
    connect(&m_wordUse, &WordUseCounter::failed, this, [this](const QString& message) {
        m_verbs->clear();
        m_objects->clear();
        m_verbs->set(tr("not counted"), safeLine(message, 200), Tone::Warning);
    });
    DataService& service = m_controller.service();
    connect(&m_controller, &DataController::factsChanged, this, &StatisticsTab::refresh);
    connect(&m_controller, &DataController::chartsChanged, this, &StatisticsTab::showCharts);
    connect(&service, &DataService::factsStopped, this, &StatisticsTab::showState);
    connect(&service, &DataService::factsProgress, this, [this](quint64 rows) {
        m_rowsRead = rows;
        showState();
    });
}

QWidget* StatisticsTab::makeBar()
{
    auto* bar = pane(QPalette::Window, this);
    QHBoxLayout* line = toolBar(bar);
    line->setContentsMargins(16, 0, 16, 1);
    m_state = new TextLabel(TextRole::Secondary, bar);
    m_state->setObjectName(QStringLiteral("statisticsState"));
    m_action = linkButton(tr("stop"), "statisticsAction", bar);
    line->addWidget(m_state);
    line->addWidget(m_action);
    line->addStretch(1);
    connect(m_action, &QPushButton::clicked, this, [this] {
        DataService& service = m_controller.service();
        if (service.gatheringFacts())
            service.stopFacts();
        else
            service.gatherFacts();
        showState();
    });
    return bar;
}

void StatisticsTab::showState()
{
    const auto dataset = m_controller.dataset();
    const bool reading = m_controller.service().gatheringFacts();
    const bool known = m_controller.facts() != nullptr;
    m_action->setVisible(dataset != nullptr && (reading || !known));
    m_action->setText(reading ? tr("stop") : tr("read them"));
    m_action->setAccessibleName(reading ? tr("Stop reading the texts") : tr("Read the texts"));
    if (!dataset)
        m_state->setText({});
    else if (reading)
        m_state->setText(tr("reading the texts: %1 of %2")
                .arg(grouped(qint64(m_rowsRead)),
                    counted(qint64(dataset->size()), tr("conversation"), tr("conversations"))));
    else if (known)
        m_state->setText(tr("%1 read, as they were imported")
                .arg(counted(qint64(dataset->size()), tr("conversation"), tr("conversations"))));
    else
        m_state->setText(tr("words, roles and languages are not counted: reading was stopped"));
}

StatisticsTab::Chart StatisticsTab::addChart(
    const QString& title, const char* objectName, int row, int column, QGridLayout& grid)
{
    Chart chart;
    chart.card = new Card(title, grid.parentWidget());
    chart.view = new HistogramView(title, objectName, HistogramView::Choice::None, chart.card);
    chart.view->setFixedHeight(132);
    auto* inset = new QVBoxLayout;
    inset->setContentsMargins(16, 8, 16, 10);
    inset->addWidget(chart.view);
    chart.card->body()->addLayout(inset);
    grid.addWidget(chart.card, row, column);
    return chart;
}

void StatisticsTab::draw(const Chart& chart, const Histogram& histogram, const QString& unit)
{
    HistogramBars bars;
    bars.counts.assign(histogram.counts.begin(), histogram.counts.end());
    if (!bars.counts.empty()) {
        bars.left = QStringLiteral("0");
        bars.right = tr("largest %1").arg(grouped(qint64(histogram.maximum)));
        bars.middle = tr("median %1").arg(grouped(qint64(histogram.median)));
        bars.middleAt = histogram.maximum > 0 ? histogram.median / histogram.maximum : 0.5;
    }
    bars.unit = tr("conversations");
    chart.view->setBars(std::move(bars));
    chart.card->setFacts(unit);
}

void StatisticsTab::showCharts()
{
    const auto& charts = m_controller.charts();
    if (!charts)
        return;
    const auto& tokens = m_controller.tokens();
    const QString unit =
        tokens ? tr("as %1 counts").arg(safeLine(tokens->model, 40)) : tr("not counted yet");
    draw(m_turns, charts->turns, {});
    draw(m_words, charts->words, {});
    draw(m_tokens, charts->tokens, unit);
    draw(m_trained, charts->trained, unit);
}

void StatisticsTab::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    askForWords();
}

void StatisticsTab::askForWords()
{
    const QString slug = m_controller.dataset() ? m_controller.currentSlug() : QString();
    if (!isVisible() || slug == m_countedSlug)
        return;
    m_countedSlug = slug;
    m_verbs->clear();
    m_objects->clear();
    if (!slug.isEmpty())
        m_verbs->set(tr("counting…"), QStringLiteral(" "));
    m_wordUse.request(slug);
}

void StatisticsTab::showWords(const WordUse& use)
{
    m_verbs->clear();
    m_objects->clear();
    m_verbs->set(tr("requests that begin with a verb"),
        tr("%1 of %2").arg(grouped(qint64(use.requestsWithVerb)), grouped(qint64(use.rows))));
    const auto list = [](FactGrid& grid, const std::vector<WordUse::Count>& counts) {
        for (std::size_t i = 0; i < counts.size() && i < std::size_t(kListedWords); ++i)
            grid.set(safeLine(counts[i].words, 40), grouped(qint64(counts[i].rows)));
    };
    list(*m_verbs, use.verbs);
    list(*m_objects, use.verbObjects);
}

void StatisticsTab::refresh()
{
    const auto dataset = m_controller.dataset();
    if (!m_controller.facts())
        m_rowsRead = 0;
    showState();
    if (!dataset)
        return;
    const DatasetManifest& manifest = dataset->manifest();
    m_totals->set(tr("Conversations"), grouped(qint64(manifest.rows)));
    m_totals->set(tr("Turns"), grouped(qint64(manifest.turns)));
    m_totals->set(tr("Set aside"), grouped(qint64(manifest.quarantined)));
    const auto& tokens = m_controller.tokens();
    m_totals->set(tr("Tokens"), tokens ? grouped(qint64(tokens->total)) : QString());
    m_totals->set(tr("Trained tokens"), tokens ? grouped(qint64(tokens->totalTrained)) : QString());
    const auto& facts = m_controller.facts();
    if (!facts)
        return;
    m_totals->set(tr("Words"), grouped(qint64(facts->words)));
    m_totals->set(tr("Repeated prompts"), grouped(qint64(facts->repeatedPrompts)));
    m_roles->clear();
    for (const auto& [role, count] : facts->roles)
        m_roles->set(qtext(role), grouped(qint64(count)));
    m_languages->clear();
    if (facts->languageRows.empty())
        m_languages->set(tr("not stated"), grouped(qint64(manifest.rows)));
    int listed = 0;
    for (const auto& [language, count] : facts->languageRows)
        if (listed++ < kListedLanguages)
            m_languages->set(safeLine(language, 20), grouped(qint64(count)));
}

} // namespace koala
