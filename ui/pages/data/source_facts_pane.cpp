#include "ui/pages/data/source_facts_pane.h"

#include <algorithm>

#include <QHBoxLayout>
#include <QVBoxLayout>

#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/safe_text.h"

namespace koala {

namespace {
constexpr std::uint32_t kLimit = 2048;
constexpr int kBars = 36;
} // namespace

HistogramBars tokenLengthBars(const DatasetTokens& tokens, std::uint32_t limit)
{
    const Histogram histogram = histogramOf(tokens.tokens, kBars, limit);
    HistogramBars bars;
    bars.counts.assign(histogram.counts.begin(), histogram.counts.end());
    bars.left = QStringLiteral("0");
    bars.unit = QObject::tr("conversations");
    const bool over = histogram.maximum > limit;
    const double reach = over ? double(limit) : histogram.maximum;
    bars.right = over ? QObject::tr("limit %1").arg(grouped(limit))
                      : QObject::tr("longest %1").arg(grouped(qint64(histogram.maximum)));
    bars.middle = QObject::tr("median %1").arg(grouped(qint64(histogram.median)));
    bars.middleAt = reach > 0 ? histogram.median / reach : 0.5;
    if (over)
        bars.overflowFrom = int(bars.counts.size()) - 1;
    return bars;
}

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
    connect(&m_controller, &DataController::factsChanged, this, &SourceFactsPane::refresh);
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
    if (source->problem.isEmpty())
        m_state->set("check", tr("ready"), Tone::Good);
    else
        m_state->set("warning", tr("unreadable"), Tone::Bad);
    QStringList files;
    for (const SourceFile& file : manifest.sources)
        files << safeLine(fs::path(file.path).filename().string(), 60) + QStringLiteral(" · ") +
                     byteCount(file.bytes);
    m_facts->set(tr("File"), files.mid(0, 3).join(QLatin1Char('\n')));
    const ImporterInfo* importer = findImporter(manifest.importer);
    m_facts->set(tr("Kind"), importer == nullptr ? safeLine(manifest.importer, 40)
                                                 : qtext(manifest.importer) + QStringLiteral(", ") +
                                                       qtext(std::string(importer->title)));
    QStringList terms;
    for (const std::string* words : {&manifest.terms, &manifest.licence})
        if (!words->empty())
            terms << safeLine(*words, 120);
    m_facts->set(tr("Terms"),
        terms.isEmpty() ? tr("not stated") : terms.join(QStringLiteral(" · ")),
        terms.isEmpty() ? Tone::Warning : Tone::Neutral);
    m_facts->set(tr("Imported"), shortDate(manifest.created) + QStringLiteral(" · sha256 ") +
                                     shortHash(manifest.rowsSha256));
    m_facts->set(tr("Used by"), source->usedBy.isEmpty()
                                    ? tr("no mixture yet")
                                    : source->usedBy.join(QStringLiteral(", ")).left(200));
    m_facts->set(tr("Problem"), source->problem, Tone::Bad);
    m_setAside->setVisible(manifest.quarantined > 0);
    m_setAside->setText(tr("%1 set aside · show")
            .arg(counted(qint64(manifest.quarantined), tr("broken record"), tr("broken records"))));
    const auto& tokens = m_controller.tokens();
    m_lengths->setVisible(tokens != nullptr);
    m_histogram->setVisible(tokens != nullptr);
    if (!tokens)
        return;
    const auto over =
        std::ranges::count_if(tokens->tokens, [](std::uint32_t count) { return count > kLimit; });
    m_lengths->setText(tr("Tokens per conversation · %1 of %2 above %3")
            .arg(grouped(over), grouped(qint64(tokens->tokens.size())), grouped(kLimit)));
    m_histogram->setBars(tokenLengthBars(*tokens, kLimit));
}

} // namespace koala
