// ui/widgets/stacked_bar.h: one bar of segments with colour or hatch and a label where it fits:
// shares of a mixture, memory by part, wins and losses.
#pragma once

#include <vector>

#include <QColor>
#include <QString>
#include <QWidget>

namespace koala {

struct BarSegment {
    enum class Fill { Solid, Hatch, CrossHatch };
    double amount = 0;
    QColor color;
    Fill fill = Fill::Solid;
    QString label;  // at the left inside the segment, if there is room
    QString figure; // at the right inside it
};

class StackedBar final : public QWidget {
    Q_OBJECT
public:
    explicit StackedBar(QWidget* parent = nullptr);
    // `whole` > sum of the amounts leaves the rest as empty track; 0: the bar is full.
    void setSegments(std::vector<BarSegment> segments, double whole = 0);
    void setBarHeight(int pixels);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void segmentPressed(int index);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    bool event(QEvent* event) override;

private:
    int segmentAt(int x) const;
    std::vector<BarSegment> m_segments;
    double m_whole = 0;
    int m_height = 24;
};

// For delegates.
void paintStackedBar(QPainter& painter, const QRect& rect, const std::vector<BarSegment>& segments,
    double whole, bool labels);
// An interval with caps and a dot on a scale of 0 to 1, with a dotted mark at one half.
void paintInterval(QPainter& painter, const QRect& rect, double low, double value, double high,
    const QColor& color);

} // namespace koala
