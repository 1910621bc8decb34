#include "ui/pages/data/rows_tab.h"

#include <algorithm>

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QMenu>
#include <QScrollBar>
#include <QShortcut>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

#include "ui/pages/data/conversation_pane.h"
#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/tables.h"

namespace koala {

namespace {
struct Bounds {
    int least, most;
};
constexpr Bounds kTurns[] = {{0, 0}, {1, 2}, {3, 4}, {5, 8}, {9, 0}};
constexpr Bounds kLengths[] = {{0, 0}, {1, 128}, {129, 512}, {513, 2048}, {2049, 0}};

struct FlagChoice {
    const char* words;
    RowFilter::Label label = RowFilter::Label::Any;
    std::uint32_t flags = 0;
    bool repeated = false;
    RowFilter::Kept kept = RowFilter::Kept::Any;
};
constexpr std::uint32_t bit(RowFlag flag)
{
    return std::uint32_t(flag);
}
constexpr FlagChoice kFlags[] = {
    {QT_TR_NOOP("flags")},
    {QT_TR_NOOP("positive"), RowFilter::Label::Positive},
    {QT_TR_NOOP("negative"), RowFilter::Label::Negative},
    {QT_TR_NOOP("chosen"), RowFilter::Label::Chosen},
    {QT_TR_NOOP("rejected"), RowFilter::Label::Rejected},
    {QT_TR_NOOP("held out"), RowFilter::Label::HeldOut},
    {QT_TR_NOOP("taken by cleaning"), {}, 0, false, RowFilter::Kept::Taken},
    {QT_TR_NOOP("left by cleaning"), {}, 0, false, RowFilter::Kept::Left},
    {QT_TR_NOOP("repeated prompt"), {}, 0, true},
    {QT_TR_NOOP("code"), {}, bit(RowFlag::Code)},
    {QT_TR_NOOP("HTML"), {}, bit(RowFlag::Html)},
    {QT_TR_NOOP("page leftovers"), {}, bit(RowFlag::PageLeftovers)},
    {QT_TR_NOOP("control marks"), {}, bit(RowFlag::ControlMarks)},
    {QT_TR_NOOP("system message"), {}, bit(RowFlag::SystemMessage)},
    {QT_TR_NOOP("quoted sources"), {}, bit(RowFlag::ContextTurn)},
    {QT_TR_NOOP("tool turns"), {}, bit(RowFlag::ToolTurn)},
    {QT_TR_NOOP("same role twice"), {}, bit(RowFlag::SameRoleTwice)},
    {QT_TR_NOOP("untrained answer"), {}, bit(RowFlag::UntrainedAnswer)},
};

QString languageEntry(const std::string& code, const DatasetFacts& facts)
{
    const auto rows = facts.languageRows.find(code);
    return safeLine(code, 20) + (rows == facts.languageRows.end()
                                        ? QString()
                                        : QStringLiteral(" · ") + grouped(qint64(rows->second)));
}
} // namespace

RowsTab::RowsTab(DataController& controller, QWidget* parent)
    : QWidget(parent), m_controller(controller)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeFilterLine());
    m_split = splitter(Qt::Horizontal, "rowsSplitter", this);
    layout->addWidget(m_split, 1);
    QWidget* left = makeTable();
    m_conversation = new ConversationPane(m_controller, m_split);
    m_split->addWidget(left);
    m_split->addWidget(m_conversation);
    m_split->setStretchFactor(0, 5);
    m_split->setStretchFactor(1, 3);
    m_split->setSizes({560, 350});

    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
        [this](const QModelIndex& index) {
            if (index.isValid())
                m_controller.chooseRow(m_controller.rows().datasetRow(index.row()));
        });
    connect(&m_controller, &DataController::rowsChanged, this, &RowsTab::refreshCounts);
    connect(&m_controller, &DataController::factsChanged, this, &RowsTab::refreshLanguages);
    connect(&m_controller, &DataController::chosen, this, [this] {
        if (m_controller.failure().isEmpty())
            m_problem->clear(); // it was of another source
        refreshLanguages();
    });
    connect(&m_controller, &DataController::problem, m_problem, &TextLabel::setText);
    connect(m_conversation, &ConversationPane::editPressed, this, [this] {
        if (m_controller.currentRow() >= 0)
            Q_EMIT editRow(std::uint64_t(m_controller.currentRow()));
    });
    connect(m_conversation, &ConversationPane::excludePressed, this,
        [this] { Q_EMIT excludeRows(chosenRows()); });
    connect(m_conversation, &ConversationPane::whyPressed, this, [this] {
        if (m_controller.currentRow() >= 0)
            Q_EMIT whyKept(std::uint64_t(m_controller.currentRow()));
    });
    addKeys();
    connect(m_conversation, &ConversationPane::stepped, this, &RowsTab::step);
    connect(m_conversation, &ConversationPane::showTokens, this, &RowsTab::showTokens);
}

