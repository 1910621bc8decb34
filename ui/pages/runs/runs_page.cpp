#include "ui/pages/runs/runs_page.h"

#include <QCursor>
#include <QHBoxLayout>
#include <QJsonArray>
#include <QMenu>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

#include "ui/pages/runs/charts_tab.h"
#include "ui/pages/runs/checkpoints_tab.h"
#include "ui/pages/runs/run_form.h"
#include "ui/pages/runs/run_head.h"
#include "ui/pages/runs/shown_runs.h"
#include "ui/pages/runs/text_tabs.h"
#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/segmented.h"
#include "ui/widgets/tab_line.h"
#include "ui/widgets/tables.h"

namespace koala {

namespace {
constexpr int kListWidth = 340, kArrowWidth = 30;

QJsonArray sizesOf(const QSplitter& splitter)
{
    QJsonArray sizes;
    for (const int size : splitter.sizes())
        sizes.append(size);
    return sizes;
}

void setSizes(QSplitter& splitter, const QJsonArray& saved)
{
    QList<int> sizes;
    for (const auto& size : saved)
        sizes << size.toInt();
    if (sizes.size() == splitter.count())
        splitter.setSizes(sizes);
}
} // namespace

RunsPage::RunsPage(RunService& runs, RunPlanner& planner, QWidget* parent)
    : Page(tr("Runs"), parent), m_controller(runs), m_formController(planner, runs)
{
    m_whole = new QStackedWidget(body());
    m_empty = new EmptyState(tr("Train a model on a mixture and watch its loss fall."),
        tr("New run"), "plus", "runs.firstRun", m_whole);
    m_empty->addHint("mixtures", tr("A mixture says what goes in"),
        tr("Make one on the Mixtures page; the starter project has one."));
    m_empty->addHint("clock", tr("Closing the window stops nothing"),
        tr("A run is a program of its own; this page follows its files."));
    connect(m_empty, &EmptyState::pressed, this, [this] { openForm({}); });
    m_columns = splitter(Qt::Horizontal, "runs.columns", m_whole);
    m_columns->addWidget(makeList());
    m_columns->addWidget(makeDetail());
    m_columns->setStretchFactor(1, 1);
    m_columns->setSizes({kListWidth, 1000});
    m_whole->addWidget(m_empty);
    m_whole->addWidget(m_columns);
    auto* column = new QVBoxLayout(body());
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_whole);
    makeActions();

    connect(&m_controller, &RunsController::changed, this, &RunsPage::refresh);
    connect(&m_controller, &RunsController::selectionChanged, this, &RunsPage::refresh);
    connect(&m_controller, &RunsController::shownChanged, this, &RunsPage::refresh);
    connect(&runs, &RunService::started, this, [this] {
        closeForm();
        m_tabs->setCurrentIndex(Charts);
    });
    connect(&runs, &RunService::startFailed, this,
        [this](const QString& message, const QString& details) {
            refreshActions();
            m_notice->tell(Tone::Bad, message, details);
            Q_EMIT notice(Tone::Bad, tr("The run could not be started: %1").arg(message), details);
        });
    connect(&m_formController, &RunFormController::valuesChanged, this, &RunsPage::refreshActions);
    connect(&m_formController, &RunFormController::factsChanged, this, &RunsPage::refreshActions);
    refresh();
}

