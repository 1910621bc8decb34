#include "ui/widgets/line_chart.h"

#include <cmath>
#include <limits>

#include <QApplication>
#include <QFile>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainterPath>
#include <QSvgGenerator>
#include <QTextStream>
#include <QVBoxLayout>
// QCustomPlot writes Qt's keywords as macros, which the rest of the window does without.
#define signals Q_SIGNALS
#define slots Q_SLOTS
#define foreach Q_FOREACH
#include <qcustomplot.h>
#undef signals
#undef slots
#undef foreach

#include "ui/widgets/buttons.h"

namespace koala {

std::vector<double> debiasedMean(const std::vector<double>& y, double weight)
{
    std::vector<double> smooth(y.size(), std::numeric_limits<double>::quiet_NaN());
    double mean = 0, sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
        if (!std::isfinite(y[i]))
            continue;
        mean = weight * mean + (1 - weight) * y[i];
        sum = weight * sum + (1 - weight);
        smooth[i] = mean / sum;
    }
    return smooth;
}

namespace {
// The raw values: one vertical line a pixel column, so that no extreme is lost at any zoom.
class RawColumns final : public QCPAbstractItem {
public:
    RawColumns(QCustomPlot* plot, const ChartSeries& series)
        : QCPAbstractItem(plot), m_series(series)
    {
        setLayer(QStringLiteral("grid"));
        setClipToAxisRect(true);
    }
    double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }

protected:
    void draw(QCPPainter* painter) override
    {
        const QCPAxis* xAxis = mParentPlot->xAxis;
        const QCPAxis* yAxis = mParentPlot->yAxis;
        QColor color = m_series.key.color();
        color.setAlphaF(tokens().kind == ThemeKind::Dark ? 0.42F : 0.36F);
        painter->setAntialiasing(false);
        painter->setPen(QPen(color, 1));
        const auto begin =
            std::lower_bound(m_series.x.begin(), m_series.x.end(), xAxis->range().lower);
        const auto end = std::upper_bound(begin, m_series.x.end(), xAxis->range().upper);
        int column = std::numeric_limits<int>::min();
        double low = 0, high = 0, last = std::numeric_limits<double>::quiet_NaN();
        const auto flush = [&] {
            if (column == std::numeric_limits<int>::min())
                return;
            const double top = yAxis->coordToPixel(high), bottom = yAxis->coordToPixel(low);
            painter->drawLine(QLineF(column, top, column, std::max(bottom, top + 1)));
        };
        for (auto it = begin; it != end; ++it) {
            const double value = m_series.y[std::size_t(it - m_series.x.begin())];
            if (!std::isfinite(value)) {
                last = value;
                continue;
            }
            const int at = int(xAxis->coordToPixel(*it));
            if (at != column) {
                flush();
                // Sparse points are joined, dense ones fill their column.
                if (std::isfinite(last) && at > column + 1 &&
                    column != std::numeric_limits<int>::min())
                    painter->drawLine(
                        QLineF(column, yAxis->coordToPixel(last), at, yAxis->coordToPixel(value)));
                column = at;
                low = high = value;
            } else {
                low = std::min(low, value);
                high = std::max(high, value);
            }
            last = value;
        }
        flush();
    }

private:
    const ChartSeries& m_series;
};

// The last point of a curve, and a few on the way, as markers.
class Markers final : public QCPAbstractItem {
public:
    Markers(QCustomPlot* plot, const ChartSeries& series, const std::vector<double>& y, bool all)
        : QCPAbstractItem(plot), m_series(series), m_y(y), m_all(all)
    {
        setClipToAxisRect(false);
    }
    double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }

protected:
    void draw(QCPPainter* painter) override
    {
        std::vector<std::size_t> places;
        const std::size_t count = m_y.size();
        if (m_all && count <= 40) {
            for (std::size_t i = 0; i < count; ++i)
                places.push_back(i);
        } else if (count > 0) {
            places.push_back(count - 1);
            for (std::size_t part = 1; part < 4 && count > 8; ++part)
                places.push_back(count * part / 4);
        }
        const QRectF area = QRectF(mParentPlot->axisRect()->rect()).adjusted(-2, -2, 2, 2);
        for (const std::size_t i : places) {
            if (!std::isfinite(m_y[i]))
                continue;
            const QPointF at(mParentPlot->xAxis->coordToPixel(m_series.x[i]),
                mParentPlot->yAxis->coordToPixel(m_y[i]));
            if (area.contains(at))
                paintMarker(*painter, at, m_series.key.marker(), m_series.key.color(), 7.5);
        }
    }

