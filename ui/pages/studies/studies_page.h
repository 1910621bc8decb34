// ui/pages/studies/studies_page.h: the results of a study, as the picture `studies` arranges them.
// Lays out and forwards; decides nothing.
#pragma once

#include "ui/pages/studies/studies_controller.h"
#include "ui/widgets/page.h"

class QComboBox;
class QPushButton;
class QStackedWidget;

namespace koala {

class Card;
class ComparedCard;
class EmptyState;
class NoticeBar;
class OutcomeTable;
class OutcomeTableModel;
class RatersCard;
class ResultCard;
class TrustCard;

class StudiesPage final : public Page {
    Q_OBJECT
public:
    explicit StudiesPage(StudiesController& controller, QWidget* parent = nullptr);

    void activated() override;
    void open(const Destination& destination) override;
    QJsonObject saveState() const override;
    void restoreState(const QJsonObject& state) override;

private:
    struct TableCard {
        OutcomeTableModel* model;
        OutcomeTable* table;
        Card* card;
    };
    QWidget* buildResults();
    TableCard addTable(QLayout& column, const QString& title, const QString& facts,
        const QString& nameTitle, const char* objectName, int nameWidth = 118);
    void showCurrent();
    void fillChoice();
    void showResults(const StudyResult& study);
    void exportTable();
    void openReport();

    StudiesController& m_controller;
    QComboBox* m_choice;
    QPushButton* m_export;
    QPushButton* m_report;
    QStackedWidget* m_stack;
    EmptyState* m_empty;
    NoticeBar* m_notice;
    bool m_noticeIsOfStudy = false;
    QWidget* m_content = nullptr;
    ResultCard* m_result = nullptr;
    TableCard m_criteria, m_groups, m_all;
    RatersCard* m_raters = nullptr;
    TrustCard* m_trust = nullptr;
    ComparedCard* m_compared = nullptr;
};

} // namespace koala
