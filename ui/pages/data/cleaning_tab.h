// ui/pages/data/cleaning_tab.h: the Cleaning tab: the steps and what each took, the options of the
// chosen one, its examples, and the command that does the same.
#pragma once

#include <QWidget>

#include "ui/pages/data/cleaning_controller.h"

class QLabel;
class QPushButton;
class QTableView;
class QToolButton;

namespace koala {

class ExamplePane;
class FactGrid;
class NoticeBar;
class StepOptionsForm;
class TextLabel;

class CleaningTab final : public QWidget {
    Q_OBJECT
public:
    explicit CleaningTab(CleaningController& controller, QWidget* parent = nullptr);
    void setPromptSets(const QStringList& slugs);

Q_SIGNALS:
    void showRow(std::uint64_t row);

private:
    QWidget* makeTop();
    QWidget* makeTable();
    QWidget* makeAddLine();
    QWidget* makeStepHead();
    QWidget* makeOptions();
    QWidget* makeFoot();
    void addKeys();
    void refresh();
    void showStep();

    CleaningController& m_controller;
    TextLabel* m_kept;
    TextLabel* m_keptWords;
    TextLabel* m_hash;
    TextLabel* m_replayWords;
    QPushButton* m_replay;
    QPushButton* m_stop;
    NoticeBar* m_problem;
    QTableView* m_table;
    TextLabel* m_sums;
    TextLabel* m_hint;
    TextLabel* m_stepTitle;
    TextLabel* m_stepHelp;
    QToolButton* m_remove;
    StepOptionsForm* m_form;
    FactGrid* m_facts;
    QWidget* m_detail;
    TextLabel* m_lastChange;
    TextLabel* m_command;
};

} // namespace koala