QWidget* RunsPage::makeList()
{
    auto* list = new QWidget(m_columns);
    list->setMinimumWidth(316);
    auto* bar = new QWidget(list);
    QHBoxLayout* row = toolBar(bar);
    auto* search = new SearchField(tr("Search runs"), "runs.search", bar);
    auto* add = plainButton(tr("New run"), "plus", "runs.new", bar);
    row->addWidget(search, 1);
    row->addWidget(add);
    m_table = new QTableView(list);
    prepareTable(*m_table, tr("Runs"), "runs.table");
    m_table->setModel(&m_controller.model());
    setColumns(*m_table, {28, 0, 92, 54});
    auto* down = splitter(Qt::Vertical, "runs.down", list);
    m_shown = new ShownRuns(m_controller, down);
    auto* shown = new QWidget(down);
    auto* shownColumn = new QVBoxLayout(shown);
    shownColumn->setContentsMargins(0, 0, 0, 0);
    shownColumn->addWidget(m_shown);
    shownColumn->addStretch();
    down->addWidget(m_table);
    down->addWidget(shown);
    down->setStretchFactor(0, 1);
    auto* column = new QVBoxLayout(list);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(bar);
    column->addWidget(down, 1);
    connect(search, &SearchField::searched, this,
        [this](const QString& words) { m_controller.model().setFilter(words); });
    connect(add, &QPushButton::clicked, this, [this] { openForm({}); });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
        [this](const QModelIndex& index) {
            if (const RunSnapshot* run = m_controller.model().at(index))
                m_controller.select(run->id());
        });
    connect(m_table, &QTableView::clicked, this, [this](const QModelIndex& index) {
        if (index.column() == RunListModel::Eye)
            if (const RunSnapshot* run = m_controller.model().at(index))
                m_controller.toggleShown(run->id());
    });
    return list;
}

QWidget* RunsPage::makeDetail()
{
    auto* detail = new QWidget(m_columns);
    m_head = new RunHead(detail);
    auto* tabGround = pane(QPalette::Base, detail);
    m_tabs = new TabLine(tabGround);
    m_tabs->setObjectName(QStringLiteral("runs.tabs"));
    m_tabs->setAccessibleName(tr("Views of the run"));
    m_tabs->setInset(size::kGap);
    for (const QString& name :
        {tr("Charts"), tr("Samples"), tr("Checkpoints"), tr("Configuration"), tr("Log")})
        m_tabs->addTab(name);
    auto* tabRow = new QVBoxLayout(tabGround);
    tabRow->setContentsMargins(0, 0, 0, 0);
    tabRow->addWidget(m_tabs);
    m_notice = new NoticeBar(detail);
    m_stack = new QStackedWidget(detail);
    m_charts = new ChartsTab(m_controller, m_stack);
    m_samples = new SamplesTab(m_controller, m_stack);
    m_checkpoints = new CheckpointsTab(m_controller, m_stack);
    m_configuration = new ConfigurationTab(m_controller, m_stack);
    m_log = new LogTab(m_controller, m_stack);
    for (QWidget* tab :
        std::initializer_list<QWidget*>{m_charts, m_samples, m_checkpoints, m_configuration, m_log})
        m_stack->addWidget(tab);
    auto* column = new QVBoxLayout(detail);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_head);
    column->addWidget(tabGround);
    column->addWidget(m_notice);
    column->addWidget(m_stack, 1);
    connect(m_tabs, &QTabBar::currentChanged, this, [this](int index) {
        m_stack->setCurrentIndex(index);
        refreshTab();
    });
    const auto tell = [this](const QString& message) { m_notice->tell(Tone::Bad, message); };
    connect(m_charts, &ChartsTab::problem, this, tell);
    connect(m_charts, &ChartsTab::logRequested, this, [this] { m_tabs->setCurrentIndex(Log); });
    connect(m_checkpoints, &CheckpointsTab::problem, this, tell);
    connect(m_checkpoints, &CheckpointsTab::resumeRequested, this, &RunsPage::resume);
    connect(m_checkpoints, &CheckpointsTab::chatRequested, this, [this](const QString& model) {
        Q_EMIT goTo({QStringLiteral("chat"), QStringLiteral("with"), model});
    });
    connect(m_checkpoints, &CheckpointsTab::compareRequested, this, [this](const QString& model) {
        Q_EMIT goTo(
            {QStringLiteral("compare"), QStringLiteral("with"), QStringLiteral("|") + model});
    });
    return detail;
}

