// ui/pages/runs/charts_tab.h: the linked charts of the shown runs, and above them the card that
// says why a run failed.
#pragma once

#include <QJsonObject>
#include <QWidget>

#include "core/run/series.h"

class QCheckBox;
class QLabel;
class QPushButton;
class QSlider;

namespace koala {

class FailureCard;
class LineChart;
class RunsController;
class Segmented;
class TextLabel;

class ChartsTab final : public QWidget {
    Q_OBJECT
public:
    explicit ChartsTab(RunsController& controller, QWidget* parent = nullptr);
    void refresh();
    QJsonObject saveState() const;
    void restoreState(const QJsonObject& state);

Q_SIGNALS:
    void problem(const QString& message);
    void logRequested();
    void resumeRequested(qint64 step);

private:
    QWidget* makeTools();
    void addExport(LineChart& chart);
    void exportAll(const QString& ending);
    void applySettings();
    SeriesAxis axis() const;

    RunsController& m_controller;
    Segmented* m_axis;
    QSlider* m_smoothing;
    TextLabel* m_smoothingValue;
    QCheckBox* m_log;
    QCheckBox* m_raw;
    QPushButton* m_reset;
    FailureCard* m_failure;
    LineChart *m_loss, *m_heldOut, *m_rate, *m_norm, *m_speed, *m_memory, *m_sources;
    std::vector<LineChart*> m_charts;
    std::vector<const void*> m_drawn; // the series that are on screen
};

} // namespace koala
