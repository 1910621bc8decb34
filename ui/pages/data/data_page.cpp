#include "ui/pages/data/data_page.h"

#include <QDragEnterEvent>
#include <QFileDialog>
#include <QHeaderView>
#include <QMenu>
#include <QMimeData>
#include <QShortcut>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

#include "ui/pages/data/cleaning_tab.h"
#include "ui/pages/data/edit_row_sheet.h"
#include "ui/pages/data/import_bar.h"
#include "ui/pages/data/import_sheet.h"
#include "ui/pages/data/index_foot.h"
#include "ui/pages/data/rows_tab.h"
#include "ui/pages/data/set_aside_tab.h"
#include "ui/pages/data/sheet_tab.h"
#include "ui/pages/data/source_actions.h"
#include "ui/pages/data/source_delegate.h"
#include "ui/pages/data/source_facts_pane.h"
#include "ui/pages/data/statistics_tab.h"
#include "ui/pages/data/tokens_tab.h"
#include "ui/pages/data/unfinished_list.h"
#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/tab_line.h"
#include "ui/widgets/tables.h"

namespace koala {

namespace {
enum Tab { kRowsTab, kStatisticsTab, kCleaningTab, kTokensTab, kSheetTab, kSetAsideTab };

QStringList localFiles(const QMimeData* mime)
{
    QStringList files;
    for (const QUrl& url : mime->urls())
        if (url.isLocalFile())
            files.append(url.toLocalFile());
    return files;
}
} // namespace

DataPage::DataPage(DataService& service, QWidget* parent)
    : Page(tr("Data"), parent), m_controller(service, this)
{
    setObjectName(QStringLiteral("dataPage"));
    setAcceptDrops(true);
    m_addToMixture = filledButton(tr("Add to mixture"), nullptr, "addToMixture", this);
    m_undo = plainButton(tr("Undo"), "reset", "undoCleaning", this);
    m_redo = plainButton(tr("Redo"), "retry", "redoCleaning", this);
    m_undo->setShortcut(QKeySequence::Undo);
    m_redo->setShortcut(QKeySequence::Redo);
    for (QPushButton* button : {m_undo, m_redo, m_addToMixture})
        header().addRight(button);
    connect(m_addToMixture, &QPushButton::clicked, this, [this] {
        Q_EMIT goTo(
            {QStringLiteral("mixtures"), QStringLiteral("add"), m_controller.currentSlug()});
    });

    auto* layout = new QVBoxLayout(body());
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(new ImportBar(service, body()));
    m_notice = new NoticeBar(body());
    m_notice->setObjectName(QStringLiteral("dataNotice"));
    layout->addWidget(m_notice);
    m_actions = new SourceActions(m_controller, this);
    m_whole = new QStackedWidget(body());
    layout->addWidget(m_whole, 1);
    auto* empty = new EmptyState(tr("Begin with a file of conversations, and see within minutes "
                                    "what a model learns from it."),
        tr("Import a file…"), "import", "importFirst", m_whole);
    empty->setSecondWay(tr("open the starter project"), "openStarter");
    empty->addHint("file", tr("Drop files anywhere in this window"),
        tr("The kind is read from the content; broken records are set aside and listed."));
    empty->addHint("play", tr("The starter project is complete"),
        tr("Five sources written for it, a small model, prompts to compare."));
    empty->addHint("shield", tr("Nothing leaves this computer"),
        tr("The project is a folder of plain files that opens on any other computer."));
    connect(empty, &EmptyState::pressed, this, &DataPage::chooseFiles);
    connect(empty, &EmptyState::secondWayPressed, this, &DataPage::openStarter);
    m_whole->addWidget(empty);
    m_columns = splitter(Qt::Horizontal, "dataSplitter", m_whole);
    m_columns->addWidget(makeSources());
    m_columns->addWidget(makeDetail());
    m_columns->setStretchFactor(1, 1);
    m_columns->setSizes({332, 920});
    m_whole->addWidget(m_columns);
    connectCleaning();
    connect(&m_controller, &DataController::sourcesChanged, this, &DataPage::refresh);
    connect(&m_controller, &DataController::failed, this, [this](const QString& message) {
        m_undoesRemoval = false;
        m_notice->tell(Tone::Bad, message);
    });
    connect(m_actions, &SourceActions::againWanted, this,
        [this](const ImportOrder& order) { importSheet().askAgain(order); });
    connect(m_actions, &SourceActions::removedSource, this, [this](const QString& words) {
        m_undoesRemoval = true;
        m_notice->tell(Tone::Neutral, words, {}, tr("Undo"));
    });
    connect(m_notice, &NoticeBar::actionPressed, this, [this] {
        if (m_undoesRemoval)
            m_actions->undoRemoval();
        m_notice->clear();
    });
    connect(&m_controller, &DataController::chosen, this, &DataPage::refresh);
    connect(&m_controller, &DataController::factsChanged, this, &DataPage::refresh);
    service.refresh();
    refresh();
}

QWidget* DataPage::makeSourceBar(QWidget* parent)
{
    auto* bar = new QWidget(parent);
    QHBoxLayout* line = toolBar(bar);
    auto* import = plainButton(tr("Import…"), "import", "importButton", bar);
    line->addWidget(import);
    auto* hint = new TextLabel(tr("or drop files here"), TextRole::Secondary, bar);
    hint->setElided(true);
    line->addWidget(hint, 1);
    auto* more = iconButton("more", tr("What one can do with this source"), "sourceMore", bar);
    auto* menu = new QMenu(more);
    menu->setObjectName(QStringLiteral("sourceMenu"));
    more->setMenu(menu);
    more->setPopupMode(QToolButton::InstantPopup);
    line->addWidget(more);
    connect(import, &QPushButton::clicked, this, &DataPage::chooseFiles);
    connect(menu, &QMenu::aboutToShow, this, [this, menu] {
        menu->clear();
        m_actions->fill(*menu);
    });
    return bar;
}

QWidget* DataPage::makeSources()
{
    auto* left = pane(QPalette::Window, m_columns);
    left->setMinimumWidth(324);
    auto* layout = new QVBoxLayout(left);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeSourceBar(left));
    layout->addWidget(new UnfinishedList(m_controller.service(), left));
    m_left = splitter(Qt::Vertical, "sourcesSplitter", left);
    m_table = new QTableView(m_left);
    m_table->setModel(&m_controller.sources());
    prepareTable(*m_table, tr("Sources"), "sourceTable");
    m_table->setItemDelegate(new SourceDelegate(m_table));
    setColumns(*m_table, {0, 62, 54, 56});
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_table, &QWidget::customContextMenuRequested, this, [this](const QPoint& at) {
        auto* menu = new QMenu(m_table);
        menu->setAttribute(Qt::WA_DeleteOnClose);
        m_actions->fill(*menu);
        menu->popup(m_table->viewport()->mapToGlobal(at));
    });
    const auto key = [this](const QKeySequence& keys, void (SourceActions::*action)()) {
        auto* shortcut = new QShortcut(keys, m_table);
        shortcut->setContext(Qt::WidgetShortcut);
        connect(shortcut, &QShortcut::activated, m_actions, action);
    };
    key(Qt::Key_F2, &SourceActions::rename);
    key(Qt::Key_Delete, &SourceActions::remove);
    m_left->addWidget(m_table);
    auto* facts = new SourceFactsPane(m_controller, m_left);
    m_left->addWidget(scrollArea(facts, "sourceFacts", m_left));
    m_left->setStretchFactor(0, 1);
    m_left->setSizes({470, 320});
    layout->addWidget(m_left, 1);
    layout->addWidget(new Hairline(Qt::Horizontal, left));
    layout->addWidget(new IndexFoot(m_controller.service(), left));
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
        [this](const QModelIndex& index) {
            if (const QString slug = m_controller.sources().slugAt(index.row()); !slug.isEmpty())
                m_controller.choose(slug);
        });
    connect(facts, &SourceFactsPane::showSetAside, this,
        [this] { m_tabs->setCurrentIndex(kSetAsideTab); });
    return left;
}