QWidget* RowsTab::makeTable()
{
    auto* left = pane(QPalette::Base, m_split);
    auto* layout = new QVBoxLayout(left);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    m_table = new QTableView(left);
    m_table->setModel(&m_controller.rows());
    prepareTable(*m_table, tr("Rows"), "rowTable");
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    setColumns(*m_table, {44, 0, 48, 58, 44, 66});
    QHeaderView* header = m_table->horizontalHeader();
    header->setSectionsClickable(true);
    header->setSortIndicatorShown(false);
    layout->addWidget(m_table, 1);
    layout->addWidget(new Hairline(Qt::Horizontal, left));
    auto* foot = new QWidget(left);
    foot->setFixedHeight(size::kStatusLine);
    auto* line = new QHBoxLayout(foot);
    line->setContentsMargins(16, 0, 8, 0);
    m_counts = new TextLabel(TextRole::Secondary, foot);
    m_counts->setObjectName(QStringLiteral("rowCounts"));
    m_stop = linkButton(tr("stop searching"), "stopSearch", foot);
    m_stop->hide();
    line->addWidget(m_counts);
    line->addWidget(m_stop);
    line->addStretch(1);
    layout->addWidget(foot);
    connect(header, &QHeaderView::sectionClicked, &m_controller, &DataController::sortBy);
    connect(m_table, &QWidget::customContextMenuRequested, this, &RowsTab::showMenu);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
        &RowsTab::showCounts);
    connect(m_stop, &QPushButton::clicked, &m_controller, &DataController::cancelSearch);
    return left;
}

// Single keys act while the table has the focus, so they never get in the way of typing.
void RowsTab::addKeys()
{
    const auto key = [this](const QKeySequence& keys, QWidget* where, auto action) {
        auto* shortcut = new QShortcut(keys, where);
        shortcut->setContext(Qt::WidgetShortcut);
        connect(shortcut, &QShortcut::activated, this, action);
    };
    key(QKeySequence::Copy, m_table, [this] { copyChosen(); });
    key(Qt::Key_Right, m_table, [this] { step(1); });
    key(Qt::Key_Left, m_table, [this] { step(-1); });
    key(Qt::Key_Delete, m_table, [this] { Q_EMIT excludeRows(chosenRows()); });
    key(Qt::Key_F2, m_table, [this] { Q_EMIT editRow(std::uint64_t(m_controller.currentRow())); });
    key(Qt::Key_T, m_table, [this] { Q_EMIT showTokens(); });
    key(Qt::Key_Escape, m_search, [this] {
        clearFilter();
        m_table->setFocus();
    });
    auto* find = new QShortcut(QKeySequence::Find, this);
    find->setContext(Qt::WidgetWithChildrenShortcut);
    connect(find, &QShortcut::activated, m_search, [this] {
        m_search->setFocus();
        m_search->selectAll();
    });
}

