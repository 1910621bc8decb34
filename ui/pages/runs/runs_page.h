// ui/pages/runs/runs_page.h: the Runs page: the list at the left, the chosen run in tabs at the
// right, and the form of a new run in their place. Lays out and forwards; decides nothing.
#pragma once

#include "ui/pages/runs/run_form_controller.h"
#include "ui/pages/runs/runs_controller.h"
#include "ui/widgets/page.h"

class QPushButton;
class QSplitter;
class QStackedWidget;
class QTableView;

namespace koala {

class ChartsTab;
class CheckpointsTab;
class ConfigurationTab;
class EmptyState;
class LogTab;
class NoticeBar;
class RunForm;
class RunHead;
class SamplesTab;
class Segmented;
class ShownRuns;
class TabLine;

class RunsPage final : public Page {
    Q_OBJECT
public:
    RunsPage(RunService& runs, RunPlanner& planner, QWidget* parent = nullptr);

    void activated() override;
    void open(const Destination& destination) override;
    QJsonObject saveState() const override;
    void restoreState(const QJsonObject& state) override;
    void showTab(int index);
    void openForm(const QString& mixture);

private:
    enum Tab { Charts, Samples, Checkpoints, Configuration, Log };
    QWidget* makeList();
    QWidget* makeDetail();
    void makeActions();
    void closeForm();
    void refresh();
    void refreshActions();
    void refreshTab();
    void resume(qint64 step);

    RunsController m_controller;
    RunFormController m_formController;
    QStackedWidget* m_whole;
    QSplitter* m_columns;
    QTableView* m_table;
    ShownRuns* m_shown;
    RunHead* m_head;
    TabLine* m_tabs;
    NoticeBar* m_notice;
    QStackedWidget* m_stack;
    ChartsTab* m_charts;
    SamplesTab* m_samples;
    CheckpointsTab* m_checkpoints;
    ConfigurationTab* m_configuration;
    LogTab* m_log;
    EmptyState* m_empty;
    RunForm* m_form = nullptr;
    Segmented* m_detailLevel;
    QPushButton *m_stop, *m_save, *m_resume, *m_compare, *m_chat, *m_resetForm, *m_start;
    bool m_inForm = false;
};

} // namespace koala
