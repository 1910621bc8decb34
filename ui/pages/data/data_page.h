// ui/pages/data/data_page.h: the Data page: sources at the left, the chosen one at the right in
// tabs. Lays out and forwards; decides nothing.
#pragma once

#include "ui/pages/data/data_controller.h"
#include "ui/widgets/page.h"

class QPushButton;
class QSplitter;
class QStackedWidget;
class QTableView;

namespace koala {

class CleaningTab;
class EditRowSheet;
class EmptyState;
class ImportSheet;
class NoticeBar;
class RowsTab;
class SeriesKeyWidget;
class SourceActions;
class TabLine;

class DataPage final : public Page {
    Q_OBJECT
public:
    explicit DataPage(DataService& service, QWidget* parent = nullptr);
    DataController& controller() { return m_controller; }

    void activated() override;
    void open(const Destination& destination) override;
    QJsonObject saveState() const override;
    void restoreState(const QJsonObject& state) override;
    // Opens the sheet that shows what they would become.
    void importFiles(const QStringList& files);

Q_SIGNALS:
    void openStarter(); // from the empty page

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    QWidget* makeSources();
    QWidget* makeDetail();
    QWidget* makeSourceBar(QWidget* parent);
    void connectCleaning();
    void chooseFiles();
    void refresh();
    void refreshTabs();
    void showRow(std::uint64_t row);
    ImportSheet& importSheet();

    DataController m_controller;
    ImportSheet* m_importSheet = nullptr; // made when first asked for
    QStackedWidget* m_whole;
    QSplitter* m_columns;
    QSplitter* m_left;
    QTableView* m_table;
    SeriesKeyWidget* m_key;
    TextLabel* m_title;
    TextLabel* m_facts;
    TabLine* m_tabs;
    QStackedWidget* m_stack;
    RowsTab* m_rows;
    CleaningTab* m_cleaning;
    NoticeBar* m_notice;
    SourceActions* m_actions;
    EditRowSheet* m_editSheet = nullptr; // made when first asked for
    bool m_undoesRemoval = false;        // what the notice's button does
    QPushButton* m_undo;
    QPushButton* m_redo;
    QPushButton* m_addToMixture;
};

} // namespace koala
