// ui/pages/data/import_sheet.h: what somebody sees before files are imported: the kind of each and
// why, its first rows as conversations, records that cannot be read, and the name, terms and use
// it will carry. Nothing is imported before *Import* is pressed.
#pragma once

#include <QDialog>

#include "ui/pages/data/import_drafts.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QListView;
class QPushButton;
class QVBoxLayout;

namespace koala {

class ColumnMapEditor;
class NoticeBar;
class SafeTextView;
class TextLabel;
class Toggle;

class ImportSheet final : public QDialog {
    Q_OBJECT
public:
    explicit ImportSheet(DataService& service, QWidget* parent = nullptr);
    void ask(const QStringList& files);
    // The same files once more as another kind; the new dataset stands beside the old one.
    void askAgain(const ImportOrder& order);
    ImportDrafts& drafts() { return m_drafts; }

private:
    QWidget* makeForm();
    QWidget* makePreview();
    QWidget* makeFoot();
    void begin();
    void showDraft();
    void showRows(const ImportDraft& draft);
    void showFoot();
    void takeFacts();
    void importAll();
    int current() const;

    DataService& m_service;
    ImportDrafts m_drafts;
    QListView* m_files;
    TextLabel* m_title;
    TextLabel* m_bytes;
    QComboBox* m_kind;
    TextLabel* m_reason;
    TextLabel* m_source;
    QLineEdit* m_name;
    QLineEdit* m_licence;
    QLineEdit* m_terms;
    Toggle* m_evaluation;
    ColumnMapEditor* m_columns;
    QWidget* m_columnsLabel;
    NoticeBar* m_problem;
    TextLabel* m_rowsTitle;
    SafeTextView* m_rows;
    TextLabel* m_foot;
    QPushButton* m_import;
    bool m_filling = false;
};

} // namespace koala
