// ui/pages/data/rows_tab.h: the Rows tab: the filter line, the table of rows, one conversation
// beside it.
#pragma once

#include <QJsonObject>
#include <QWidget>

#include "ui/pages/data/data_controller.h"

class QCheckBox;
class QComboBox;
class QPushButton;
class QSplitter;
class QTableView;

namespace koala {

class ConversationPane;
class SearchField;
class TextLabel;

class RowsTab final : public QWidget {
    Q_OBJECT
public:
    explicit RowsTab(DataController& controller, QWidget* parent = nullptr);
    QJsonObject saveState() const;
    void restoreState(const QJsonObject& state);
    void step(int by);
    void scrollToCurrent();
    // The one that is shown; null while there is none.
    const Conversation* conversation() const;

Q_SIGNALS:
    void showTokens();
    void editRow(std::uint64_t row);
    void excludeRows(const std::vector<std::uint64_t>& rows);
    void whyKept(std::uint64_t row);

private:
    QWidget* makeFilterLine();
    QWidget* makeTable();
    void addKeys();
    void showMenu(const QPoint& at);
    void copyChosen();
    std::vector<std::uint64_t> chosenRows() const;
    void applyFilter();
    void clearFilter();
    void refreshLanguages();
    void refreshCounts();
    void showCounts();

    DataController& m_controller;
    SearchField* m_search;
    QCheckBox* m_regex;
    QComboBox* m_language;
    QComboBox* m_turns;
    QComboBox* m_length;
    QComboBox* m_flags;
    QPushButton* m_clear;
    QPushButton* m_stop;
    TextLabel* m_problem;
    QTableView* m_table;
    TextLabel* m_counts;
    QSplitter* m_split;
    ConversationPane* m_conversation;
    bool m_filling = false;
};

} // namespace koala