private:
    const ChartSeries& m_series;
    const std::vector<double>& m_y;
    bool m_all;
};

struct Label {
    double wanted = 0, y = 0, anchorX = 0;
    const ChartSeries* series = nullptr;
    QString value;
};

QString shortNumber(double value, char format, int digits)
{
    if (!std::isfinite(value))
        return QStringLiteral("–");
    if (format == 'f' && std::abs(value) >= 1000)
        return QLocale().toString(value, 'f', 0);
    if (value == 0)
        return QStringLiteral("0");
    if (format != 'e')
        return QLocale().toString(value, format, digits);
    if (std::abs(value) >= 0.01)
        return QLocale().toString(value, 'g', 3);
    const int power = int(std::floor(std::log10(std::abs(value)) + 1e-9));
    return QStringLiteral("%1e%2")
        .arg(QLocale().toString(value / std::pow(10, power), 'g', 3))
        .arg(power);
}
} // namespace

struct LineChart::State {
    Plot* plot = nullptr;
    QString title, xName;
    std::vector<ChartSeries> series;
    std::vector<std::vector<double>> smooth;
    std::vector<ChartMark> marks;
    double weight = 0.6;
    bool logarithmic = false, raw = true, labels = false, zoomed = false;
    char format = 'f';
    int digits = 2;
    QString unit;
    std::optional<double> floor, cursor;
};

class LineChart::Plot final : public QCustomPlot {
public:
    Plot(LineChart& chart, State& state) : QCustomPlot(&chart), m_chart(chart), m_state(state)
    {
        setFocusPolicy(Qt::StrongFocus);
        setMinimumSize(120, 96);
        setBackground(Qt::transparent);
        setAttribute(Qt::WA_OpaquePaintEvent, false);
        setNoAntialiasingOnDrag(true);
        setPlottingHint(QCP::phFastPolylines, true);
        plotLayout()->setMargins(QMargins(4, 2, 12, 2));
        axisRect()->setMinimumMargins(QMargins(36, 6, 6, 22));
        setInteraction(QCP::iRangeZoom, true);
        axisRect()->setRangeZoom(Qt::Horizontal);
        setSelectionRectMode(QCP::srmNone);
        setMouseTracking(true);
        m_cross = new QCPItemStraightLine(this);
        m_cross->setVisible(false);
        connect(xAxis, static_cast<void (QCPAxis::*)(const QCPRange&)>(&QCPAxis::rangeChanged),
            this, [this] { fitY(); });
        restyle();
    }

    void restyle()
    {
        const Tokens& t = tokens();
        for (QCPAxis* axis : {xAxis, yAxis}) {
            axis->setLabelFont(fontFor(TextRole::Axis));
            axis->setTickLabelFont(fontFor(TextRole::Axis));
            axis->setTickLabelColor(t.secondary);
            axis->setBasePen(Qt::NoPen);
            axis->setTickPen(Qt::NoPen);
            axis->setSubTickPen(Qt::NoPen);
            axis->setTickLength(0, 0);
            axis->setTickLabelPadding(6);
            axis->setNumberPrecision(6);
            axis->grid()->setPen(QPen(t.line, 1));
            axis->grid()->setZeroLinePen(Qt::NoPen);
        }
        xAxis->grid()->setVisible(false);
        m_cross->setPen(QPen(t.secondary, 1, Qt::DashLine));
    }

