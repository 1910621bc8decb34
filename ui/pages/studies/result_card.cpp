#include "ui/pages/studies/result_card.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QVBoxLayout>

#include "ui/pages/studies/outcome_table.h"
#include "ui/pages/studies/study_words.h"
#include "ui/services/words.h"
#include "ui/widgets/safe_text.h"

namespace koala {
namespace {

constexpr int kBarHeight = 24;
constexpr int kLabelHeight = 22;

} // namespace

OutcomeBar::OutcomeBar(QWidget* parent) : QWidget(parent)
{
    setObjectName(QStringLiteral("outcomeBar"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void OutcomeBar::set(const Outcome& outcome, const QString& left, const QString& right)
{
    m_outcome = outcome;
    m_left = left;
    m_right = right;
    setAccessibleName(outcomeInWords(outcome));
    update();
}

void OutcomeBar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const Tokens& theme = tokens();
    const PreferenceCounts& counts = m_outcome.counts;
    const QRect bar(0, height() - kBarHeight, width(), kBarHeight);
    paintStackedBar(painter, bar, winBar(counts), counts.total() > 0 ? 0 : 1, false);

    struct Part {
        std::int64_t count;
        QString words;
        QColor color;
        int x = 0, width = 0;
    };
    Part parts[4] = {{counts.losses, tr("A %1 wins").arg(m_left), theme.a},
        {counts.ties, counts.ties == 1 ? tr("tie") : tr("ties"), theme.text},
        {counts.wins, tr("B %1 wins").arg(m_right), theme.b},
        {counts.bothBad, tr("both bad"), theme.text}};
    const QFont figureFont = tabular(fontFor(TextRole::Title));
    const QFont wordFont = fontFor(TextRole::Secondary);
    const QFontMetrics figures(figureFont), words(wordFont);
    // Each label stands over the start of its part; later ones are pushed right where parts are
    // narrow, then all are pushed back from the right edge.
    const double total = double(std::max<std::int64_t>(1, counts.total()));
    std::int64_t before = 0;
    int next = 0;
    const int longest = width() * 3 / 10;
    for (Part& part : parts) {
        part.words = words.elidedText(part.words, Qt::ElideMiddle, longest);
        part.width = figures.horizontalAdvance(grouped(part.count)) + 4 +
                     words.horizontalAdvance(part.words) + 12;
        part.x = std::max(next, int(double(width()) * double(before) / total));
        next = part.x + part.width;
        before += part.count;
    }
    int limit = width() + 12;
    for (int i = 3; i >= 0; --i) {
        parts[i].x = std::max(0, std::min(parts[i].x, limit - parts[i].width));
        limit = parts[i].x;
    }
    for (const Part& part : parts) {
        const QString figure = grouped(part.count);
        painter.setFont(figureFont);
        painter.setPen(part.color);
        painter.drawText(part.x, kLabelHeight - 6, figure);
        painter.setFont(wordFont);
        painter.setPen(theme.secondary);
        painter.drawText(
            part.x + figures.horizontalAdvance(figure) + 4, kLabelHeight - 6, part.words);
    }
}

IntervalScale::IntervalScale(QWidget* parent) : QWidget(parent)
{
    setObjectName(QStringLiteral("intervalScale"));
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void IntervalScale::set(const Outcome& outcome)
{
    m_outcome = outcome;
    setAccessibleName(outcome.decided == 0
                          ? tr("Share of B among the decided: none yet")
                          : tr("Share of B among the decided: %1, 95 % interval %2 to %3")
                                .arg(percent(outcome.share), percent(outcome.interval.low),
                                    percent(outcome.interval.high)));
    update();
}

void IntervalScale::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const Tokens& theme = tokens();
    const QFont font = fontFor(TextRole::Axis);
    const QFontMetrics metrics(font);
    const int side = 6;
    const QRect line(side, 16, width() - 2 * side, 22);
    painter.setPen(theme.line);
    painter.drawLine(line.left(), line.center().y(), line.right(), line.center().y());
    const auto at = [&](double share) { return line.left() + int(share * line.width()); };
    for (const double tick : {0.0, 0.25, 0.75, 1.0})
        painter.drawLine(at(tick), line.center().y() - 3, at(tick), line.center().y() + 3);
    painter.setFont(font);
    painter.setPen(theme.secondary);
    const auto label = [&](double share, const QString& text) {
        const int wide = metrics.horizontalAdvance(text);
        painter.drawText(std::clamp(at(share) - wide / 2, 0, width() - wide), height() - 5, text);
    };
    label(0, tr("always A"));
    label(0.25, percent(0.25, 0));
    label(0.5, percent(0.5, 0));
    label(0.75, percent(0.75, 0));
    label(1, tr("always B"));
    if (m_outcome.decided == 0)
        return;
    const QColor color = m_outcome.pValue >= 0.05 ? theme.secondary
                         : sideBLeads(m_outcome)  ? theme.b
                                                  : theme.a;
    paintInterval(
        painter, line, m_outcome.interval.low, m_outcome.share, m_outcome.interval.high, color);
    const QString share = percent(m_outcome.share);
    QFont bold = font;
    bold.setWeight(QFont::DemiBold);
    painter.setFont(bold);
    painter.setPen(theme.text);
    const int wide = QFontMetrics(bold).horizontalAdvance(share);
    painter.drawText(std::clamp(at(m_outcome.share) - wide / 2, 0, width() - wide), 12, share);
}

ResultCard::ResultCard(QWidget* parent) : Card(tr("Which answer is better?"), parent)
{
    setObjectName(QStringLiteral("resultCard"));
    auto* column = new QVBoxLayout;
    column->setContentsMargins(16, 4, 16, 14);
    column->setSpacing(12);
    m_bar = new OutcomeBar(this);
    column->addWidget(m_bar);
    auto* row = new QHBoxLayout;
    row->setSpacing(24);
    auto* words = new QVBoxLayout;
    words->setSpacing(2);
    m_verdict = new TextLabel(TextRole::Strong, this);
    m_verdict->setObjectName(QStringLiteral("studyVerdict"));
    m_verdict->setWordWrap(true);
    m_verdict->setTextInteractionFlags(Qt::TextSelectableByMouse);
    words->addWidget(m_verdict);
    m_detail = new TextLabel(TextRole::Body, this);
    m_detail->setObjectName(QStringLiteral("studyVerdictDetail"));
    m_detail->setWordWrap(true);
    words->addWidget(m_detail);
    words->addStretch();
    row->addLayout(words, 3);
    m_scale = new IntervalScale(this);
    row->addWidget(m_scale, 2, Qt::AlignTop);
    column->addLayout(row);
    body()->addLayout(column);
}

void ResultCard::set(const StudyResult& study)
{
    setTitle(study.total.wording.empty() ? tr("Which answer is better?")
                                         : safeLine(study.total.wording, 120));
    setFacts(study.raters.size() > 1
                 ? tr("majority of %1 raters, prompt by prompt").arg(study.raters.size())
                 : QString());
    m_bar->set(study.total.outcome, safeLine(study.left, 60), safeLine(study.right, 60));
    m_scale->set(study.total.outcome);
    m_verdict->setText(verdict(study));
    const QString detail = verdictDetail(study.total.outcome);
    m_detail->setText(detail);
    m_detail->setVisible(!detail.isEmpty());
}

} // namespace koala
