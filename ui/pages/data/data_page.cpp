#include "ui/pages/data/data_page.h"

#include <QDragEnterEvent>
#include <QFileDialog>
#include <QHeaderView>
#include <QMimeData>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

#include "ui/pages/data/import_bar.h"
#include "ui/pages/data/import_sheet.h"
#include "ui/pages/data/rows_tab.h"
#include "ui/pages/data/set_aside_tab.h"
#include "ui/pages/data/source_facts_pane.h"
#include "ui/pages/data/statistics_tab.h"
#include "ui/pages/data/tokens_tab.h"
#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/inset_delegate.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/tab_line.h"
#include "ui/widgets/tables.h"

namespace koala {

namespace {
enum Tab { kRowsTab, kStatisticsTab, kTokensTab, kSetAsideTab };

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
    header().addRight(m_addToMixture);
    connect(m_addToMixture, &QPushButton::clicked, this, [this] {
        Q_EMIT goTo(
            {QStringLiteral("mixtures"), QStringLiteral("add"), m_controller.currentSlug()});
    });

    auto* layout = new QVBoxLayout(body());
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(new ImportBar(service, body()));
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
    connect(&m_controller, &DataController::sourcesChanged, this, &DataPage::refresh);
    connect(&m_controller, &DataController::chosen, this, &DataPage::refresh);
    connect(&m_controller, &DataController::factsChanged, this, &DataPage::refresh);
    service.refresh();
    refresh();
}

QWidget* DataPage::makeSources()
{
    auto* left = pane(QPalette::Window, m_columns);
    left->setMinimumWidth(300);
    auto* layout = new QVBoxLayout(left);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto* bar = new QWidget(left);
    QHBoxLayout* line = toolBar(bar);
    auto* import = plainButton(tr("Import…"), "import", "importButton", bar);
    line->addWidget(import);
    auto* hint = new TextLabel(tr("or drop files anywhere here"), TextRole::Secondary, bar);
    hint->setElided(true);
    line->addWidget(hint, 1);
    layout->addWidget(bar);
    connect(import, &QPushButton::clicked, this, &DataPage::chooseFiles);
    m_left = splitter(Qt::Vertical, "sourcesSplitter", left);
    m_table = new QTableView(m_left);
    m_table->setModel(&m_controller.sources());
    prepareTable(*m_table, tr("Sources"), "sourceTable");
    m_table->setItemDelegate(new InsetDelegate(12, 4, m_table));
    setColumns(*m_table, {0, 72, 52, 64});
    m_left->addWidget(m_table);
    auto* facts = new SourceFactsPane(m_controller, m_left);
    m_left->addWidget(scrollArea(facts, "sourceFacts", m_left));
    m_left->setStretchFactor(0, 1);
    m_left->setSizes({470, 320});
    layout->addWidget(m_left, 1);
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
    for (const QString& title : {tr("Rows"), tr("Statistics"), tr("Tokens"), tr("Set aside")})
        m_tabs->addTab(title);
    layout->addWidget(m_tabs);
    m_stack = new QStackedWidget(right);
    m_rows = new RowsTab(m_controller, m_stack);
    auto* aside = new SetAsideTab(m_controller, m_stack);
    m_stack->addWidget(m_rows);
    m_stack->addWidget(new StatisticsTab(m_controller, m_stack));
    m_stack->addWidget(new TokensTab(m_controller, m_stack));
    m_stack->addWidget(aside);
    layout->addWidget(m_stack, 1);
    connect(m_tabs, &QTabBar::currentChanged, m_stack, &QStackedWidget::setCurrentIndex);
    connect(m_rows, &RowsTab::showTokens, this, [this] { m_tabs->setCurrentIndex(kTokensTab); });
    connect(aside, &SetAsideTab::counted, this, [this](int records) {
        m_tabs->setFigure(kSetAsideTab, records > 0 ? grouped(records) : QString());
    });
    return right;
}

void DataPage::activated()
{
    m_controller.service().refresh();
}

void DataPage::refresh()
{
    const bool any = !m_controller.service().sources().empty();
    m_whole->setCurrentIndex(any ? 1 : 0);
    m_addToMixture->setVisible(any);
    m_addToMixture->setEnabled(m_controller.current() != nullptr);
    header().setFacts(m_controller.headline());
    const DataSource* source = m_controller.current();
    m_title->setText(source == nullptr ? QString() : safeLine(source->manifest.title, 120));
    m_facts->setText(m_controller.sourceFacts());
    const int row = m_controller.sources().rowOf(m_controller.currentSlug());
    m_key->setKey({std::max(0, row)});
    if (row >= 0 && m_table->currentIndex().row() != row)
        m_table->selectRow(row);
}

void DataPage::importFiles(const QStringList& files)
{
    if (files.isEmpty())
        return;
    if (m_importSheet == nullptr)
        m_importSheet = new ImportSheet(m_controller.service(), this);
    m_importSheet->ask(files);
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
