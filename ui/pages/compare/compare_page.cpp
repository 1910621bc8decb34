#include "ui/pages/compare/compare_page.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDesktopServices>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QScrollBar>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableView>
#include <QUrl>
#include <QVBoxLayout>

#include "ui/pages/compare/answer_pane.h"
#include "ui/pages/compare/group_votes_view.h"
#include "ui/pages/compare/vote_button.h"
#include "ui/services/words.h"
#include "ui/widgets/answer_text.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/histogram_view.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/tables.h"

namespace koala {

ComparePage::ComparePage(CompareService& service, QWidget* parent)
    : Page(tr("Compare"), parent), m_controller(service, this)
{
    setObjectName(QStringLiteral("comparePage"));
    setFocusPolicy(Qt::StrongFocus);
    m_generate = plainButton(tr("Generate missing"), "play", "generateMissing", this);
    m_report = plainButton(tr("Report…"), "report", "compareReport", this);
    m_study = filledButton(tr("Results…"), nullptr, "compareResults", this);
    for (QPushButton* button : {m_generate, m_report, m_study})
        header().addRight(button);
    auto* outer = new QVBoxLayout(body());
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);
    m_notice = new NoticeBar(body());
    outer->addWidget(m_notice);
    m_whole = new QStackedWidget(body());
    outer->addWidget(m_whole, 1);
    m_empty =
        new EmptyState(tr("Compare puts two models' answers to the same prompts side by side."),
            tr("Go to Runs"), "runs", "compareGoRuns", m_whole);
    m_whole->addWidget(m_empty);
    m_columns = splitter(Qt::Horizontal, "compareSplitter", m_whole);
    m_columns->addWidget(makeLeft());
    m_columns->addWidget(makeRight());
    m_columns->setStretchFactor(1, 1);
    m_columns->setSizes({396, 860});
    m_whole->addWidget(m_columns);
    connectAll();
    service.refresh();
    refreshAll();
    refreshFill();
}

QWidget* ComparePage::makeLeft()
{
    auto* left = pane(QPalette::Window, m_columns);
    auto* layout = new QVBoxLayout(left);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto* bar = new QWidget(left);
    QHBoxLayout* line = toolBar(bar);
    m_set = comboBox(tr("Prompt set"), "promptSet", bar);
    m_order = comboBox(tr("Order"), "promptOrder", bar);
    m_order->addItems({tr("most different first"), tr("least different first"), tr("by number"),
        tr("longest A first"), tr("longest B first"), tr("not voted first")});
    line->addWidget(m_set, 1);
    line->addWidget(m_order, 1);
    layout->addWidget(bar);
    m_left = splitter(Qt::Vertical, "compareLeftSplitter", left);
    m_table = new QTableView(m_left);
    m_table->setModel(&m_controller.prompts());
    prepareTable(*m_table, tr("Prompts"), "promptTable", size::kDenseRow);
    setColumns(*m_table, {40, 0, 52, 52, 48, 44});
    m_left->addWidget(m_table);
    auto* charts = new QWidget(m_left);
    auto* column = new QVBoxLayout(charts);
    column->setContentsMargins(0, 10, 0, 10);
    column->setSpacing(6);
    auto* head = new QHBoxLayout;
    head->setContentsMargins(16, 0, 16, 0);
    head->addWidget(new TextLabel(tr("Difference of answers"), TextRole::Strong, charts));
    m_histogramWords = new TextLabel(TextRole::Secondary, charts);
    head->addStretch(1);
    head->addWidget(m_histogramWords);
    column->addLayout(head);
    m_histogram = new HistogramView(
        tr("Difference of answers"), "differenceHistogram", HistogramView::Choice::Bars, charts);
    auto* inset = new QHBoxLayout;
    inset->setContentsMargins(16, 0, 16, 4);
    inset->addWidget(m_histogram);
    column->addLayout(inset);
    column->addWidget(new Hairline(Qt::Horizontal, charts));
    auto* groupHead = new QHBoxLayout;
    groupHead->setContentsMargins(16, 4, 16, 0);
    groupHead->addWidget(new TextLabel(tr("Votes by group"), TextRole::Strong, charts));
    groupHead->addStretch(1);
    groupHead->addWidget(new TextLabel(tr("A · tie · B"), TextRole::Secondary, charts));
    column->addLayout(groupHead);
    m_groups = new GroupVotesView(charts);
    column->addWidget(scrollArea(m_groups, "groupVotes", charts), 1);
    m_left->addWidget(charts);
    m_left->setStretchFactor(0, 1);
    m_left->setSizes({450, 320});
    layout->addWidget(m_left, 1);
    return left;
}

