#include "ui/pages/data/cleaning_tab.h"

#include <algorithm>

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLocale>
#include <QMenu>
#include <QShortcut>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

#include "ui/pages/data/cleaning_delegate.h"
#include "ui/pages/data/example_pane.h"
#include "ui/pages/data/step_options_form.h"
#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/fact_grid.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/safe_text.h"

namespace koala {

namespace {
constexpr int kStepRow = 31;
constexpr int kRowsInSight = 7; // more scroll
constexpr int kOptionsWidth = 256;
} // namespace

CleaningTab::CleaningTab(CleaningController& controller, QWidget* parent)
    : QWidget(parent), m_controller(controller)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeTop());
    m_problem = new NoticeBar(this);
    layout->addWidget(m_problem);
    layout->addWidget(makeTable());
    layout->addWidget(makeAddLine());
    layout->addWidget(new Hairline(Qt::Horizontal, this));
    m_detail = new QWidget(this);
    auto* detail = new QVBoxLayout(m_detail);
    detail->setContentsMargins(0, 0, 0, 0);
    detail->setSpacing(0);
    detail->addWidget(makeStepHead());
    detail->addWidget(new Hairline(Qt::Horizontal, m_detail));
    auto* columns = splitter(Qt::Horizontal, "cleaningSplitter", m_detail);
    columns->addWidget(makeOptions());
    auto* examples = new ExamplePane(m_controller, columns);
    columns->addWidget(examples);
    columns->setStretchFactor(1, 1);
    columns->setSizes({kOptionsWidth, 660});
    columns->setChildrenCollapsible(false);
    detail->addWidget(columns, 1);
    layout->addWidget(m_detail, 1);
    layout->addStretch(0);
    layout->addWidget(new Hairline(Qt::Horizontal, this));
    layout->addWidget(makeFoot());
    addKeys();
    connect(examples, &ExamplePane::showRow, this, &CleaningTab::showRow);
    connect(&m_controller, &CleaningController::changed, this, &CleaningTab::refresh);
    connect(&m_controller, &CleaningController::stepChosen, this, &CleaningTab::showStep);
    refresh();
    showStep();
}

QWidget* CleaningTab::makeTop()
{
    auto* bar = pane(QPalette::Base, this);
    QHBoxLayout* line = toolBar(bar);
    m_kept = new TextLabel(TextRole::Strong, bar);
    m_kept->setObjectName(QStringLiteral("keptRows"));
    m_keptWords = new TextLabel(TextRole::Secondary, bar);
    m_keptWords->setElided(true);
    m_hash = new TextLabel(TextRole::Code, bar);
    m_hash->setObjectName(QStringLiteral("effectiveHash"));
    m_hash->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_replayWords = new TextLabel(TextRole::Secondary, bar);
    m_replayWords->setObjectName(QStringLiteral("replayWords"));
    m_replay = flatButton(tr("Replay"), "play", "replayCleaning", bar);
    m_replay->setToolTip(tr("Runs the steps on the imported rows once more and compares"));
    m_stop = flatButton(tr("Stop"), "stop", "stopCleaning", bar);
    line->addSpacing(4);
    line->addWidget(m_kept);
    line->addWidget(m_keptWords, 1);
    for (QWidget* widget : std::initializer_list<QWidget*>{m_hash, m_replayWords, m_replay, m_stop})
        line->addWidget(widget);
    connect(m_replay, &QPushButton::clicked, &m_controller, &CleaningController::replay);
    connect(m_stop, &QPushButton::clicked, &m_controller.service(), &CleaningService::cancel);
    return bar;
}

QWidget* CleaningTab::makeTable()
{
    m_table = new QTableView(this);
    m_table->setModel(&m_controller.model());
    prepareTable(*m_table, tr("Cleaning steps"), "cleaningSteps", kStepRow);
    m_table->setItemDelegate(new CleaningDelegate(m_table));
    m_table->setDragEnabled(true);
    m_table->setAcceptDrops(true);
    m_table->setDropIndicatorShown(true);
    m_table->setDragDropMode(QAbstractItemView::DragDrop);
    m_table->setDefaultDropAction(Qt::MoveAction);
    m_table->setDragDropOverwriteMode(false);
    setColumns(*m_table, {50, 42, 160, 0, 80, 22, 52, 56, 88});
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
        [this](const QModelIndex& index) {
            if (index.isValid())
                m_controller.chooseStep(index.row());
        });
    return m_table;
}