void RowsTab::showMenu(const QPoint& at)
{
    const std::vector<std::uint64_t> rows = chosenRows();
    if (rows.empty())
        return;
    auto* menu = new QMenu(m_table);
    menu->setObjectName(QStringLiteral("rowMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const auto add = [&](const char* iconName, const QString& text, auto action) {
        connect(menu->addAction(icon(iconName), text), &QAction::triggered, this, action);
    };
    add("copy", tr("Copy first messages\tCtrl+C"), [this] { copyChosen(); });
    add("near", tr("Show as tokens\tT"), [this] { Q_EMIT showTokens(); });
    menu->addSeparator();
    add("edit", tr("Edit…\tF2"), [this, row = rows.front()] { Q_EMIT editRow(row); });
    add("eye-closed",
        rows.size() == 1 ? tr("Exclude\tDel")
                         : tr("Exclude %1 rows\tDel").arg(grouped(qint64(rows.size()))),
        [this, rows] { Q_EMIT excludeRows(rows); });
    add("info", tr("Why was it kept?"), [this, row = rows.front()] { Q_EMIT whyKept(row); });
    menu->popup(m_table->viewport()->mapToGlobal(at));
}

std::vector<std::uint64_t> RowsTab::chosenRows() const
{
    std::vector<std::uint64_t> rows;
    for (const QItemSelectionRange& range : m_table->selectionModel()->selection())
        for (int row = range.top(); row <= range.bottom(); ++row)
            rows.push_back(m_controller.rows().datasetRow(row));
    std::ranges::sort(rows);
    return rows;
}

void RowsTab::copyChosen()
{
    QStringList lines;
    const auto& model = m_controller.rows();
    for (const QModelIndex& index : m_table->selectionModel()->selectedRows()) {
        QStringList cells;
        for (int column = 0; column < model.columnCount(); ++column)
            cells << model.index(index.row(), column).data().toString();
        lines << cells.join(QLatin1Char('\t'));
    }
    QApplication::clipboard()->setText(lines.join(QLatin1Char('\n')));
}

QWidget* RowsTab::makeFilterLine()
{
    auto* bar = pane(QPalette::Window, this);
    QHBoxLayout* line = toolBar(bar);
    m_search = new SearchField(tr("Search messages"), "dataSearch", bar);
    m_search->setMinimumWidth(120);
    m_search->setMaximumWidth(208);
    m_regex = new QCheckBox(tr("regex"), bar);
    m_regex->setObjectName(QStringLiteral("searchRegex"));
    m_language = comboBox(tr("Language"), "filterLanguage", bar);
    m_language->addItem(tr("language"));
    m_turns = comboBox(tr("Turns"), "filterTurns", bar);
    m_turns->addItems(
        {tr("turns"), tr("1–2 turns"), tr("3–4 turns"), tr("5–8 turns"), tr("9 and more")});
    m_length = comboBox(tr("Length"), "filterLength", bar);
    m_length->addItems({tr("length"), tr("to 128 tokens"), tr("129–512 tokens"),
        tr("513–2,048 tokens"), tr("above 2,048")});
    m_flags = comboBox(tr("Flags"), "filterFlags", bar);
    for (const FlagChoice& choice : kFlags)
        m_flags->addItem(tr(choice.words));
    m_problem = new TextLabel(TextRole::Secondary, bar);
    m_problem->setTone(Tone::Bad);
    m_problem->setElided(true);
    m_clear = flatButton(tr("Clear"), "close", "clearFilter", bar);
    for (QWidget* widget :
        std::initializer_list<QWidget*>{m_search, m_regex, m_language, m_turns, m_length, m_flags})
        line->addWidget(widget);
    line->addWidget(m_problem, 1);
    line->addWidget(m_clear);
    m_clear->setEnabled(false);
    for (QComboBox* box : {m_language, m_turns, m_length, m_flags}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        // Narrow windows come first; the list shows all words.
        box->setMinimumContentsLength(box == m_language ? 6 : 4);
        box->view()->setMinimumWidth(box->view()->sizeHintForColumn(0) + 40);
    }
    connect(m_search, &SearchField::searched, this, &RowsTab::applyFilter);
    connect(m_regex, &QCheckBox::toggled, this, &RowsTab::applyFilter);
    for (QComboBox* box : {m_language, m_turns, m_length, m_flags})
        connect(box, &QComboBox::currentIndexChanged, this, &RowsTab::applyFilter);
    connect(m_clear, &QPushButton::clicked, this, &RowsTab::clearFilter);
    return bar;
}

void RowsTab::applyFilter()
{
    if (m_filling)
        return;
    RowFilter filter;
    filter.text = m_search->text().toStdString();
    filter.regex = m_regex->isChecked() && !filter.text.empty();
    if (const QVariant language = m_language->currentData(); language.isValid())
        filter.language = language.toString().toStdString();
    const Bounds turns = kTurns[std::max(0, m_turns->currentIndex())];
    filter.minTurns = turns.least;
    filter.maxTurns = turns.most;
    const Bounds length = kLengths[std::max(0, m_length->currentIndex())];
    filter.minTokens = std::uint32_t(length.least);
    filter.maxTokens = std::uint32_t(length.most);
    const FlagChoice& chosen = kFlags[std::size_t(std::max(0, m_flags->currentIndex()))];
    filter.label = chosen.label;
    filter.flags = chosen.flags;
    filter.repeatedPrompts = chosen.repeated;
    filter.kept = chosen.kept;
    filter.sort = m_controller.filter().sort;
    filter.descending = m_controller.filter().descending;
    m_problem->clear();
    m_controller.setFilter(filter);
}

void RowsTab::clearFilter()
{
    m_filling = true;
    m_search->clear();
    for (QComboBox* box : {m_language, m_turns, m_length, m_flags})
        box->setCurrentIndex(0);
    m_regex->setChecked(false);
    m_filling = false;
    m_problem->clear();
    m_controller.setFilter({});
}

void RowsTab::refreshLanguages()
{
    m_filling = true;
    const QVariant chosen = m_language->currentData();
    m_language->clear();
    m_language->addItem(tr("language"));
    if (const auto& facts = m_controller.facts())
        for (std::size_t i = 1; i < facts->languages.size(); ++i)
            m_language->addItem(
                languageEntry(facts->languages[i], *facts), qtext(facts->languages[i]));
    m_language->setCurrentIndex(std::max(0, m_language->findData(chosen)));
    m_filling = false;
}

void RowsTab::showCounts()
{
    QString words = m_controller.countLine();
    int chosen = 0;
    for (const QItemSelectionRange& range : m_table->selectionModel()->selection())
        chosen += range.height();
    if (chosen > 1)
        words += QStringLiteral(" · ") + tr("%1 selected").arg(grouped(chosen));
    m_counts->setText(words);
    m_stop->setVisible(m_controller.searching());
}

void RowsTab::refreshCounts()
{
    const RowFilter& filter = m_controller.filter();
    const bool sorted = filter.sort != RowFilter::Sort::Position || filter.descending;
    QHeaderView* header = m_table->horizontalHeader();
    header->setSortIndicatorShown(sorted);
    if (sorted)
        header->setSortIndicator(RowTableModel::columnOf(filter.sort),
            filter.descending ? Qt::DescendingOrder : Qt::AscendingOrder);
    m_clear->setEnabled(!filter.empty());
    const int row = m_controller.rows().rowOfDatasetRow(
        std::uint64_t(std::max<std::int64_t>(0, m_controller.currentRow())));
    if (row >= 0 && row < m_controller.rows().rowCount() && m_table->currentIndex().row() != row)
        m_table->selectRow(row);
    showCounts();
}

void RowsTab::step(int by)
{
    const int count = m_controller.rows().rowCount();
    if (count == 0)
        return;
    const int row = std::clamp(m_table->currentIndex().row() + by, 0, count - 1);
    m_table->selectRow(row);
    m_table->scrollTo(m_table->currentIndex());
}

void RowsTab::scrollToCurrent()
{
    refreshCounts();
    m_table->scrollTo(m_table->currentIndex(), QAbstractItemView::PositionAtCenter);
}

const Conversation* RowsTab::conversation() const
{
    const Conversation& shown = m_conversation->conversation();
    return shown.turns.empty() ? nullptr : &shown;
}

QJsonObject RowsTab::saveState() const
{
    return {{QStringLiteral("split"), QString::fromLatin1(m_split->saveState().toBase64())},
        {QStringLiteral("row"), qint64(m_controller.currentRow())}};
}

void RowsTab::restoreState(const QJsonObject& state)
{
    m_split->restoreState(
        QByteArray::fromBase64(state.value(QStringLiteral("split")).toString().toLatin1()));
}

} // namespace koala
