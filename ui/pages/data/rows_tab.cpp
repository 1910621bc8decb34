#include "ui/pages/data/rows_tab.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QScrollBar>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

#include "ui/pages/data/conversation_pane.h"
#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/tables.h"

namespace koala {

namespace {
struct Bounds {
    int least, most;
};
constexpr Bounds kTurns[] = {{0, 0}, {1, 2}, {3, 4}, {5, 8}, {9, 0}};
constexpr Bounds kLengths[] = {{0, 0}, {1, 128}, {129, 512}, {513, 2048}, {2049, 0}};
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
    auto* left = pane(QPalette::Base, m_split);
    auto* leftLayout = new QVBoxLayout(left);
    leftLayout->setContentsMargins(0, 0, 0, 0);
    leftLayout->setSpacing(0);
    m_table = new QTableView(left);
    m_table->setModel(&m_controller.rows());
    prepareTable(*m_table, tr("Rows"), "rowTable");
    setColumns(*m_table, {44, 0, 52, 64, 48, 72});
    leftLayout->addWidget(m_table, 1);
    leftLayout->addWidget(new Hairline(Qt::Horizontal, left));
    m_counts = new TextLabel(TextRole::Secondary, left);
    m_counts->setObjectName(QStringLiteral("rowCounts"));
    m_counts->setFixedHeight(size::kStatusLine);
    m_counts->setContentsMargins(16, 0, 16, 0);
    leftLayout->addWidget(m_counts);
    m_conversation = new ConversationPane(m_controller, m_split);
    m_split->addWidget(left);
    m_split->addWidget(m_conversation);
    m_split->setStretchFactor(0, 4);
    m_split->setStretchFactor(1, 3);
    m_split->setSizes({520, 390});

    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
        [this](const QModelIndex& index) {
            if (index.isValid())
                m_controller.chooseRow(m_controller.rows().datasetRow(index.row()));
        });
    connect(&m_controller, &DataController::rowsChanged, this, &RowsTab::refreshCounts);
    connect(&m_controller, &DataController::factsChanged, this, &RowsTab::refreshLanguages);
    connect(&m_controller, &DataController::chosen, this, &RowsTab::refreshLanguages);
    connect(&m_controller, &DataController::problem, m_problem, &TextLabel::setText);
    connect(m_conversation, &ConversationPane::stepped, this, &RowsTab::step);
    connect(m_conversation, &ConversationPane::showTokens, this, &RowsTab::showTokens);
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
    m_flags->addItems({tr("flags"), tr("positive"), tr("negative"), tr("chosen"), tr("rejected"),
        tr("held out")});
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
        box->setMinimumContentsLength(6); // narrow windows come first; the list shows all words
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
    filter.language = m_language->currentData().isValid() ? m_language->currentData().toInt() : -1;
    const Bounds turns = kTurns[std::max(0, m_turns->currentIndex())];
    filter.minTurns = turns.least;
    filter.maxTurns = turns.most;
    const Bounds length = kLengths[std::max(0, m_length->currentIndex())];
    filter.minTokens = std::uint32_t(length.least);
    filter.maxTokens = std::uint32_t(length.most);
    filter.label = RowFilter::Label(std::max(0, m_flags->currentIndex()));
    m_problem->clear();
    m_clear->setEnabled(!filter.empty());
    m_controller.setFilter(filter);
}

void RowsTab::clearFilter()
{
    m_filling = true;
    m_search->clear();
    for (QComboBox* box : {m_language, m_turns, m_length, m_flags})
        box->setCurrentIndex(0);
    m_filling = false;
    applyFilter();
}

void RowsTab::refreshLanguages()
{
    m_filling = true;
    const QVariant chosen = m_language->currentData();
    m_language->clear();
    m_language->addItem(tr("language"));
    if (const auto& facts = m_controller.facts())
        for (std::size_t i = 1; i < facts->languages.size(); ++i)
            m_language->addItem(qtext(facts->languages[i]), int(i));
    m_language->setCurrentIndex(std::max(0, m_language->findData(chosen)));
    m_filling = false;
}

void RowsTab::refreshCounts()
{
    m_counts->setText(m_controller.countLine());
    const int row = m_controller.rows().rowOfDatasetRow(
        std::uint64_t(std::max<std::int64_t>(0, m_controller.currentRow())));
    if (row >= 0 && row < m_controller.rows().rowCount())
        m_table->selectRow(row);
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