    void rebuild()
    {
        restyle();
        clearGraphs();
        for (QCPAbstractItem* old : m_items)
            removeItem(old);
        m_items.clear();
        m_state.smooth.clear();
        m_state.smooth.reserve(m_state.series.size());
        for (const ChartSeries& s : m_state.series)
            m_state.smooth.push_back(s.smoothed ? debiasedMean(s.y, m_state.weight) : s.y);
        if (m_state.raw)
            for (const ChartSeries& s : m_state.series)
                if (s.smoothed && s.y.size() > 1)
                    m_items.push_back(new RawColumns(this, s));
        for (std::size_t i = 0; i < m_state.series.size(); ++i) {
            const ChartSeries& s = m_state.series[i];
            QCPGraph* graph = addGraph();
            QPen pen = s.key.pen(s.pale ? 1.2 : 2.0);
            if (s.pale)
                pen.setStyle(Qt::DotLine);
            graph->setPen(pen);
            graph->setAdaptiveSampling(true);
            graph->setData(QVector<double>(s.x.begin(), s.x.end()),
                QVector<double>(m_state.smooth[i].begin(), m_state.smooth[i].end()), true);
            if (!s.pale)
                m_items.push_back(new Markers(this, s, m_state.smooth[i], !s.smoothed));
        }
        for (const ChartMark& mark : m_state.marks)
            addMark(mark);
        yAxis->setScaleType(m_state.logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
        if (m_state.logarithmic)
            yAxis->setTicker(QSharedPointer<QCPAxisTickerLog>::create());
        else
            yAxis->setTicker(ticker(m_state.format, m_state.digits, 5));
        xAxis->setTicker(ticker('f', 0, width() < 360 ? 4 : 7));
        for (QCPAxis* axis : {xAxis, yAxis})
            axis->setNumberFormat(QStringLiteral("g")); // no powers of ten in small type
        if (!m_state.zoomed)
            fitX();
        fitY();
        replot(QCustomPlot::rpQueuedReplot);
    }

    void fitX()
    {
        double low = std::numeric_limits<double>::infinity(), high = -low;
        for (const ChartSeries& s : m_state.series)
            if (!s.x.empty()) {
                low = std::min(low, s.x.front());
                high = std::max(high, s.x.back());
            }
        if (!std::isfinite(low))
            low = 0, high = 1;
        if (low > 0 && low < 0.4 * high)
            low = 0;
        if (high <= low)
            high = low + 1;
        xAxis->setRange(low, high + (high - low) * (m_state.labels ? 0.28 : 0.015));
    }

    void fitY()
    {
        const QCPRange x = xAxis->range();
        std::vector<double> values;
        double low = std::numeric_limits<double>::infinity(), high = -low;
        for (std::size_t i = 0; i < m_state.series.size(); ++i) {
            const ChartSeries& s = m_state.series[i];
            const auto& y = m_state.raw && s.smoothed ? s.y : m_state.smooth[i];
            for (std::size_t k = 0; k < s.x.size(); ++k)
                if (x.contains(s.x[k]) && std::isfinite(y[k]) &&
                    (!m_state.logarithmic || y[k] > 0)) {
                    low = std::min(low, y[k]);
                    high = std::max(high, y[k]);
                }
        }
        if (!std::isfinite(low))
            low = 0, high = 1;
        if (m_state.floor && !m_state.logarithmic)
            low = std::min(low, *m_state.floor);
        if (high <= low)
            high = low + std::max(std::abs(low) * 0.1, 1e-9);
        if (m_state.logarithmic)
            yAxis->setRange(low * 0.95, high * 1.05);
        else
            yAxis->setRange(
                m_state.floor && low == *m_state.floor ? low : low - (high - low) * 0.06,
                high + (high - low) * 0.06);
    }

    void showCursor()
    {
        m_cross->setVisible(m_state.cursor.has_value());
        if (m_state.cursor) {
            m_cross->point1->setCoords(*m_state.cursor, 0);
            m_cross->point2->setCoords(*m_state.cursor, 1);
        }
        replot(QCustomPlot::rpQueuedReplot);
    }

protected:
    // On the screen: over what QCustomPlot keeps in its buffers.
    void paintEvent(QPaintEvent* event) override
    {
        QCustomPlot::paintEvent(event);
        QPainter painter(this);
        if (m_state.labels)
            drawLabels(painter);
        if (m_state.cursor && m_hovered)
            drawReadout(painter);
    }
    // Into a file.
    void draw(QCPPainter* painter) override
    {
        painter->fillRect(rect(), tokens().card);
        QCustomPlot::draw(painter);
        if (m_state.labels)
            drawLabels(*painter);
    }

    void mouseMoveEvent(QMouseEvent* event) override
    {
        const QPointF at = event->position();
        if (m_dragging) {
            m_dragTo = at.x();
            replot(QCustomPlot::rpQueuedReplot);
        } else if (axisRect()->rect().contains(at.toPoint())) {
            m_hovered = true;
            m_mouse = at;
            Q_EMIT m_chart.cursorMoved(nearestX(xAxis->pixelToCoord(at.x())));
        } else {
            leave();
        }
    }
    void leaveEvent(QEvent*) override { leave(); }
    void mousePressEvent(QMouseEvent* event) override
    {
        if (event->button() == Qt::LeftButton) {
            m_dragging = true;
            m_dragFrom = m_dragTo = event->position().x();
        }
    }
    void mouseReleaseEvent(QMouseEvent*) override
    {
        if (m_dragging && std::abs(m_dragTo - m_dragFrom) > 6) {
            const double one = xAxis->pixelToCoord(std::min(m_dragFrom, m_dragTo));
            const double other = xAxis->pixelToCoord(std::max(m_dragFrom, m_dragTo));
            m_state.zoomed = true;
            xAxis->setRange(one, other);
            Q_EMIT m_chart.zoomChanged();
        }
        m_dragging = false;
        replot(QCustomPlot::rpQueuedReplot);
    }
    void mouseDoubleClickEvent(QMouseEvent*) override { m_chart.resetZoom(); }
    void wheelEvent(QWheelEvent* event) override
    {
        if (!(event->modifiers() & Qt::ControlModifier)) {
            event->ignore(); // the page scrolls
            return;
        }
        m_state.zoomed = true;
        QCustomPlot::wheelEvent(event);
        Q_EMIT m_chart.zoomChanged();
    }
    void keyPressEvent(QKeyEvent* event) override
    {
        const int step = event->key() == Qt::Key_Right ? 1 : event->key() == Qt::Key_Left ? -1 : 0;
        if (event->key() == Qt::Key_Escape)
            leave();
        if (step == 0 || m_state.series.empty() || m_state.series.front().x.empty()) {
            QCustomPlot::keyPressEvent(event);
            return;
        }
        const auto& x = m_state.series.front().x;
        const double now = m_state.cursor.value_or(step > 0 ? x.front() : x.back());
        auto at = std::lower_bound(x.begin(), x.end(), now) - x.begin() + step;
        at = std::clamp<std::ptrdiff_t>(at, 0, std::ptrdiff_t(x.size()) - 1);
        m_hovered = true;
        m_mouse = QPointF(xAxis->coordToPixel(x[std::size_t(at)]), axisRect()->top() + 20);
        Q_EMIT m_chart.cursorMoved(x[std::size_t(at)]);
    }
    void changeEvent(QEvent* event) override
    {
        QCustomPlot::changeEvent(event);
        if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
            rebuild();
    }

private:
    static QSharedPointer<QCPAxisTicker> ticker(char format, int digits, int count)
    {
        class Grouped final : public QCPAxisTicker {
        public:
            Grouped(char f, int d) : m_format(f), m_digits(d) {}

        protected:
            QString getTickLabel(double tick, const QLocale&, QChar, int) override
            {
                if (m_format == 'e')
                    return std::abs(tick) < 1e-12 ? QStringLiteral("0") : shortNumber(tick, 'e', 2);
                if (std::abs(tick) >= 1000)
                    return QLocale().toString(tick, 'f', 0);
                QString text = QLocale().toString(tick, 'f', std::max(m_digits, 2));
                if (text.contains(QLocale().decimalPoint())) {
                    while (text.endsWith(QLatin1Char('0')))
                        text.chop(1);
                    if (text.endsWith(QLocale().decimalPoint()))
                        text.chop(1);
                }
                return text;
            }

        private:
            char m_format;
            int m_digits;
        };
        auto made = QSharedPointer<Grouped>::create(format, digits);
        made->setTickCount(count);
        made->setTickStepStrategy(QCPAxisTicker::tssReadability);
        return made;
    }

    void addMark(const ChartMark& mark)
    {
        const Tokens& t = tokens();
        auto* line = new QCPItemStraightLine(this);
        line->setPen(QPen(t.strong(mark.tone), mark.dotted ? 1.2 : 2.0,
            mark.dotted ? Qt::DotLine : Qt::SolidLine));
        line->point1->setCoords(mark.x, 0);
        line->point2->setCoords(mark.x, 1);
        m_items.push_back(line);
        auto* words = new QCPItemText(this);
        words->setText(mark.label);
        words->setFont(fontFor(TextRole::Axis));
        words->setColor(mark.tone == Tone::Neutral ? t.secondary : t.strong(mark.tone));
        words->setPositionAlignment(Qt::AlignLeft | Qt::AlignTop);
        words->setPadding(QMargins(5, 1, 0, 0));
        words->position->setTypeX(QCPItemPosition::ptPlotCoords);
        words->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
        words->position->setCoords(mark.x, 0.0);
        m_items.push_back(words);
    }

    std::optional<double> nearestX(double x) const
    {
        std::optional<double> best;
        for (const ChartSeries& s : m_state.series) {
            auto at = std::lower_bound(s.x.begin(), s.x.end(), x);
            for (const auto candidate : {at, at == s.x.begin() ? at : at - 1})
                if (candidate != s.x.end() &&
                    (!best || std::abs(*candidate - x) < std::abs(*best - x)))
                    best = *candidate;
        }
        return best;
    }

    void leave()
    {
        if (m_hovered) {
            m_hovered = false;
            Q_EMIT m_chart.cursorMoved(std::nullopt);
        }
    }

    struct Reading {
        const ChartSeries* series;
        double value;
    };
    std::vector<Reading> readings() const
    {
        std::vector<Reading> found;
        for (std::size_t i = 0; i < m_state.series.size(); ++i) {
            const ChartSeries& s = m_state.series[i];
            if (s.x.empty() || s.pale || !m_state.cursor || *m_state.cursor > s.x.back())
                continue;
            auto at = std::lower_bound(s.x.begin(), s.x.end(), *m_state.cursor);
            if (at != s.x.begin() &&
                (at == s.x.end() || *at - *m_state.cursor > *m_state.cursor - *(at - 1)))
                --at;
            if (const double value = m_state.smooth[i][std::size_t(at - s.x.begin())];
                std::isfinite(value))
                found.push_back({&s, value});
        }
        std::ranges::sort(found, std::greater{}, &Reading::value);
        return found;
    }

    void drawReadout(QPainter& painter)
    {
        const Tokens& t = tokens();
        if (m_dragging && std::abs(m_dragTo - m_dragFrom) > 6) {
            QColor veil = t.accent;
            veil.setAlphaF(0.15F);
            const QRect area = axisRect()->rect();
            painter.fillRect(QRectF(std::min(m_dragFrom, m_dragTo), area.top(),
                                 std::abs(m_dragTo - m_dragFrom), area.height()),
                veil);
            return;
        }
        const auto found = readings();
        if (found.empty())
            return;
        const QFont small = fontFor(TextRole::Secondary);
        const QFontMetrics metrics(small);
        const QString head =
            m_state.xName + QLatin1Char(' ') +
            QLocale().toString(*m_state.cursor, 'f',
                *m_state.cursor < 10 && *m_state.cursor != std::floor(*m_state.cursor) ? 2 : 0);
        int nameWidth = metrics.horizontalAdvance(head), valueWidth = 0;
        for (const Reading& r : found) {
            nameWidth =
                std::max(nameWidth, 38 + std::min(metrics.horizontalAdvance(r.series->name), 200));
            valueWidth = std::max(valueWidth, metrics.horizontalAdvance(shortNumber(
                                                  r.value, m_state.format, m_state.digits + 1)));
        }
        const int row = metrics.height() + 4;
        QRect box(0, 0, nameWidth + valueWidth + 44, row * (int(found.size()) + 1) + 12);
        int x = int(m_mouse.x()) + 14;
        if (x + box.width() > width() - 4)
            x = int(m_mouse.x()) - 14 - box.width();
        box.moveTo(std::max(2, x),
            std::clamp(int(m_mouse.y()) - 20, 2, std::max(2, height() - box.height() - 2)));
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(t.line);
        painter.setBrush(t.card);
        painter.drawRoundedRect(
            QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), size::kCorner, size::kCorner);
        painter.setFont(small);
        painter.setPen(t.secondary);
        painter.drawText(box.adjusted(10, 6, 0, 0), Qt::AlignLeft | Qt::AlignTop, head);
        int y = box.top() + 6 + row;
        for (const Reading& r : found) {
            paintSeriesKey(painter, QRect(box.left() + 8, y, 28, row - 2), r.series->key);
            painter.setPen(t.text);
            painter.drawText(QRect(box.left() + 42, y, nameWidth, row),
                Qt::AlignVCenter | Qt::AlignLeft,
                metrics.elidedText(r.series->name, Qt::ElideRight, nameWidth - 30));
            painter.drawText(QRect(box.left(), y, box.width() - 10, row),
                Qt::AlignVCenter | Qt::AlignRight,
                shortNumber(r.value, m_state.format, m_state.digits + 1));
            y += row;
        }
    }

