#include "ui/widgets/stacked_bar.h"

#include <numeric>

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

#include "ui/widgets/theme.h"

namespace koala {

namespace {
constexpr int kBetween = 2;

double sum(const std::vector<BarSegment>& segments)
{
    return std::accumulate(segments.begin(), segments.end(), 0.0,
        [](double total, const BarSegment& s) { return total + std::max(0.0, s.amount); });
}

// Left and right edge of each segment, in pixels from the left of the bar.
std::vector<std::pair<double, double>> edges(
    const std::vector<BarSegment>& segments, double whole, int width)
{
    const double total = std::max(whole, sum(segments));
    std::vector<std::pair<double, double>> result;
    double at = 0;
    for (const BarSegment& s : segments) {
        const double part = total > 0 ? std::max(0.0, s.amount) / total * width : 0;
        result.emplace_back(at, at + part);
        at += part;
    }
    return result;
}

QColor wordsOn(const QColor& ground)
{
    const QColor light = QColor::fromRgb(0xFFFFFF), dark = QColor::fromRgb(0x1E2421);
    return contrastRatio(light, ground) >= contrastRatio(dark, ground) ? light : dark;
}
} // namespace

void paintStackedBar(QPainter& painter, const QRect& rect, const std::vector<BarSegment>& segments,
    double whole, bool labels)
{
    const Tokens& t = tokens();
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    QPainterPath shape;
    shape.addRoundedRect(rect, std::min(3, rect.height() / 2), std::min(3, rect.height() / 2));
    painter.setClipPath(shape);
    painter.fillRect(rect, t.track);
    const auto places = edges(segments, whole, rect.width());
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const BarSegment& s = segments[i];
        QRectF part(rect.x() + places[i].first, rect.y(), places[i].second - places[i].first,
            rect.height());
        if (part.width() <= 0)
            continue;
        if (i + 1 < segments.size() && part.width() > kBetween + 1) {
            painter.fillRect(
                QRectF(part.right() - kBetween, part.y(), kBetween, part.height()), t.card);
            part.setRight(part.right() - kBetween);
        }
        if (s.fill == BarSegment::Fill::Solid) {
            painter.fillRect(part, s.color);
        } else {
            painter.fillRect(part, t.track);
            painter.fillRect(part,
                QBrush(s.color.isValid() ? s.color : t.tie,
                    s.fill == BarSegment::Fill::Hatch ? Qt::BDiagPattern : Qt::DiagCrossPattern));
        }
        if (!labels || s.fill != BarSegment::Fill::Solid)
            continue;
        painter.setFont(fontFor(TextRole::Secondary));
        painter.setPen(wordsOn(s.color));
        const QFontMetrics metrics = painter.fontMetrics();
        QRectF inside = part.adjusted(8, 0, -6, 0);
        const int figureWidth = metrics.horizontalAdvance(s.figure);
        if (!s.figure.isEmpty() && figureWidth <= inside.width() + 4) {
            painter.drawText(inside, Qt::AlignVCenter | Qt::AlignRight, s.figure);
            inside.setRight(inside.right() - figureWidth - 8);
        }
        if (inside.width() > 24) {
            const QString text = metrics.elidedText(s.label, Qt::ElideRight, int(inside.width()));
            if (text.size() > 2)
                painter.drawText(inside, Qt::AlignVCenter | Qt::AlignLeft, text);
        }
    }
    painter.restore();
}

void paintInterval(QPainter& painter, const QRect& rect, double low, double value, double high,
    const QColor& color)
{
    const Tokens& t = tokens();
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const double y = QRectF(rect).center().y();
    const auto at = [&](double share) { return rect.x() + share * rect.width(); };
    painter.setPen(QPen(t.secondary, 1.2, Qt::DotLine));
    painter.drawLine(QPointF(at(0.5), rect.y() + 2), QPointF(at(0.5), rect.bottom() - 2));
    painter.setPen(QPen(color, 1.8));
    painter.drawLine(QPointF(at(low), y), QPointF(at(high), y));
    painter.drawLine(QPointF(at(low), y - 4), QPointF(at(low), y + 4));
    painter.drawLine(QPointF(at(high), y - 4), QPointF(at(high), y + 4));
    painter.setBrush(color);
    painter.setPen(Qt::NoPen);
    painter.drawEllipse(QPointF(at(value), y), 4, 4);
    painter.restore();
}

StackedBar::StackedBar(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void StackedBar::setSegments(std::vector<BarSegment> segments, double whole)
{
    m_segments = std::move(segments);
    m_whole = whole;
    QStringList words;
    for (const BarSegment& s : m_segments)
        words << (s.label + QLatin1Char(' ') + s.figure).trimmed();
    setAccessibleDescription(words.join(QStringLiteral(", ")));
    update();
}

void StackedBar::setBarHeight(int pixels)
{
    m_height = pixels;
    updateGeometry();
}

QSize StackedBar::sizeHint() const
{
    return {200, m_height};
}
QSize StackedBar::minimumSizeHint() const
{
    return {40, m_height};
}

void StackedBar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    paintStackedBar(painter, rect(), m_segments, m_whole, m_height >= 18);
}

int StackedBar::segmentAt(int x) const
{
    const auto places = edges(m_segments, m_whole, width());
    for (std::size_t i = 0; i < places.size(); ++i)
        if (x >= places[i].first && x < places[i].second)
            return int(i);
    return -1;
}

void StackedBar::mousePressEvent(QMouseEvent* event)
{
    if (const int index = segmentAt(int(event->position().x())); index >= 0)
        Q_EMIT segmentPressed(index);
}

bool StackedBar::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        if (const int index = segmentAt(help->pos().x()); index >= 0) {
            const BarSegment& s = m_segments[std::size_t(index)];
            QToolTip::showText(
                help->globalPos(), (s.label + QLatin1Char(' ') + s.figure).toHtmlEscaped(), this);
        } else {
            QToolTip::hideText();
        }
        return true;
    }
    return QWidget::event(event);
}

} // namespace koala
