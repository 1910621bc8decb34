#include "ui/widgets/histogram_view.h"

#include <algorithm>

#include <QHelpEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include "ui/widgets/theme.h"

namespace koala {

namespace {
constexpr int kLabelHeight = 16;
}

HistogramView::HistogramView(
    const QString& accessibleName, const char* objectName, Choice choice, QWidget* parent)
    : QWidget(parent), m_choice(choice)
{
    setAccessibleName(accessibleName);
    setObjectName(QString::fromLatin1(objectName));
    setMinimumHeight(56);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    if (choice == Choice::Bars)
        setFocusPolicy(Qt::StrongFocus);
}

void HistogramView::setBars(HistogramBars bars)
{
    m_bars = std::move(bars);
    double sum = 0;
    for (const double count : m_bars.counts)
        sum += count;
    setAccessibleDescription(tr("%1 %2 in %3 bars from %4 to %5")
            .arg(QLocale().toString(qlonglong(sum)), m_bars.unit)
            .arg(m_bars.counts.size())
            .arg(m_bars.left, m_bars.right));
    update();
}

void HistogramView::setChosen(int first, int last)
{
    m_first = first;
    m_last = last;
    update();
}

QRectF HistogramView::barArea() const
{
    return QRectF(rect()).adjusted(0, 2, 0, -kLabelHeight - 3);
}

int HistogramView::barAt(double x) const
{
    const int bars = int(m_bars.counts.size());
    if (bars == 0)
        return -1;
    return std::clamp(int((x - barArea().left()) / barArea().width() * bars), 0, bars - 1);
}

void HistogramView::choose(int first, int last)
{
    if (first == m_first && last == m_last)
        return;
    setChosen(first, last);
    Q_EMIT chosen(first, last);
}

void HistogramView::paintEvent(QPaintEvent*)
{
    const Tokens& colors = tokens();
    QPainter painter(this);
    const QRectF area = barArea();
    const double most = m_bars.counts.empty() ? 0 : *std::ranges::max_element(m_bars.counts);
    const double step = m_bars.counts.empty() ? 0 : area.width() / double(m_bars.counts.size());
    const double gap = step > 6 ? 1.0 : 0.0;
    for (std::size_t i = 0; i < m_bars.counts.size() && most > 0; ++i) {
        if (m_bars.counts[i] <= 0)
            continue;
        const double height = std::max(1.0, m_bars.counts[i] / most * area.height());
        const bool over = m_bars.overflowFrom >= 0 && int(i) >= m_bars.overflowFrom;
        const bool isChosen = int(i) >= m_first && int(i) <= m_last && m_first >= 0;
        QColor color =
            m_choice == Choice::Bars ? colors.thumb : mixed(colors.card, colors.accent, 0.72);
        if (over)
            color = colors.warning;
        if (isChosen)
            color = colors.accent;
        painter.fillRect(
            QRectF(area.left() + double(i) * step, area.bottom() - height, step - gap, height),
            color);
    }
    painter.setPen(QPen(colors.line, 1));
    painter.drawLine(area.bottomLeft(), area.bottomRight());
    if (m_bars.overflowFrom >= 0) {
        const double x = area.left() + m_bars.overflowFrom * step - 1;
        painter.setPen(QPen(colors.text, 1, Qt::DotLine));
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
    }
    painter.setPen(colors.secondary);
    painter.setFont(fontFor(TextRole::Axis));
    const QRectF labels(0, height() - kLabelHeight, width(), kLabelHeight);
    painter.drawText(labels, Qt::AlignLeft | Qt::AlignVCenter, m_bars.left);
    painter.drawText(labels, Qt::AlignRight | Qt::AlignVCenter, m_bars.right);
    if (!m_bars.middle.isEmpty()) {
        const double wide = painter.fontMetrics().horizontalAdvance(m_bars.middle) + 4;
        const double leftEnd = painter.fontMetrics().horizontalAdvance(m_bars.left) + 8;
        const double rightEnd = width() - painter.fontMetrics().horizontalAdvance(m_bars.right) - 8;
        const double x =
            std::max(leftEnd, std::min(m_bars.middleAt * width() - wide / 2, rightEnd - wide));
        painter.drawText(
            QRectF(x, labels.top(), wide, labels.height()), Qt::AlignCenter, m_bars.middle);
    }
    if (hasFocus() && m_choice == Choice::Bars) {
        painter.setPen(QPen(colors.accent, 1));
        painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
    }
}

void HistogramView::mousePressEvent(QMouseEvent* event)
{
    if (m_choice == Choice::None)
        return QWidget::mousePressEvent(event);
    const int bar = barAt(event->position().x());
    m_anchor = bar;
    if (m_first == bar && m_last == bar)
        choose(-1, -1); // clicking again clears
    else
        choose(bar, bar);
}

void HistogramView::mouseMoveEvent(QMouseEvent* event)
{
    if (m_choice == Choice::None || m_anchor < 0 || !(event->buttons() & Qt::LeftButton))
        return;
    const int bar = barAt(event->position().x());
    if (bar != m_anchor || m_first >= 0)
        choose(std::min(bar, m_anchor), std::max(bar, m_anchor));
}

void HistogramView::keyPressEvent(QKeyEvent* event)
{
    const int bars = int(m_bars.counts.size());
    if (m_choice == Choice::None || bars == 0)
        return QWidget::keyPressEvent(event);
    if (event->key() == Qt::Key_Escape && m_first >= 0)
        choose(-1, -1);
    else if (event->key() == Qt::Key_Right)
        choose(std::min(m_first + 1, bars - 1), std::min(m_first + 1, bars - 1));
    else if (event->key() == Qt::Key_Left)
        choose(std::max(m_first - 1, 0), std::max(m_first - 1, 0));
    else
        QWidget::keyPressEvent(event);
}

bool HistogramView::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int bar = barAt(help->pos().x());
        if (bar >= 0)
            QToolTip::showText(help->globalPos(),
                QLocale().toString(qlonglong(m_bars.counts[std::size_t(bar)])) + QLatin1Char(' ') +
                    m_bars.unit,
                this);
        return true;
    }
    return QWidget::event(event);
}

} // namespace koala