    // Names and last values beside the ends of the curves, spread so that none covers another.
    void drawLabels(QPainter& painter)
    {
        const Tokens& t = tokens();
        std::vector<Label> labels;
        for (std::size_t i = 0; i < m_state.series.size(); ++i) {
            const ChartSeries& s = m_state.series[i];
            if (s.x.empty() || s.pale)
                continue;
            const double value = m_state.smooth[i].back();
            if (!std::isfinite(value))
                continue;
            const double y = yAxis->coordToPixel(value);
            labels.push_back({y, y, xAxis->coordToPixel(s.x.back()), &s,
                shortNumber(value, m_state.format, m_state.digits)});
        }
        std::ranges::sort(labels, {}, &Label::wanted);
        const QRect area = axisRect()->rect();
        const double row = 16;
        double floor = area.top() + row / 2;
        for (Label& label : labels) {
            label.y = std::max(label.wanted, floor);
            floor = label.y + row;
        }
        double ceiling = area.bottom() - row / 2 + row;
        for (auto label = labels.rbegin(); label != labels.rend(); ++label) {
            label->y = std::min(label->y, ceiling - row);
            ceiling = label->y;
        }
        painter.setFont(fontFor(TextRole::Secondary));
        const QFontMetrics metrics = painter.fontMetrics();
        painter.setRenderHint(QPainter::Antialiasing);
        const int right = area.right() - 4;
        for (const Label& label : labels) {
            const double x = std::min(label.anchorX + 22, double(right) - 40);
            painter.setPen(QPen(label.series->key.color(), 1));
            painter.drawLine(QPointF(label.anchorX + 5, label.wanted), QPointF(x - 4, label.y));
            paintMarker(painter, QPointF(x + 4, label.y), label.series->key.marker(),
                label.series->key.color(), 8);
            painter.setPen(t.text);
            const int valueWidth = metrics.horizontalAdvance(label.value);
            const QRectF place(x + 14, label.y - row / 2, right - x - 14, row);
            painter.drawText(place, Qt::AlignVCenter | Qt::AlignRight, label.value);
            painter.drawText(place, Qt::AlignVCenter | Qt::AlignLeft,
                metrics.elidedText(
                    label.series->name, Qt::ElideRight, int(place.width()) - valueWidth - 8));
        }
    }

