// ui/pages/data/edit_row_sheet.h: one row to be changed by hand: the words of each turn. The
// imported row stays; the change becomes a cleaning step and can be undone.
#pragma once

#include <QDialog>

#include "ui/services/data_service.h"

class QPlainTextEdit;
class QVBoxLayout;

namespace koala {

class TextLabel;

class EditRowSheet final : public QDialog {
    Q_OBJECT
public:
    explicit EditRowSheet(QWidget* parent = nullptr);
    // Rows that are too long to edit at ease are refused with the reason.
    bool ask(std::uint64_t row, const Conversation& conversation, QString& reason);

Q_SIGNALS:
    void edited(std::uint64_t row, const koala::Conversation& conversation);

private:
    void save();

    std::uint64_t m_row = 0;
    Conversation m_conversation;
    TextLabel* m_title;
    QVBoxLayout* m_turns;
    std::vector<QPlainTextEdit*> m_texts; // the system message first, where there is one
};

} // namespace koala
