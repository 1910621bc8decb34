// ui/widgets/line_chart.h: one chart card: curves of several runs over a common x.
//
// Raw values are drawn pale, as one vertical line from the least to the greatest value of each
// pixel column, so every extreme is seen at any zoom; the smoothed curve is drawn strong over them.
// Smoothing is a debiased exponential mean over the points themselves, so it does not depend on the
// zoom. Values that are no numbers leave a gap. The mouse zooms by dragging and by wheel and resets
// by double click; the arrow keys move a cursor whose values are also the accessible description.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <QString>

#include "core/base/result.h"
#include "ui/widgets/card.h"
#include "ui/widgets/series_key.h"

namespace koala {

struct ChartSeries {
    QString name;
    SeriesKey key;
    std::vector<double> x, y; // x ascending, same length
    bool smoothed =
        true; // false: the points themselves, joined, with a marker on each (held-out loss)
    bool pale = false; // a planned or removed part
};

struct ChartMark { // a vertical line
    double x = 0;
    QString label;
    Tone tone = Tone::Neutral;
    bool dotted = true;
};

// Weighted mean with weight^distance, divided by the sum of the weights; NaN where y is no number.
std::vector<double> debiasedMean(const std::vector<double>& y, double weight);

class LineChart final : public Card {
    Q_OBJECT
public:
    LineChart(const QString& title, const QString& xName, QWidget* parent = nullptr);
    ~LineChart() override;

    void setSeries(std::vector<ChartSeries> series);
    void setMarks(std::vector<ChartMark> marks);
    void setSmoothing(double weight); // 0 … 0.99
    void setLogAxis(bool logarithmic);
    void setRawShown(bool shown);
    void setXName(const QString& name);
    // Draws names and last values at the right of the curves.
    void setDirectLabels(bool shown);
    // How y values are written: "f" or "g" with digits, and what follows them.
    void setYFormat(char format, int digits, const QString& unit = {});
    // At least this low at the bottom, e.g. 0 for rates.
    void setYFloor(std::optional<double> floor);

    void setCursor(std::optional<double> x); // cross-hair, shared between the cards of a page
    void resetZoom();
    bool zoomed() const;
    Status exportTo(const QString& path) const; // by ending: .png .svg .csv
    QString summary() const;                    // what a reader hears

Q_SIGNALS:
    void cursorMoved(std::optional<double> x);
    void zoomChanged();

private:
    void describe();
    class Plot;
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace koala
