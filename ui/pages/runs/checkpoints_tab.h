// ui/pages/runs/checkpoints_tab.h: what a run saved: held-out loss at each, a table, and what one
// can do with the chosen one.
#pragma once

#include <QWidget>

#include "ui/services/latest_task.h"

class QPushButton;
class QTableView;

namespace koala {

class Card;
class CheckpointModel;
class FactGrid;
class LineChart;
class RunsController;
class TextLabel;

class CheckpointsTab final : public QWidget {
    Q_OBJECT
public:
    explicit CheckpointsTab(RunsController& controller, QWidget* parent = nullptr);
    void refresh(); // reads the folder in a worker

Q_SIGNALS:
    void counted(int checkpoints);
    void chatRequested(const QString& model);
    void compareRequested(const QString& model);
    void resumeRequested(qint64 step);
    void problem(const QString& message);

private:
    QWidget* makeDetail();
    QWidget* makeSide();
    void showChosen();
    void verify();
    QString chosenModel() const;

    RunsController& m_controller;
    CheckpointModel* m_model;
    LineChart* m_chart;
    QTableView* m_table;
    Card* m_detail;
    FactGrid *m_files, *m_facts, *m_disk;
    QPushButton *m_chat, *m_compare, *m_resume, *m_pin, *m_verify;
    TextLabel* m_command;
    QString m_run;
    LatestTask m_reading, m_verifying;
};

} // namespace koala