    LineChart& m_chart;
    State& m_state;
    QCPItemStraightLine* m_cross = nullptr;
    std::vector<QCPAbstractItem*> m_items;
    QPointF m_mouse;
    double m_dragFrom = 0, m_dragTo = 0;
    bool m_hovered = false, m_dragging = false;
};

LineChart::LineChart(const QString& title, const QString& xName, QWidget* parent)
    : Card(title, parent), m_state(std::make_unique<State>())
{
    m_state->title = title;
    m_state->xName = xName;
    m_state->plot = new Plot(*this, *m_state);
    m_state->plot->setAccessibleName(title);
    body()->addWidget(m_state->plot, 1);
    body()->setContentsMargins(6, 0, 6, 4);
}

LineChart::~LineChart()
{
    delete m_state->plot; // refers to the state
}

void LineChart::setSeries(std::vector<ChartSeries> series)
{
    m_state->series = std::move(series);
    m_state->plot->rebuild();
    describe();
}

void LineChart::describe()
{
    const QString words = summary();
    m_state->plot->setAccessibleDescription(words);
    setAccessibleDescription(words);
}

void LineChart::setMarks(std::vector<ChartMark> marks)
{
    m_state->marks = std::move(marks);
    m_state->plot->rebuild();
}

void LineChart::setSmoothing(double weight)
{
    m_state->weight = std::clamp(weight, 0.0, 0.99);
    m_state->plot->rebuild();
}

