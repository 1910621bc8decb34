#include "ui/widgets/series_key.h"

#include <QPainter>
#include <QPolygonF>

namespace koala {

QColor SeriesKey::color() const
{
    return tokens().series[std::size_t(std::max(0, index)) % 8];
}

KeyMarker SeriesKey::marker() const
{
    // After a whole round of colours the markers are shifted, so that pairs stay different longer.
    const int i = std::max(0, index);
    return KeyMarker((i + i / 8) % 8);
}

QPen SeriesKey::pen(qreal width) const
{
    static const QList<qreal> patterns[] = {
        {}, {4, 2}, {1, 2}, {5, 2, 1, 2}, {8, 3}, {3, 2, 1, 2, 1, 2}, {1, 1.5}, {}};
    QPen pen(color(), width);
    pen.setCapStyle(Qt::FlatCap);
    pen.setJoinStyle(Qt::RoundJoin);
    const auto& pattern = patterns[std::max(0, index) % 8];
    if (!pattern.isEmpty())
        pen.setDashPattern(pattern);
    return pen;
}

void paintMarker(
    QPainter& painter, const QPointF& c, KeyMarker marker, const QColor& color, qreal size)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    const qreal r = size / 2;
    switch (marker) {
    case KeyMarker::Circle:
        painter.drawEllipse(c, r, r);
        break;
    case KeyMarker::Square:
        painter.drawRect(QRectF(c.x() - r * 0.9, c.y() - r * 0.9, r * 1.8, r * 1.8));
        break;
    case KeyMarker::Triangle:
        painter.drawPolygon(QPolygonF{{c.x(), c.y() - r}, {c.x() + r * 1.1, c.y() + r * 0.85},
            {c.x() - r * 1.1, c.y() + r * 0.85}});
        break;
    case KeyMarker::DownTriangle:
        painter.drawPolygon(QPolygonF{{c.x(), c.y() + r}, {c.x() + r * 1.1, c.y() - r * 0.85},
            {c.x() - r * 1.1, c.y() - r * 0.85}});
        break;
    case KeyMarker::Diamond:
        painter.drawPolygon(QPolygonF{{c.x(), c.y() - r * 1.2}, {c.x() + r * 1.2, c.y()},
            {c.x(), c.y() + r * 1.2}, {c.x() - r * 1.2, c.y()}});
        break;
    case KeyMarker::Cross:
        painter.setPen(QPen(color, size / 4.5));
        painter.drawLine(c - QPointF(r, r) * 0.8, c + QPointF(r, r) * 0.8);
        painter.drawLine(c + QPointF(-r, r) * 0.8, c + QPointF(r, -r) * 0.8);
        break;
    case KeyMarker::Plus:
        painter.setPen(QPen(color, size / 4.0));
        painter.drawLine(c - QPointF(r, 0), c + QPointF(r, 0));
        painter.drawLine(c - QPointF(0, r), c + QPointF(0, r));
        break;
    case KeyMarker::OpenSquare:
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(color, size / 5));
        painter.drawRect(QRectF(c.x() - r * 0.75, c.y() - r * 0.75, r * 1.5, r * 1.5));
        break;
    }
    painter.restore();
}

void paintSeriesKey(QPainter& painter, const QRect& rect, SeriesKey key)
{
    const QPointF c = QRectF(rect).center();
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(key.pen(1.8));
    painter.drawLine(c - QPointF(13, 0), c - QPointF(4, 0));
    painter.drawLine(c + QPointF(4, 0), c + QPointF(13, 0));
    painter.restore();
    paintMarker(painter, c, key.marker(), key.color(), 8);
}

void paintSeriesMarker(QPainter& painter, const QRect& rect, SeriesKey key)
{
    paintMarker(painter, QRectF(rect).center(), key.marker(), key.color(), 9);
}

SeriesKeyWidget::SeriesKeyWidget(Form form, QWidget* parent) : QWidget(parent), m_form(form)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void SeriesKeyWidget::setKey(SeriesKey key)
{
    m_key = key;
    update();
}

QSize SeriesKeyWidget::sizeHint() const
{
    return {m_form == Form::Line ? 28 : 14, 16};
}

void SeriesKeyWidget::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    if (m_form == Form::Line)
        paintSeriesKey(painter, rect(), m_key);
    else
        paintSeriesMarker(painter, rect(), m_key);
}

} // namespace koala