QWidget* DataPage::makeDetail()
{
    auto* right = pane(QPalette::Base, m_columns);
    auto* layout = new QVBoxLayout(right);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto* head = new QWidget(right);
    head->setFixedHeight(size::kToolBar);
    auto* line = new QHBoxLayout(head);
    line->setContentsMargins(16, 0, 16, 0);
    line->setSpacing(8);
    m_key = new SeriesKeyWidget(SeriesKeyWidget::Form::MarkerOnly, head);
    m_title = new TextLabel(TextRole::Strong, head);
    m_facts = new TextLabel(TextRole::Secondary, head);
    m_facts->setElided(true);
    line->addWidget(m_key);
    line->addWidget(m_title);
    line->addWidget(m_facts, 1);
    layout->addWidget(head);
    m_tabs = new TabLine(right);
    m_tabs->setObjectName(QStringLiteral("dataTabs"));
    m_tabs->setAccessibleName(tr("Parts of this source"));
    m_tabs->setInset(16);
    for (const QString& title :
        {tr("Rows"), tr("Statistics"), tr("Cleaning"), tr("Tokens"), tr("Sheet"), tr("Set aside")})
        m_tabs->addTab(title);
    layout->addWidget(m_tabs);
    m_stack = new QStackedWidget(right);
    m_rows = new RowsTab(m_controller, m_stack);
    auto* aside = new SetAsideTab(m_controller, m_stack);
    m_stack->addWidget(m_rows);
    m_stack->addWidget(new StatisticsTab(m_controller, m_stack));
    m_cleaning = new CleaningTab(m_controller.cleaning(), m_stack);
    m_stack->addWidget(m_cleaning);
    m_stack->addWidget(new TokensTab(m_controller, m_stack));
    m_stack->addWidget(new SheetTab(m_controller, m_stack));
    m_stack->addWidget(aside);
    layout->addWidget(m_stack, 1);
    connect(m_tabs, &QTabBar::currentChanged, this, [this](int tab) {
        m_stack->setCurrentIndex(tab);
        refreshTabs();
    });
    connect(m_rows, &RowsTab::showTokens, this, [this] { m_tabs->setCurrentIndex(kTokensTab); });
    connect(aside, &SetAsideTab::counted, this, [this](int records) {
        m_tabs->setFigure(kSetAsideTab, records > 0 ? grouped(records) : QString());
    });
    return right;
}

