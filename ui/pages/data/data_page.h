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

class EmptyState;
class ImportSheet;
class RowsTab;
class SeriesKeyWidget;
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
    void chooseFiles();
    void refresh();

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
    QPushButton* m_addToMixture;
};

} // namespace koala