void RunsPage::makeActions()
{
    m_detailLevel = new Segmented({tr("Simple"), tr("Advanced")}, "form.level", this);
    connect(m_detailLevel, &Segmented::chosen, this, [this](int index) {
        if (m_form != nullptr)
            m_form->setAdvanced(index == 1);
    });
    header().addLeft(m_detailLevel);
    connect(&header(), &PageHeader::parentPressed, this, &RunsPage::closeForm);
    m_stop = plainButton(tr("Stop"), "stop", "runs.stop", this);
    auto* menu = new QMenu(m_stop);
    menu->setObjectName(QStringLiteral("runs.stopMenu"));
    menu->addAction(tr("Stop and save"), this, [this] { m_controller.stop(RunRequest::Stop); });
    menu->addAction(
        tr("Stop without saving"), this, [this] { m_controller.stop(RunRequest::StopNow); });
    m_stop->setProperty("opensMenu", true);
    m_stop->setToolTip(tr("Finishes the update, saves and ends; the arrow has more"));
    // The arrow opens the menu; the rest of the button, the keyboard and readers stop and save at
    // once.
    connect(m_stop, &QPushButton::clicked, this, [this, menu] {
        const QPoint at = m_stop->mapFromGlobal(QCursor::pos());
        if (m_stop->underMouse() && m_stop->rect().contains(at) &&
            at.x() > m_stop->width() - kArrowWidth)
            menu->popup(m_stop->mapToGlobal(QPoint(0, m_stop->height() + 2)));
        else
            m_controller.stop(RunRequest::Stop);
    });
    m_save = plainButton(tr("Checkpoint now"), "save", "runs.checkpointNow", this);
    connect(m_save, &QPushButton::clicked, this, [this] { m_controller.checkpointNow(); });
    m_resume = plainButton(tr("Resume"), "play", "runs.resume", this);
    connect(m_resume, &QPushButton::clicked, this, [this] { resume(-1); });
    m_compare = plainButton(tr("Compare…"), "compare", "runs.compare", this);
    connect(m_compare, &QPushButton::clicked, this, [this] {
        Q_EMIT goTo({QStringLiteral("compare"), QStringLiteral("with"),
            QStringLiteral("|%1@last").arg(m_controller.selectedId())});
    });
    m_chat = filledButton(tr("Chat with newest"), nullptr, "runs.chat", this);
    connect(m_chat, &QPushButton::clicked, this, [this] {
        Q_EMIT goTo({QStringLiteral("chat"), QStringLiteral("with"),
            QStringLiteral("%1@last").arg(m_controller.selectedId())});
    });
    m_resetForm = flatButton(tr("Reset all"), "reset", "form.resetAll", this);
    connect(m_resetForm, &QPushButton::clicked, this, [this] { m_formController.resetAll(); });
    m_start = filledButton(tr("Start"), "play", "form.start", this);
    connect(m_start, &QPushButton::clicked, this, [this] {
        m_start->setEnabled(false);
        m_formController.start();
    });
    for (QPushButton* button : {m_stop, m_save, m_resume, m_compare, m_chat, m_resetForm, m_start})
        header().addRight(button);
}

void RunsPage::openForm(const QString& mixture)
{
    if (m_form == nullptr) {
        m_form = new RunForm(m_formController, m_whole);
        m_whole->addWidget(m_form);
    }
    m_inForm = true;
    m_formController.open(mixture);
    m_form->setFocus();
    refresh();
}

void RunsPage::closeForm()
{
    m_inForm = false;
    refresh();
}

void RunsPage::resume(qint64 step)
{
    m_notice->clear();
    m_controller.resume(step);
    refreshActions();
}