void DataPage::connectCleaning()
{
    CleaningController& cleaning = m_controller.cleaning();
    connect(m_undo, &QPushButton::clicked, &cleaning, &CleaningController::undo);
    connect(m_redo, &QPushButton::clicked, &cleaning, &CleaningController::redo);
    connect(&cleaning, &CleaningController::changed, this, &DataPage::refreshTabs);
    connect(m_cleaning, &CleaningTab::showRow, this, &DataPage::showRow);
    connect(m_rows, &RowsTab::excludeRows, this,
        [this, &cleaning](const std::vector<std::uint64_t>& rows) {
            cleaning.excludeRows(rows);
            m_undoesRemoval = false;
            m_notice->tell(Tone::Neutral,
                rows.size() == 1
                    ? tr("Row %1 is excluded by a cleaning step; Undo brings it back.")
                          .arg(grouped(qint64(rows.front()) + 1))
                    : tr("%1 rows are excluded by a cleaning step; Undo brings them back.")
                          .arg(grouped(qint64(rows.size()))));
        });
    connect(m_rows, &RowsTab::whyKept, this, [this, &cleaning](std::uint64_t row) {
        m_undoesRemoval = false;
        m_notice->tell(Tone::Neutral, cleaning.whyKept(row));
    });
    connect(m_rows, &RowsTab::editRow, this, [this, &cleaning](std::uint64_t row) {
        if (!m_rows->conversation() || std::int64_t(row) != m_controller.currentRow())
            return;
        if (m_editSheet == nullptr) {
            m_editSheet = new EditRowSheet(this);
            connect(m_editSheet, &EditRowSheet::edited, &cleaning, &CleaningController::editRow);
        }
        QString reason;
        if (!m_editSheet->ask(row, *m_rows->conversation(), reason))
            m_notice->tell(Tone::Warning, reason);
    });
}

void DataPage::showRow(std::uint64_t row)
{
    m_controller.setFilter({});
    m_controller.chooseRow(row);
    m_tabs->setCurrentIndex(kRowsTab);
    m_rows->scrollToCurrent();
}

