// ui/pages/data/sheet_tab.h: the data sheet of the chosen source: where it comes from, licence and
// terms, counts, known faults, cleaning. The same words that `koala data sheet` prints and that
// travel with an export; copied and saved as Markdown.
#pragma once

#include <QWidget>

#include "ui/pages/data/data_controller.h"

class QPushButton;

namespace koala {

class AnswerText;
class NoticeBar;

class SheetTab final : public QWidget {
    Q_OBJECT
public:
    explicit SheetTab(DataController& controller, QWidget* parent = nullptr);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void ask(); // only while it is in sight
    void saveAs();

    DataController& m_controller;
    NoticeBar* m_problem;
    AnswerText* m_text;
    QPushButton* m_copy;
    QPushButton* m_export;
    QString m_sheet;
};

} // namespace koala