QWidget* ComparePage::makePrompt()
{
    auto* prompt = pane(QPalette::Base, this);
    auto* layout = new QVBoxLayout(prompt);
    layout->setContentsMargins(16, 8, 12, 10);
    layout->setSpacing(4);
    auto* line = new QHBoxLayout;
    m_number = new TextLabel(TextRole::Strong, prompt);
    m_number->setObjectName(QStringLiteral("promptNumber"));
    m_about = new TextLabel(TextRole::Secondary, prompt);
    m_about->setElided(true);
    line->addWidget(m_number);
    line->addWidget(m_about, 1);
    auto* previous = iconButton("chevron-up", tr("Previous prompt"), "previousPrompt", prompt);
    auto* next = iconButton("chevron-down", tr("Next prompt"), "nextPrompt", prompt);
    line->addWidget(previous);
    line->addWidget(next);
    layout->addLayout(line);
    m_prompt = new AnswerText(prompt);
    m_prompt->setObjectName(QStringLiteral("promptText"));
    m_prompt->setAccessibleName(tr("Prompt"));
    m_prompt->setMaximumHeight(130);
    layout->addWidget(m_prompt);
    connect(previous, &QToolButton::clicked, this, [this] { m_controller.step(-1); });
    connect(next, &QToolButton::clicked, this, [this] { m_controller.step(1); });
    return prompt;
}

QWidget* ComparePage::makeDifferenceLine()
{
    auto* bar = pane(QPalette::Window, this);
    QHBoxLayout* line = toolBar(bar);
    m_differences = new QCheckBox(tr("Word differences   D"), bar);
    m_differences->setAccessibleName(tr("Word differences"));
    m_differences->setObjectName(QStringLiteral("wordDifferences"));
    m_differences->setChecked(true);
    line->addSpacing(4);
    line->addWidget(m_differences);
    line->addSpacing(8);
    auto* legend =
        new TextLabel(tr("only in A: dashed · only in B: solid"), TextRole::Secondary, bar);
    legend->setElided(true);
    line->addWidget(legend, 1);
    m_together = new QCheckBox(tr("scroll together"), bar);
    m_together->setObjectName(QStringLiteral("scrollTogether"));
    m_together->setChecked(true);
    line->addWidget(m_together);
    return bar;
}

QWidget* ComparePage::makeVotes()
{
    auto* foot = pane(QPalette::Window, this);
    foot->setFixedHeight(52);
    auto* line = new QHBoxLayout(foot);
    line->setContentsMargins(16, 0, 16, 0);
    line->setSpacing(8);
    m_saved = new TextLabel(TextRole::Secondary, foot);
    m_saved->setObjectName(QStringLiteral("voteSaved"));
    m_saved->setElided(true);
    line->addWidget(m_saved, 1);
    m_voteA = new VoteButton(QStringLiteral("1"), tr("A is better"), Tone::SideA, "voteA", foot);
    m_voteTie = new VoteButton(QStringLiteral("0"), tr("Tie"), Tone::Neutral, "voteTie", foot);
    m_voteB = new VoteButton(QStringLiteral("2"), tr("B is better"), Tone::SideB, "voteB", foot);
    m_voteBad =
        new VoteButton(QStringLiteral("3"), tr("Both bad"), Tone::Neutral, "voteBothBad", foot);
    for (VoteButton* button : {m_voteA, m_voteTie, m_voteB, m_voteBad})
        line->addWidget(button);
    line->addSpacing(4);
    m_noteEdit = new QLineEdit(foot);
    m_noteEdit->setObjectName(QStringLiteral("voteNote"));
    m_noteEdit->setAccessibleName(tr("Note"));
    m_noteEdit->setPlaceholderText(tr("Note, Enter keeps it"));
    m_noteEdit->setMaxLength(2000);
    m_noteEdit->setFixedWidth(220);
    m_noteEdit->hide();
    line->addWidget(m_noteEdit);
    m_note = new VoteButton(QStringLiteral("N"), tr("Note"), Tone::Neutral, "noteButton", foot);
    m_undo = new VoteButton(QStringLiteral("⌫"), tr("Undo"), Tone::Neutral, "undoVote", foot);
    line->addWidget(m_note);
    line->addWidget(m_undo);
    return foot;
}

