// ui/widgets/histogram_view.h: a small histogram of equal bins with labels under it. Bars may be
// chosen with the mouse or the arrow keys to filter what stands beside them.
#pragma once

#include <vector>

#include <QString>
#include <QWidget>

namespace koala {

struct HistogramBars {
    std::vector<double> counts;
    int overflowFrom =
        -1; // bars from here on are drawn as a warning, behind a dotted line; -1: none
    QString left, middle, right; // under the axis
    double middleAt = 0.5;       // place of the middle label, as a part of the width
    QString unit;                // of a count, for readers: "conversations"
};

class HistogramView final : public QWidget {
    Q_OBJECT
public:
    enum class Choice { None, Bars };
    HistogramView(const QString& accessibleName, const char* objectName,
        Choice choice = Choice::None, QWidget* parent = nullptr);
    void setBars(HistogramBars bars);
    const HistogramBars& bars() const { return m_bars; }
    // [first, last], or -1, -1 for none.
    void setChosen(int first, int last);
    int chosenFirst() const { return m_first; }
    int chosenLast() const { return m_last; }
    QSize sizeHint() const override { return {240, 84}; }

Q_SIGNALS:
    void chosen(int first, int last); // by the user; -1, -1: none any more

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    QRectF barArea() const;
    int barAt(double x) const;
    void choose(int first, int last);

    HistogramBars m_bars;
    Choice m_choice;
    int m_first = -1, m_last = -1, m_anchor = -1;
};

} // namespace koala
