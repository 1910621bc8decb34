// ui/pages/compare/compare_page.h: the Compare page: prompts at the left, one with both answers at
// the right, votes at the foot. Lays out and forwards; decides nothing.
#pragma once

#include "ui/pages/compare/compare_controller.h"
#include "ui/widgets/page.h"

class QCheckBox;
class QComboBox;
class QLineEdit;
class QPushButton;
class QSplitter;
class QStackedWidget;
class QTableView;

namespace koala {

class AnswerPane;
class AnswerText;
class EmptyState;
class GroupVotesView;
class HistogramView;
class NoticeBar;
class TextLabel;
class VoteButton;

class ComparePage final : public Page {
    Q_OBJECT
public:
    explicit ComparePage(CompareService& service, QWidget* parent = nullptr);
    CompareController& controller() { return m_controller; }

    void activated() override;
    void open(const Destination& destination) override;
    QJsonObject saveState() const override;
    void restoreState(const QJsonObject& state) override;

protected:
    void keyPressEvent(QKeyEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* makeLeft();
    QWidget* makeRight();
    QWidget* makePrompt();
    QWidget* makeDifferenceLine();
    QWidget* makeVotes();
    void connectAll();
    bool handleKey(int key);
    void refreshChoices();
    void refreshAll();
    void refreshPrompt();
    void refreshVotes();
    void refreshFill();
    void filter();
    void togglePane(bool a);
    void editNote();

    CompareController m_controller;
    QPushButton *m_generate, *m_report, *m_study;
    QStackedWidget* m_whole;
    EmptyState* m_empty;
    QSplitter *m_columns, *m_left, *m_answers;
    QComboBox *m_set, *m_order;
    QTableView* m_table;
    HistogramView* m_histogram;
    TextLabel* m_histogramWords;
    GroupVotesView* m_groups;
    NoticeBar* m_notice;
    TextLabel *m_number, *m_about;
    AnswerText* m_prompt;
    QCheckBox *m_differences, *m_together;
    AnswerPane *m_a, *m_b;
    VoteButton *m_voteA, *m_voteTie, *m_voteB, *m_voteBad;
    QPushButton *m_note, *m_undo;
    QLineEdit* m_noteEdit;
    TextLabel* m_saved;
    QString m_wantA, m_wantB;
    bool m_filling = false, m_scrolling = false;
};

} // namespace koala