QWidget* CleaningTab::makeAddLine()
{
    auto* bar = new QWidget(this);
    bar->setFixedHeight(36);
    auto* line = new QHBoxLayout(bar);
    line->setContentsMargins(12, 0, 16, 0);
    auto* add = flatButton(tr("Add step"), "plus", "addStep", bar);
    auto* menu = new QMenu(add);
    menu->setObjectName(QStringLiteral("stepMenu"));
    menu->setToolTipsVisible(true);
    for (const StepType& type : stepTypes()) {
        QAction* action = menu->addAction(qtext(std::string(type.title)));
        action->setObjectName(qtext(std::string(type.id)));
        action->setToolTip(qtext(std::string(type.help)).toHtmlEscaped());
        connect(action, &QAction::triggered, this,
            [this, id = qtext(std::string(type.id))] { m_controller.addStep(id); });
    }
    add->setMenu(menu);
    m_hint = new TextLabel(TextRole::Secondary, bar);
    m_hint->setElided(true);
    m_sums = new TextLabel(TextRole::Strong, bar);
    m_sums->setObjectName(QStringLiteral("cleaningSums"));
    line->addWidget(add);
    line->addWidget(m_hint, 1);
    line->addWidget(m_sums);
    return bar;
}

QWidget* CleaningTab::makeStepHead()
{
    auto* head = new QWidget(this);
    head->setFixedHeight(size::kToolBar);
    auto* line = new QHBoxLayout(head);
    line->setContentsMargins(16, 0, 8, 0);
    m_stepTitle = new TextLabel(TextRole::Strong, head);
    m_stepTitle->setObjectName(QStringLiteral("stepTitle"));
    m_stepHelp = new TextLabel(TextRole::Secondary, head);
    m_stepHelp->setElided(true);
    auto* up = iconButton("chevron-up", tr("Move up (Alt+↑)"), "stepUp", head);
    auto* down = iconButton("chevron-down", tr("Move down (Alt+↓)"), "stepDown", head);
    m_remove = iconButton("trash", tr("Remove this step"), "removeStep", head);
    line->addWidget(m_stepTitle);
    line->addWidget(m_stepHelp, 1);
    for (QToolButton* button : {up, down, m_remove})
        line->addWidget(button);
    const auto move = [this](int by) {
        m_controller.moveStep(m_controller.currentStep(), m_controller.currentStep() + by);
    };
    connect(up, &QToolButton::clicked, this, [move] { move(-1); });
    connect(down, &QToolButton::clicked, this, [move] { move(1); });
    connect(m_remove, &QToolButton::clicked, this,
        [this] { m_controller.removeStep(m_controller.currentStep()); });
    return head;
}

QWidget* CleaningTab::makeOptions()
{
    auto* part = new QWidget(this);
    part->setMinimumWidth(220);
    auto* layout = new QVBoxLayout(part);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto* head = new QWidget(part);
    head->setFixedHeight(size::kPaneHead);
    auto* line = new QHBoxLayout(head);
    line->setContentsMargins(16, 0, 8, 0);
    auto* reset = iconButton("reset", tr("Options as they are by default"), "resetOptions", head);
    auto* help = iconButton("info", tr("What the options mean"), "optionHelp", head);
    help->setCheckable(true);
    line->addWidget(new TextLabel(tr("Options"), TextRole::Strong, head), 1);
    line->addWidget(reset);
    line->addWidget(help);
    layout->addWidget(head);
    layout->addWidget(new Hairline(Qt::Horizontal, part));
    auto* content = pane(QPalette::Base, part);
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_form = new StepOptionsForm(content);
    m_facts = new FactGrid(FactGrid::Align::Right, 110, content);
    m_facts->setContentsMargins(16, 8, 16, 12);
    column->addWidget(m_form);
    column->addStretch(1);
    column->addWidget(new Hairline(Qt::Horizontal, content));
    column->addWidget(m_facts);
    layout->addWidget(scrollArea(content, "stepOptions", part), 1);
    connect(reset, &QToolButton::clicked, m_form, &StepOptionsForm::reset);
    connect(help, &QToolButton::toggled, m_form, &StepOptionsForm::setHelpShown);
    connect(m_form, &StepOptionsForm::optionsChanged, this, [this](const Json& options) {
        m_controller.setOptions(m_controller.currentStep(), options);
    });
    return part;
}

