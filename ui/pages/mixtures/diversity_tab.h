// ui/pages/mixtures/diversity_tab.h: how varied the mixture is: distinct runs of words, near
// duplicates, rounds, languages, what is asked for, and what of an answer's surface goes with good
// and bad ones. Measured by a child when the tab is opened or asked for.
#pragma once

#include <QWidget>

#include "ui/pages/mixtures/diversity_model.h"
#include "ui/pages/mixtures/mixtures_controller.h"

class QPushButton;
class QStackedWidget;
class QTableView;

namespace koala {

class EmptyState;
class FactGrid;
class NoticeBar;
class TextLabel;

class DiversityTab final : public QWidget {
    Q_OBJECT
public:
    explicit DiversityTab(MixturesController& controller, QWidget* parent = nullptr);

protected:
    void showEvent(QShowEvent* event) override;

private:
    QWidget* makeFacts();
    QWidget* makeAssociations();
    void measure();
    void show(const DiversityFacts& facts);
    void refresh(); // what the bar says

    MixturesController& m_controller;
    VerbModel m_verbModel;
    AssociationModel m_associationModel;
    NoticeBar* m_notice;
    TextLabel *m_state, *m_noLabels;
    QPushButton *m_measure, *m_cancel;
    QStackedWidget* m_stack;
    FactGrid* m_facts;
    QTableView* m_table;
    QString m_measured, m_measuring; // the recipe, as text
    QString m_progress;
    QString m_read; // "5,326 of 5,326 rows"
};

} // namespace koala