QWidget* ComparePage::makeRight()
{
    auto* right = pane(QPalette::Base, m_columns);
    auto* layout = new QVBoxLayout(right);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makePrompt());
    layout->addWidget(new Hairline(Qt::Horizontal, right));
    layout->addWidget(makeDifferenceLine());
    m_answers = splitter(Qt::Horizontal, "answersSplitter", right);
    m_a = new AnswerPane(AnswerPane::Side::A, m_answers);
    m_b = new AnswerPane(AnswerPane::Side::B, m_answers);
    m_answers->addWidget(m_a);
    m_answers->addWidget(m_b);
    m_answers->setSizes({430, 430});
    layout->addWidget(m_answers, 1);
    layout->addWidget(new Hairline(Qt::Horizontal, right));
    layout->addWidget(makeVotes());
    return right;
}

void ComparePage::connectAll()
{
    connect(m_empty, &EmptyState::pressed, this,
        [this] { Q_EMIT goTo({QStringLiteral("runs"), {}, {}}); });
    connect(m_set, &QComboBox::currentTextChanged, this, [this](const QString& set) {
        if (!m_filling)
            m_controller.choose(set, {}, {});
    });
    connect(m_order, &QComboBox::currentIndexChanged, this, [this](int order) {
        m_controller.prompts().setOrder(PromptTableModel::Order(order));
        refreshPrompt();
    });
    connect(m_a, &AnswerPane::modelChosen, this,
        [this](const QString& spec) { m_controller.choose({}, spec, {}); });
    connect(m_b, &AnswerPane::modelChosen, this,
        [this](const QString& spec) { m_controller.choose({}, {}, spec); });
    connect(m_a, &AnswerPane::expandPressed, this, [this] { togglePane(true); });
    connect(m_b, &AnswerPane::expandPressed, this, [this] { togglePane(false); });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
        [this](const QModelIndex& index) { m_controller.choosePrompt(index.row()); });
    connect(m_histogram, &HistogramView::chosen, this, &ComparePage::filter);
    connect(m_groups, &GroupVotesView::groupChosen, this, &ComparePage::filter);
    connect(m_differences, &QCheckBox::toggled, this, &ComparePage::refreshPrompt);
    const auto follow = [this](QScrollBar* from, QScrollBar* to) {
        connect(from, &QScrollBar::valueChanged, this, [this, from, to](int value) {
            if (m_scrolling || !m_together->isChecked())
                return;
            m_scrolling = true;
            const double part = from->maximum() > 0 ? double(value) / from->maximum() : 0.0;
            to->setValue(qRound(part * to->maximum()));
            m_scrolling = false;
        });
    };
    follow(m_a->text().verticalScrollBar(), m_b->text().verticalScrollBar());
    follow(m_b->text().verticalScrollBar(), m_a->text().verticalScrollBar());
    connect(m_voteA, &QPushButton::clicked, this, [this] { m_controller.vote(Better::Left); });
    connect(m_voteTie, &QPushButton::clicked, this, [this] { m_controller.vote(Better::Tie); });
    connect(m_voteB, &QPushButton::clicked, this, [this] { m_controller.vote(Better::Right); });
    connect(m_voteBad, &QPushButton::clicked, this, [this] { m_controller.vote(Better::BothBad); });
    connect(m_note, &QPushButton::clicked, this, &ComparePage::editNote);
    connect(m_undo, &QPushButton::clicked, &m_controller, &CompareController::undo);
    connect(m_noteEdit, &QLineEdit::returnPressed, this, [this] {
        m_controller.setNote(m_noteEdit->text());
        m_noteEdit->hide();
        m_table->setFocus();
    });
    connect(m_generate, &QPushButton::clicked, this, [this] {
        CompareService& service = m_controller.service();
        service.fillState().running ? service.cancelFill() : service.fill();
    });
    connect(m_report, &QPushButton::clicked, this, [this] {
        m_notice->tell(Tone::Neutral, tr("The report is being written…"));
        m_controller.service().report();
    });
    connect(m_study, &QPushButton::clicked, this,
        [this] { Q_EMIT goTo({QStringLiteral("studies"), {}, {}}); });
    connect(&m_controller.service(), &CompareService::reported, this, [this](const QString& path) {
        m_notice->tell(Tone::Good, tr("The report lies at %1").arg(path));
        QDesktopServices::openUrl(QUrl::fromLocalFile(path));
    });
    connect(&m_controller.service(), &CompareService::reportFailed, this,
        [this](const QString& message) { m_notice->tell(Tone::Bad, message, message); });
    connect(&m_controller.service(), &CompareService::fillChanged, this, &ComparePage::refreshFill);
    connect(&m_controller, &CompareController::choicesChanged, this, &ComparePage::refreshChoices);
    connect(&m_controller, &CompareController::loaded, this, &ComparePage::refreshAll);
    connect(&m_controller, &CompareController::promptChanged, this, &ComparePage::refreshPrompt);
    connect(&m_controller, &CompareController::votesChanged, this, [this] {
        refreshVotes();
        refreshPrompt();
    });
    connect(&m_controller, &CompareController::savingChanged, this, &ComparePage::refreshVotes);
    connect(&m_controller, &CompareController::failed, this,
        [this](const QString& message) { m_notice->tell(Tone::Warning, message, message); });
    m_table->installEventFilter(this);
}

