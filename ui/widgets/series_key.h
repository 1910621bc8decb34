// ui/widgets/series_key.h: how a run or a source is drawn everywhere: a colour, a dash and a marker
// in a fixed order. One paint function for lists, legends, tool tips and the status line.
#pragma once

#include <QColor>
#include <QPen>
#include <QWidget>

#include "ui/widgets/theme.h"

class QPainter;

namespace koala {

enum class KeyMarker { Circle, Square, Triangle, Diamond, DownTriangle, Cross, Plus, OpenSquare };

struct SeriesKey {
    int index = 0; // position in the fixed order; any number >= 0
    QColor color() const;
    KeyMarker marker() const;
    QPen pen(qreal width = 2.0) const; // with the dash
};

void paintMarker(
    QPainter& painter, const QPointF& center, KeyMarker marker, const QColor& color, qreal size);
// Line with dash and marker in the middle, about 26 px wide, centred in rect.
void paintSeriesKey(QPainter& painter, const QRect& rect, SeriesKey key);
// The marker alone, as in source lists.
void paintSeriesMarker(QPainter& painter, const QRect& rect, SeriesKey key);

class SeriesKeyWidget final : public QWidget {
    Q_OBJECT
public:
    enum class Form { Line, MarkerOnly };
    explicit SeriesKeyWidget(Form form = Form::Line, QWidget* parent = nullptr);
    void setKey(SeriesKey key);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Form m_form;
    SeriesKey m_key;
};

} // namespace koala