QWidget* CleaningTab::makeFoot()
{
    auto* foot = new QWidget(this);
    foot->setFixedHeight(size::kStatusLine);
    auto* line = new QHBoxLayout(foot);
    line->setContentsMargins(16, 0, 8, 0);
    m_lastChange = new TextLabel(TextRole::Secondary, foot);
    m_lastChange->setObjectName(QStringLiteral("lastChange"));
    m_lastChange->setElided(true);
    m_command = new TextLabel(TextRole::Code, foot);
    m_command->setObjectName(QStringLiteral("cleaningCommand"));
    m_command->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    auto* copy = iconButton("copy", tr("Copy the command"), "copyCommand", foot);
    line->addWidget(m_lastChange, 1);
    line->addWidget(m_command);
    line->addWidget(copy);
    connect(copy, &QToolButton::clicked, this,
        [this] { QApplication::clipboard()->setText(m_command->text()); });
    return foot;
}

void CleaningTab::addKeys()
{
    const auto key = [this](const QKeySequence& keys, auto action) {
        auto* shortcut = new QShortcut(keys, m_table);
        shortcut->setContext(Qt::WidgetShortcut);
        connect(shortcut, &QShortcut::activated, this, action);
    };
    const auto move = [this](int by) {
        m_controller.moveStep(m_controller.currentStep(), m_controller.currentStep() + by);
    };
    key(Qt::ALT | Qt::Key_Up, [move] { move(-1); });
    key(Qt::ALT | Qt::Key_Down, [move] { move(1); });
    key(Qt::Key_Delete, [this] { m_controller.removeStep(m_controller.currentStep()); });
    key(Qt::Key_Left, [this] { m_controller.stepExample(-1); });
    key(Qt::Key_Right, [this] { m_controller.stepExample(1); });
}

void CleaningTab::setPromptSets(const QStringList& slugs)
{
    m_form->setPromptSets(slugs);
}

void CleaningTab::refresh()
{
    const CleaningState& state = m_controller.state();
    const bool any = !state.steps.steps.empty();
    m_kept->setText(state.report ? tr("%1 of %2 rows stay")
                                       .arg(grouped(qint64(state.report->kept)),
                                           grouped(qint64(state.report->rows)))
                    : any ? tr("not counted yet")
                          : tr("every row stays"));
    m_kept->setSecondary(!state.current || state.running);
    m_keptWords->setText(m_controller.keptLine());
    m_hash->setText(state.current ? shortHash(state.steps.effectiveSha256) : QString());
    m_hash->setToolTip(qtext(state.steps.effectiveSha256));
    m_replayWords->setText(m_controller.replayLine());
    m_replay->setVisible(!state.running);
    m_replay->setEnabled(any);
    m_stop->setVisible(state.running);
    if (state.problem.isEmpty())
        m_problem->clear();
    else
        m_problem->tell(Tone::Bad, safeLine(state.problem, 400), state.problem);
    const int rows = std::max(1, std::min(kRowsInSight, int(state.steps.steps.size())));
    m_table->setFixedHeight(size::kTableHead + rows * kStepRow + 1);
    m_table->setVisible(any);
    m_hint->setText(
        any ? tr("drag to change the order; a later step sees only what the earlier ones left")
            : tr("no steps yet: each one you add shows what it takes, and can be switched off "
                 "again"));
    m_sums->setText(
        state.report && any
            ? tr("%1 → %2, %3 taken")
                  .arg(grouped(qint64(state.report->rows)), grouped(qint64(state.report->kept)),
                      grouped(qint64(state.report->rows - state.report->kept)))
            : QString());
    m_detail->setVisible(any);
    m_lastChange->setText(m_controller.lastChange().isEmpty()
                              ? QString()
                              : tr("last change: %1").arg(m_controller.lastChange()));
    m_command->setText(m_controller.service().command());
}

void CleaningTab::showStep()
{
    const int row = m_controller.currentStep();
    const CleaningStep* step = m_controller.model().step(row);
    m_form->show(step);
    m_facts->clear();
    if (step == nullptr)
        return;
    if (m_table->currentIndex().row() != row)
        m_table->selectRow(row);
    const StepType* type = findStepType(step->type);
    m_stepTitle->setText(QStringLiteral("%1 · %2").arg(row + 1).arg(stepTitle(*step)));
    m_stepHelp->setText(type == nullptr ? QString() : qtext(std::string(type->help)));
    const StepReport* report = m_controller.model().report(row);
    if (report == nullptr)
        return;
    for (const auto& [name, value] : report->facts)
        m_facts->set(safeLine(name, 40), safeLine(value, 40));
    if (report->edited > 0)
        m_facts->set(tr("Edited"), grouped(qint64(report->edited)));
    if (report->tagged > 0)
        m_facts->set(tr("Tagged"), grouped(qint64(report->tagged)));
    m_facts->set(tr("Time"), tr("%1 s").arg(QLocale().toString(report->seconds, 'f', 1)));
}

} // namespace koala
