#include "ui/pages/data/source_facts_pane.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/safe_text.h"

namespace koala {

namespace {
// What lies above the limit of a mixture is drawn apart.
HistogramBars tokenLengthBars(const DatasetCharts& charts)
{
    const Histogram& histogram = charts.upToLimit;
    HistogramBars bars;
    bars.counts.assign(histogram.counts.begin(), histogram.counts.end());
    bars.left = QStringLiteral("0");
    bars.unit = QObject::tr("conversations");
    const bool over = charts.aboveLimit > 0;
    const double reach = over ? double(kUsualTokenLimit) : histogram.maximum;
    bars.right = over ? QObject::tr("limit %1").arg(grouped(kUsualTokenLimit))
                      : QObject::tr("longest %1").arg(grouped(qint64(histogram.maximum)));
    bars.middle = QObject::tr("median %1").arg(grouped(qint64(histogram.median)));
    bars.middleAt = reach > 0 ? histogram.median / reach : 0.5;
    if (over)
        bars.overflowFrom = int(bars.counts.size()) - 1;
    return bars;
}
} // namespace

SourceFactsPane::SourceFactsPane(DataController& controller, QWidget* parent)
    : QWidget(parent), m_controller(controller)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 12, 16, 12);
    layout->setSpacing(6);
    auto* head = new QHBoxLayout;
    m_title = new TextLabel(TextRole::Strong, this);
    m_title->setElided(true);
    m_state = new Pill(this);
    head->addWidget(m_title, 1);
    head->addWidget(m_state);
    layout->addLayout(head);
    m_facts = new FactGrid(FactGrid::Align::Left, 62, this);
    layout->addWidget(m_facts);
    m_setAside = linkButton({}, "showSetAside", this);
    auto* asideRow = new QHBoxLayout;
    asideRow->addWidget(m_setAside);
    asideRow->addStretch(1);
    layout->addLayout(asideRow);
    m_lengths = new TextLabel(TextRole::Secondary, this);
    layout->addWidget(m_lengths);
    m_histogram = new HistogramView(
        tr("Tokens per conversation"), "tokenLengths", HistogramView::Choice::None, this);
    layout->addWidget(m_histogram);
    layout->addStretch(1);
    connect(m_setAside, &QPushButton::clicked, this, &SourceFactsPane::showSetAside);
    connect(&m_controller, &DataController::chosen, this, &SourceFactsPane::refresh);
    connect(&m_controller, &DataController::chartsChanged, this, &SourceFactsPane::showLengths);
    connect(&m_controller, &DataController::sourcesChanged, this, &SourceFactsPane::refresh);
    refresh();
}

void SourceFactsPane::refresh()
{
    const DataSource* source = m_controller.current();
    setVisible(source != nullptr);
    if (source == nullptr)
        return;
    const DatasetManifest& manifest = source->manifest;
    m_title->setText(safeLine(manifest.title, 120));
    if (!source->problem.isEmpty())
        m_state->set("warning", tr("unreadable"), Tone::Bad);
    else if (isForTesting(*source))
        m_state->set("lock", tr("for testing only"), Tone::Neutral);
    else
        m_state->set("check", tr("ready"), Tone::Good);
    QStringList files;
    for (const SourceFile& file : manifest.sources)
        files << safeLine(fs::path(file.path).filename().string(), 60) + QStringLiteral(" · ") +
                     byteCount(file.bytes);
    m_facts->set(tr("File"), files.mid(0, 3).join(QLatin1Char('\n')));
    const ImporterInfo* importer = findImporter(manifest.importer);
    m_facts->set(tr("Kind"), importer == nullptr ? safeLine(manifest.importer, 40)
                                                 : qtext(manifest.importer) + QStringLiteral(", ") +
                                                       qtext(std::string(importer->title)));
    m_facts->set(tr("Licence"),
        manifest.licence.empty() ? tr("not stated: ask before you share what it trains")
                                 : safeLine(manifest.licence, 120),
        lacksLicence(*source) ? Tone::Warning : Tone::Neutral);
    m_facts->set(tr("Terms"), safeLine(manifest.terms, 240));
    m_facts->set(tr("Imported"), shortDate(manifest.created) + QStringLiteral(" · sha256 ") +
                                     shortHash(manifest.rowsSha256));
    m_facts->set(tr("Used by"), source->usedBy.isEmpty()
                                    ? tr("no mixture yet")
                                    : source->usedBy.join(QStringLiteral(", ")).left(200));
    m_facts->set(tr("Problem"), source->problem, Tone::Bad);
    m_setAside->setVisible(manifest.quarantined > 0);
    m_setAside->setText(tr("%1 set aside · show")
            .arg(counted(qint64(manifest.quarantined), tr("broken record"), tr("broken records"))));
    showLengths();
}

void SourceFactsPane::showLengths()
{
    const auto& charts = m_controller.charts();
    const bool known = charts != nullptr && !charts->upToLimit.counts.empty();
    m_lengths->setVisible(known);
    m_histogram->setVisible(known);
    if (!known)
        return;
    const auto& tokens = m_controller.tokens();
    m_lengths->setText(tr("Tokens per conversation · %1 of %2 above %3")
            .arg(grouped(qint64(charts->aboveLimit)),
                grouped(tokens ? qint64(tokens->tokens.size()) : 0), grouped(kUsualTokenLimit)));
    m_histogram->setBars(tokenLengthBars(*charts));
}

} // namespace koala