void ComparePage::refreshChoices()
{
    m_filling = true;
    if (m_set->count() != m_controller.service().promptSets().size()) {
        m_set->clear();
        m_set->addItems(m_controller.service().promptSets());
    }
    m_set->setCurrentText(m_controller.promptSet());
    m_a->setModels(m_controller.service().models(), m_controller.specA());
    m_b->setModels(m_controller.service().models(), m_controller.specB());
    m_filling = false;
    if (m_wantA.isEmpty() && m_wantB.isEmpty())
        return;
    const QString wantA = std::exchange(m_wantA, {});
    const QString wantB = std::exchange(m_wantB, {});
    const auto& models = m_controller.service().models();
    const ModelChoice* b = findChoice(models, wantB);
    const ModelChoice* a = findChoice(models, wantA.isEmpty() && b != nullptr ? b->base : wantA);
    m_controller.choose({}, a != nullptr ? a->spec : QString(), b != nullptr ? b->spec : QString());
}

void ComparePage::refreshAll()
{
    const bool any = !m_controller.comparison().prompts.empty();
    m_whole->setCurrentIndex(any ? 1 : 0);
    for (QPushButton* button : {m_generate, m_report, m_study})
        button->setVisible(any);
    m_empty->setSentence(
        m_controller.service().promptSets().isEmpty()
            ? tr("Compare needs a set of prompts: put one into the project's folder prompts.")
        : m_controller.service().models().empty()
            ? tr("Compare needs a model: import one, or finish a run.")
            : tr("Compare puts two models' answers to the same prompts side by side."));
    HistogramBars bars;
    for (const int count : m_controller.differences())
        bars.counts.push_back(count);
    bars.left = QStringLiteral("0.0");
    bars.middle = QStringLiteral("0.5");
    bars.right = QStringLiteral("1.0");
    bars.unit = tr("prompts");
    m_histogram->setBars(std::move(bars));
    refreshVotes();
    refreshFill();
}