void LineChart::setLogAxis(bool logarithmic)
{
    m_state->logarithmic = logarithmic;
    m_state->plot->rebuild();
}

void LineChart::setRawShown(bool shown)
{
    m_state->raw = shown;
    m_state->plot->rebuild();
}

void LineChart::setXName(const QString& name)
{
    m_state->xName = name;
}

void LineChart::setDirectLabels(bool shown)
{
    m_state->labels = shown;
    m_state->plot->rebuild();
}

void LineChart::setYFormat(char format, int digits, const QString& unit)
{
    m_state->format = format;
    m_state->digits = digits;
    m_state->unit = unit;
}

void LineChart::setYFloor(std::optional<double> floor)
{
    m_state->floor = floor;
}

void LineChart::setCursor(std::optional<double> x)
{
    m_state->cursor = x;
    m_state->plot->showCursor();
    describe();
}

void LineChart::resetZoom()
{
    m_state->zoomed = false;
    m_state->plot->rebuild();
    Q_EMIT zoomChanged();
}

bool LineChart::zoomed() const
{
    return m_state->zoomed;
}

QString LineChart::summary() const
{
    const auto figure = [this](double value) {
        return shortNumber(value, m_state->format, m_state->digits);
    };
    QStringList parts;
    for (std::size_t i = 0; i < m_state->series.size(); ++i) {
        const ChartSeries& s = m_state->series[i];
        if (s.x.empty() || s.pale)
            continue;
        std::size_t at = s.x.size() - 1;
        if (m_state->cursor)
            at = std::min<std::size_t>(
                at, std::size_t(
                        std::lower_bound(s.x.begin(), s.x.end(), *m_state->cursor) - s.x.begin()));
        QString words =
            tr("%1: %2 at %3 %4")
                .arg(s.name, figure(s.y[at]), m_state->xName, QLocale().toString(s.x[at], 'f', 0));
        if (s.smoothed && m_state->weight > 0)
            words += tr(" (smoothed %1)").arg(figure(m_state->smooth[i][at]));
        parts << words + tr(", began at %1").arg(figure(s.y.front()));
    }
    return parts.isEmpty() ? tr("no values yet") : parts.join(QStringLiteral("; "));
}

