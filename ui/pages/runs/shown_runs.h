// ui/pages/runs/shown_runs.h: the shown runs side by side, below the list: what differs between
// them.
#pragma once

#include <QWidget>

class QCheckBox;
class QGridLayout;

namespace koala {

class RunsController;

class ShownRuns final : public QWidget {
    Q_OBJECT
public:
    explicit ShownRuns(RunsController& controller, QWidget* parent = nullptr);
    void refresh();

private:
    RunsController& m_controller;
    QCheckBox* m_differences;
    QWidget* m_table = nullptr;
    QStringList m_last;
};

} // namespace koala