void ComparePage::refreshVotes()
{
    header().setFacts(m_controller.headline());
    m_groups->set(m_controller.groupVotes());
    m_undo->setEnabled(m_controller.canUndo());
    if (m_controller.saving())
        m_saved->setText(tr("saving…"));
    else if (const ComparedPrompt* prompt = m_controller.current();
        prompt != nullptr && prompt->vote)
        m_saved->setText(prompt->note.isEmpty()
                             ? tr("✓ saved in this project")
                             : tr("✓ saved · %1").arg(safeLine(prompt->note, 80)));
    else
        m_saved->setText(tr("not voted yet"));
}

void ComparePage::refreshPrompt()
{
    const ComparedPrompt* prompt = m_controller.current();
    const bool ready = prompt != nullptr && prompt->a && prompt->b;
    for (VoteButton* button : {m_voteA, m_voteTie, m_voteB, m_voteBad})
        button->setEnabled(ready);
    m_note->setEnabled(prompt != nullptr);
    if (prompt == nullptr)
        return;
    const int row = m_controller.currentRow();
    if (m_table->currentIndex().row() != row)
        m_table->selectRow(row);
    m_number->setText(QStringLiteral("#%1").arg(prompt->number));
    m_about->setText(tr("%1 · %2 · %3 of %4 in this order")
            .arg(m_controller.promptSet(), safeLine(prompt->group, 40))
            .arg(row + 1)
            .arg(m_controller.prompts().rowCount()));
    m_prompt->setPlain(prompt->text);
    m_prompt->document()->setTextWidth(m_prompt->viewport()->width());
    m_prompt->setFixedHeight(std::clamp(int(m_prompt->document()->size().height()) + 2, 22, 130));
    WordDiff diff;
    if (ready && m_differences->isChecked())
        diff = diffWords(safeText(prompt->a->text), safeText(prompt->b->text));
    m_a->showAnswer(prompt->a ? &*prompt->a : nullptr, diff.onlyLeft, m_differences->isChecked());
    m_b->showAnswer(prompt->b ? &*prompt->b : nullptr, diff.onlyRight, m_differences->isChecked());
    m_voteA->setCast(prompt->vote == Better::Left);
    m_voteTie->setCast(prompt->vote == Better::Tie);
    m_voteB->setCast(prompt->vote == Better::Right);
    m_voteBad->setCast(prompt->vote == Better::BothBad);
    if (m_noteEdit->isHidden())
        m_noteEdit->setText(prompt->note);
    refreshVotes();
}

void ComparePage::refreshFill()
{
    const FillState& fill = m_controller.service().fillState();
    const int missing = m_controller.missingA() + m_controller.missingB();
    m_generate->setEnabled(fill.running || missing > 0);
    m_generate->setIcon(icon(fill.running ? "stop" : "play"));
    if (fill.running)
        m_generate->setText(
            tr("Stop · %1 of %2 of %3").arg(fill.done).arg(fill.total).arg(fill.model));
    else
        m_generate->setText(
            missing > 0 ? tr("Generate %1 missing").arg(grouped(missing)) : tr("Answers complete"));
    if (fill.failed && !fill.running)
        m_notice->tell(Tone::Bad, fill.message, fill.message);
}

void ComparePage::filter()
{
    const int first = m_histogram->chosenFirst();
    const int last = m_histogram->chosenLast();
    const double step = 1.0 / CompareController::kBins;
    m_controller.prompts().setFilter(
        first < 0 ? -1 : first * step, first < 0 ? -1 : (last + 1) * step, m_groups->chosen());
    m_histogramWords->setText(first < 0 ? QString()
                                        : tr("%1 from %2 to %3")
                                              .arg(counted(m_controller.prompts().rowCount(),
                                                  tr("prompt"), tr("prompts")))
                                              .arg(first * step, 0, 'f', 2)
                                              .arg((last + 1) * step, 0, 'f', 2));
    if (m_controller.currentRow() < 0)
        m_controller.choosePrompt(0);
    refreshPrompt();
}