void RunsPage::refresh()
{
    const auto& runs = m_controller.service().runs();
    const RunSnapshot* chosen = m_controller.selected();
    m_whole->setCurrentWidget(m_inForm        ? static_cast<QWidget*>(m_form)
                              : runs->empty() ? static_cast<QWidget*>(m_empty)
                                              : m_columns);
    header().setTitle(m_inForm ? tr("New run") : tr("Runs"));
    header().setParentTitle(m_inForm ? tr("Runs") : QString());
    header().setFacts(m_inForm ? QString() : m_controller.facts());
    refreshActions();
    if (m_inForm || chosen == nullptr)
        return;
    const QModelIndex row = m_controller.model().indexOf(chosen->id());
    if (row.isValid() && m_table->currentIndex().row() != row.row())
        m_table->selectRow(row.row());
    m_head->setRun(chosen);
    m_tabs->setFigure(Checkpoints, chosen->summary.checkpoints.empty()
                                       ? QString()
                                       : grouped(qint64(chosen->summary.checkpoints.size())));
    m_shown->refresh();
    refreshTab();
}

void RunsPage::refreshTab()
{
    switch (m_tabs->currentIndex()) {
    case Charts:
        m_charts->refresh();
        break;
    case Samples:
        m_samples->refresh();
        break;
    case Checkpoints:
        m_checkpoints->refresh();
        break;
    case Configuration:
        m_configuration->refresh();
        break;
    case Log:
        m_log->refresh();
        break;
    default:
        break;
    }
}

void RunsPage::refreshActions()
{
    const RunSnapshot* run = m_controller.selected();
    const bool listed = !m_inForm && run != nullptr;
    const bool starting = m_controller.service().starting();
    m_detailLevel->setVisible(m_inForm);
    m_resetForm->setVisible(m_inForm);
    m_start->setVisible(m_inForm);
    m_start->setEnabled(m_formController.canStart());
    m_start->setText(starting ? tr("Starting…") : tr("Start"));
    m_stop->setVisible(listed && m_controller.canStop());
    m_save->setVisible(listed && m_controller.canStop());
    m_resume->setVisible(listed && !m_controller.canStop());
    m_resume->setEnabled(m_controller.canResume() && !starting);
    m_resume->setToolTip(
        m_controller.canResume()
            ? QString()
            : tr("Only a run that ended early and has a checkpoint can be resumed."));
    m_compare->setVisible(listed);
    m_compare->setEnabled(m_controller.hasCheckpoint());
    m_chat->setVisible(listed);
    m_chat->setEnabled(m_controller.hasCheckpoint());
}

void RunsPage::activated()
{
    refresh();
    m_table->setFocus();
}

void RunsPage::open(const Destination& destination)
{
    if (destination.verb == QStringLiteral("new")) {
        openForm(destination.subject);
        return;
    }
    m_inForm = false;
    if (m_controller.service().find(destination.subject) != nullptr)
        m_controller.select(destination.subject);
    else if (!destination.subject.isEmpty())
        Q_EMIT notice(Tone::Warning,
            tr("The run %1 is not in this project any more.").arg(destination.subject), {});
    refresh();
}

void RunsPage::showTab(int index)
{
    m_tabs->setCurrentIndex(index);
}

QJsonObject RunsPage::saveState() const
{
    QJsonArray shown;
    for (const QString& id : m_controller.shown())
        shown.append(id);
    return {{QStringLiteral("columns"), sizesOf(*m_columns)},
        {QStringLiteral("run"), m_controller.selectedId()}, {QStringLiteral("shown"), shown},
        {QStringLiteral("tab"), m_tabs->currentIndex()},
        {QStringLiteral("charts"), m_charts->saveState()}};
}

void RunsPage::restoreState(const QJsonObject& state)
{
    if (state.isEmpty())
        return;
    setSizes(*m_columns, state[QStringLiteral("columns")].toArray());
    if (const QString run = state[QStringLiteral("run")].toString(); !run.isEmpty())
        m_controller.select(run);
    std::set<QString> shown;
    for (const auto& id : state[QStringLiteral("shown")].toArray())
        shown.insert(id.toString());
    if (!shown.empty())
        m_controller.setShown(std::move(shown));
    m_charts->restoreState(state[QStringLiteral("charts")].toObject());
    m_tabs->setCurrentIndex(state[QStringLiteral("tab")].toInt(0));
}

} // namespace koala