Status LineChart::exportTo(const QString& path) const
{
    Plot& plot = *m_state->plot;
    if (path.endsWith(QStringLiteral(".png")) || path.endsWith(QStringLiteral(".svg"))) {
        bool written = true;
        if (path.endsWith(QStringLiteral(".png"))) {
            written = plot.savePng(path, 0, 0, 2.0);
        } else {
            QSvgGenerator generator;
            generator.setFileName(path);
            generator.setSize(plot.size());
            generator.setViewBox(plot.rect());
            generator.setTitle(m_state->title);
            QCPPainter painter;
            written = painter.begin(&generator);
            if (written)
                plot.toPainter(&painter);
        }
        if (!written)
            return ioError("write " + path.toStdString() +
                           ": the folder may not be writable; choose another place");
        return {};
    }
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate))
        return ioError("write " + path.toStdString() + ": " + file.errorString().toStdString() +
                       "; choose another place");
    QTextStream out(&file);
    out << m_state->xName << ",series,value,smoothed\n";
    for (std::size_t i = 0; i < m_state->series.size(); ++i) {
        const ChartSeries& s = m_state->series[i];
        QString name = s.name;
        name.replace(QLatin1Char('"'), QStringLiteral("\"\""));
        for (std::size_t k = 0; k < s.x.size(); ++k)
            out << s.x[k] << ",\"" << name << "\"," << QString::number(s.y[k], 'g', 17) << ','
                << QString::number(m_state->smooth[i][k], 'g', 17) << '\n';
    }
    out.flush();
    if (out.status() != QTextStream::Ok)
        return ioError("write " + path.toStdString() + ": " + file.errorString().toStdString());
    return {};
}

} // namespace koala