void DataPage::refreshTabs()
{
    const CleaningState& state = m_controller.cleaning().state();
    const int steps = int(state.steps.steps.size());
    m_tabs->setFigure(
        kCleaningTab, steps == 0 ? QString() : counted(steps, tr("step"), tr("steps")));
    const bool shown = m_tabs->currentIndex() == kCleaningTab || state.canUndo || state.canRedo;
    m_undo->setVisible(shown && m_controller.current() != nullptr);
    m_redo->setVisible(shown && m_controller.current() != nullptr);
    m_undo->setEnabled(state.canUndo);
    m_redo->setEnabled(state.canRedo);
}

void DataPage::activated()
{
    m_controller.service().refresh();
}

void DataPage::refresh()
{
    const DataService& service = m_controller.service();
    const bool any = !service.sources().empty() || !service.unfinished().empty();
    m_whole->setCurrentIndex(any ? 1 : 0);
    m_addToMixture->setVisible(!service.sources().empty());
    m_addToMixture->setEnabled(m_controller.current() != nullptr);
    header().setFacts(m_controller.headline());
    QStringList sets;
    for (const PromptSetItem& set : m_controller.service().promptSets())
        sets << set.slug;
    m_cleaning->setPromptSets(sets);
    refreshTabs();
    const DataSource* source = m_controller.current();
    m_title->setText(source == nullptr ? QString() : safeLine(source->manifest.title, 120));
    m_facts->setText(m_controller.sourceFacts());
    const int row = m_controller.sources().rowOf(m_controller.currentSlug());
    m_key->setKey({std::max(0, row)});
    m_key->setVisible(row >= 0);
    if (row >= 0 && m_table->currentIndex().row() != row)
        m_table->selectRow(row);
}

void DataPage::importFiles(const QStringList& files)
{
    if (files.isEmpty())
        return;
    importSheet().ask(files);
}

ImportSheet& DataPage::importSheet()
{
    if (m_importSheet == nullptr)
        m_importSheet = new ImportSheet(m_controller.service(), this);
    return *m_importSheet;
}

void DataPage::chooseFiles()
{
    auto* dialog = new QFileDialog(this, tr("Import files"));
    dialog->setObjectName(QStringLiteral("importDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    dialog->setOption(QFileDialog::DontUseNativeDialog);
    dialog->setNameFilters(
        {tr("Conversations (*.json *.jsonl *.ndjson *.gz *.csv *.txt *.md)"), tr("All files (*)")});
    connect(dialog, &QFileDialog::filesSelected, this,
        [this](const QStringList& files) { importFiles(files); });
    dialog->open();
}

void DataPage::open(const Destination& destination)
{
    if (destination.verb == QStringLiteral("import"))
        importFiles(destination.subject.split(QLatin1Char('\n')));
    else if (!destination.subject.isEmpty())
        m_controller.choose(destination.subject);
}

QJsonObject DataPage::saveState() const
{
    return {{QStringLiteral("source"), m_controller.currentSlug()},
        {QStringLiteral("tab"), m_tabs->currentIndex()},
        {QStringLiteral("columns"), QString::fromLatin1(m_columns->saveState().toBase64())},
        {QStringLiteral("left"), QString::fromLatin1(m_left->saveState().toBase64())},
        {QStringLiteral("rows"), m_rows->saveState()}};
}

void DataPage::restoreState(const QJsonObject& state)
{
    const auto bytes = [&](const char* key) {
        return QByteArray::fromBase64(state.value(QLatin1String(key)).toString().toLatin1());
    };
    m_columns->restoreState(bytes("columns"));
    m_left->restoreState(bytes("left"));
    m_rows->restoreState(state.value(QStringLiteral("rows")).toObject());
    if (state.contains(QStringLiteral("tab")))
        m_tabs->setCurrentIndex(state.value(QStringLiteral("tab")).toInt());
    if (const QString source = state.value(QStringLiteral("source")).toString(); !source.isEmpty())
        m_controller.choose(source);
}

void DataPage::dragEnterEvent(QDragEnterEvent* event)
{
    if (!localFiles(event->mimeData()).isEmpty())
        event->acceptProposedAction();
}

void DataPage::dropEvent(QDropEvent* event)
{
    importFiles(localFiles(event->mimeData()));
    event->acceptProposedAction();
}

} // namespace koala