void ComparePage::togglePane(bool a)
{
    AnswerPane* other = a ? m_b : m_a;
    other->setVisible(other->isHidden());
}

void ComparePage::editNote()
{
    m_noteEdit->show();
    m_noteEdit->setFocus();
    m_noteEdit->selectAll();
}

bool ComparePage::handleKey(int key)
{
    switch (key) {
    case Qt::Key_1:
        m_voteA->click();
        return true;
    case Qt::Key_0:
        m_voteTie->click();
        return true;
    case Qt::Key_2:
        m_voteB->click();
        return true;
    case Qt::Key_3:
        m_voteBad->click();
        return true;
    case Qt::Key_N:
        editNote();
        return true;
    case Qt::Key_D:
        m_differences->toggle();
        return true;
    case Qt::Key_F:
        togglePane(true);
        return true;
    case Qt::Key_Down:
        m_controller.step(1);
        return true;
    case Qt::Key_Up:
        m_controller.step(-1);
        return true;
    case Qt::Key_Backspace:
        m_controller.undo();
        return true;
    default:
        return false;
    }
}

void ComparePage::keyPressEvent(QKeyEvent* event)
{
    if (event->modifiers() == Qt::NoModifier || event->modifiers() == Qt::KeypadModifier)
        if (handleKey(event->key()))
            return;
    Page::keyPressEvent(event);
}

// The table would take digits and letters for its own search.
bool ComparePage::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_table && event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if ((key->modifiers() == Qt::NoModifier || key->modifiers() == Qt::KeypadModifier) &&
            handleKey(key->key()))
            return true;
    }
    return Page::eventFilter(watched, event);
}

void ComparePage::activated()
{
    m_controller.service().refresh();
    m_table->setFocus();
}

void ComparePage::open(const Destination& destination)
{
    if (destination.verb == QStringLiteral("with")) {
        const QStringList sides = destination.subject.split(QLatin1Char('|'));
        m_wantA = sides.value(0);
        m_wantB = sides.value(1);
        m_controller.service().refresh(CompareService::Tell::Always);
    } else if (destination.verb == QStringLiteral("prompt")) {
        // From the palette: "#42". Filters may hide it; then nothing changes.
        const int number = destination.subject.toInt();
        for (int row = 0; row < m_controller.prompts().rowCount(); ++row)
            if (m_controller.prompts().at(row)->number == number)
                m_controller.choosePrompt(row);
    } else if (!destination.subject.isEmpty()) {
        m_controller.choose(destination.subject, {}, {});
    }
}

QJsonObject ComparePage::saveState() const
{
    return {{QStringLiteral("set"), m_controller.promptSet()},
        {QStringLiteral("a"), m_controller.specA()}, {QStringLiteral("b"), m_controller.specB()},
        {QStringLiteral("order"), m_order->currentIndex()},
        {QStringLiteral("differences"), m_differences->isChecked()},
        {QStringLiteral("together"), m_together->isChecked()},
        {QStringLiteral("prompt"), m_controller.current() ? m_controller.current()->id : QString()},
        {QStringLiteral("columns"), QString::fromLatin1(m_columns->saveState().toBase64())},
        {QStringLiteral("left"), QString::fromLatin1(m_left->saveState().toBase64())}};
}

void ComparePage::restoreState(const QJsonObject& state)
{
    const auto bytes = [&](const char* key) {
        return QByteArray::fromBase64(state.value(QLatin1String(key)).toString().toLatin1());
    };
    m_columns->restoreState(bytes("columns"));
    m_left->restoreState(bytes("left"));
    m_order->setCurrentIndex(state.value(QStringLiteral("order")).toInt());
    m_differences->setChecked(state.value(QStringLiteral("differences")).toBool(true));
    m_together->setChecked(state.value(QStringLiteral("together")).toBool(true));
    m_controller.remember(state.value(QStringLiteral("set")).toString(),
        state.value(QStringLiteral("a")).toString(), state.value(QStringLiteral("b")).toString(),
        state.value(QStringLiteral("prompt")).toString());
}

} // namespace koala
