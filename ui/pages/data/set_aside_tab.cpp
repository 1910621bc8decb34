#include "ui/pages/data/set_aside_tab.h"

#include <algorithm>
#include <map>
#include <numeric>

#include <QApplication>
#include <QClipboard>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QSaveFile>
#include <QShortcut>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

#include "core/base/utf8.h"
#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/tables.h"
#include "ui/widgets/text_label.h"

namespace koala {

namespace {
constexpr int kKindLetters = 120;

QByteArray csvCell(const QString& text)
{
    QString cell = text;
    if (!cell.isEmpty() && QStringLiteral("=+-@\t\r").contains(cell.front()))
        cell.prepend(QLatin1Char('\''));
    return '"' + cell.replace(QLatin1Char('"'), QStringLiteral("\"\"")).toUtf8() + '"';
}
} // namespace

QString reasonKind(const std::string& reason)
{
    QString kind;
    bool quoted = false;
    for (const QChar c : safeLine(reason, 400)) {
        if (c == QLatin1Char('"'))
            quoted = !quoted;
        if (c == QLatin1Char('"') && quoted)
            kind += QChar(0x2026);
        else if (c == QLatin1Char('"') || quoted)
            continue;
        else if (!c.isDigit())
            kind += c;
        else if (kind.isEmpty() || kind.back() != QLatin1Char('#'))
            kind += QLatin1Char('#');
    }
    return kind.left(kKindLetters);
}

void SetAsideModel::set(std::vector<QuarantinedRecord> records)
{
    m_records = std::move(records);
    m_kinds.clear();
    for (const QuarantinedRecord& record : m_records)
        m_kinds.push_back(reasonKind(record.reason));
    m_kind.clear();
    showKind();
}

void SetAsideModel::setKind(const QString& kind)
{
    if (kind == m_kind)
        return;
    m_kind = kind;
    showKind();
}

void SetAsideModel::showKind()
{
    beginResetModel();
    m_shown.clear();
    for (std::size_t i = 0; i < m_records.size(); ++i)
        if (m_kind.isEmpty() || m_kinds[i] == m_kind)
            m_shown.push_back(i);
    endResetModel();
}

std::vector<SetAsideModel::Kind> SetAsideModel::kinds() const
{
    std::map<QString, int> counts;
    for (const QString& kind : m_kinds)
        ++counts[kind];
    std::vector<Kind> kinds;
    for (const auto& [kind, records] : counts)
        kinds.push_back({kind, records});
    std::ranges::stable_sort(kinds, std::greater(), &Kind::records);
    return kinds;
}

int SetAsideModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_shown.size());
}
int SetAsideModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant SetAsideModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (section == LineNumber ? Qt::AlignRight : Qt::AlignLeft));
    return role == Qt::DisplayRole
               ? QVariant(QStringList{tr("line"), tr("reason"), tr("begins with")}.value(section))
               : QVariant();
}

QVariant SetAsideModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const QuarantinedRecord& record = this->record(index.row());
    if (role == Qt::DisplayRole || role == Qt::AccessibleTextRole) {
        switch (index.column()) {
        case LineNumber:
            return grouped(qint64(record.line));
        case Reason:
            return (record.turnOnly ? tr("a turn was left out: ") : QString()) +
                   safeLine(record.reason, 400);
        case Head:
            return safeLine(record.head, 200);
        }
    }
    if (role == Qt::ToolTipRole) // tool tips guess at markup: escaped
        return data(index, Qt::DisplayRole).toString().toHtmlEscaped();
    if (role == Qt::TextAlignmentRole)
        return int(
            Qt::AlignVCenter | (index.column() == LineNumber ? Qt::AlignRight : Qt::AlignLeft));
    if (role == kCodeRole)
        return index.column() == Head;
    if (role == kSecondaryRole)
        return index.column() != Reason;
    return {};
}

QByteArray setAsideAsCsv(const SetAsideModel& model)
{
    QByteArray out = "\"line\",\"offset\",\"reason\",\"head\"\r\n";
    for (int row = 0; row < model.rowCount(); ++row) {
        const QuarantinedRecord& record = model.record(row);
        out += QByteArray::number(quint64(record.line)) + ',' +
               QByteArray::number(quint64(record.offset)) + ',' +
               csvCell(qtext(toValidUtf8(record.reason))) + ',' +
               csvCell(qtext(toValidUtf8(record.head))) + "\r\n";
    }
    return out;
}

QByteArray setAsideAsJsonLines(const SetAsideModel& model)
{
    QByteArray out;
    for (int row = 0; row < model.rowCount(); ++row) {
        const QuarantinedRecord& record = model.record(row);
        const OrderedJson json{{"line", record.line}, {"offset", record.offset},
            {"reason", record.reason}, {"head", record.head}};
        out += QByteArray::fromStdString(toLine(json)) + '\n';
    }
    return out;
}

SetAsideTab::SetAsideTab(DataController& controller, QWidget* parent)
    : QWidget(parent), m_controller(controller)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeBar());
    m_table = new QTableView(this);
    m_table->setModel(&m_model);
    prepareTable(*m_table, tr("Records set aside"), "setAsideTable");
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    setColumns(*m_table, {72, 0, 360});
    m_stack = new QStackedWidget(this);
    m_stack->addWidget(m_table);
    m_stack->addWidget(
        new EmptyState(tr("Nothing was set aside: every record of the file is among the rows."), {},
            nullptr, "noneSetAside", m_stack));
    layout->addWidget(m_stack, 1);
    auto* copyKey = new QShortcut(QKeySequence::Copy, m_table);
    copyKey->setContext(Qt::WidgetShortcut);
    connect(copyKey, &QShortcut::activated, this, &SetAsideTab::copyChosen);
    connect(&m_controller, &DataController::chosen, this, [this] {
        if (m_controller.dataset())
            m_controller.service().requestSetAside();
        else
            show({});
    });
    connect(&m_controller.service(), &DataService::setAsideReady, this, &SetAsideTab::show);
    show({});
}

QWidget* SetAsideTab::makeBar()
{
    auto* bar = pane(QPalette::Window, this);
    QHBoxLayout* line = toolBar(bar);
    m_kind = comboBox(tr("Reason"), "setAsideReason", bar);
    m_kind->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_kind->setMinimumContentsLength(24);
    m_count = new TextLabel(TextRole::Secondary, bar);
    m_count->setObjectName(QStringLiteral("setAsideCount"));
    m_count->setElided(true);
    m_copy = plainButton(tr("Copy"), "copy", "copySetAside", bar);
    m_export = plainButton(tr("Export…"), "export", "exportSetAside", bar);
    line->addWidget(m_kind);
    line->addWidget(m_count, 1);
    line->addWidget(m_copy);
    line->addWidget(m_export);
    connect(m_kind, &QComboBox::currentIndexChanged, this, [this] {
        m_model.setKind(m_kind->currentData().toString());
        refreshCount();
    });
    connect(m_copy, &QPushButton::clicked, this, &SetAsideTab::copyChosen);
    connect(m_export, &QPushButton::clicked, this, &SetAsideTab::saveAs);
    return bar;
}

void SetAsideTab::show(const std::vector<QuarantinedRecord>& records)
{
    m_model.set(records);
    m_kind->blockSignals(true);
    m_kind->clear();
    m_kind->addItem(tr("all reasons"), QString());
    for (const SetAsideModel::Kind& kind : m_model.kinds())
        m_kind->addItem(QStringLiteral("%1 × %2").arg(grouped(kind.records), kind.kind), kind.kind);
    m_kind->blockSignals(false);
    refreshCount();
    Q_EMIT counted(m_model.total());
}

void SetAsideTab::refreshCount()
{
    const bool any = m_model.total() > 0;
    for (QWidget* widget : std::initializer_list<QWidget*>{m_kind, m_copy, m_export})
        widget->setEnabled(any);
    const DataSource* source = m_controller.current();
    const quint64 all = source == nullptr ? 0 : source->manifest.quarantined;
    m_stack->setCurrentIndex(any || source == nullptr ? 0 : 1);
    if (!any)
        m_count->setText({});
    else if (m_model.total() == int(kSetAsideListed))
        m_count->setText(tr("the first %1 of %2 are listed; quarantine.jsonl has them all")
                .arg(grouped(m_model.total()), grouped(qint64(all))));
    else
        m_count->setText(tr("%1 shown of %2 set aside, by %3")
                .arg(grouped(m_model.rowCount()), grouped(m_model.total()),
                    koala::counted(qint64(m_kind->count()) - 1, tr("reason"), tr("reasons"))));
}

void SetAsideTab::copyChosen()
{
    QList<int> rows;
    for (const QModelIndex& index : m_table->selectionModel()->selectedRows())
        rows << index.row();
    if (rows.isEmpty()) {
        rows.resize(m_model.rowCount());
        std::iota(rows.begin(), rows.end(), 0);
    }
    std::ranges::sort(rows);
    QString text;
    for (const int row : rows) {
        QStringList cells;
        for (int column = 0; column < SetAsideModel::ColumnCount; ++column)
            cells << m_model.index(row, column).data().toString();
        text += cells.join(QLatin1Char('\t')) + QLatin1Char('\n');
    }
    QApplication::clipboard()->setText(text);
}

void SetAsideTab::saveAs()
{
    auto* dialog = new QFileDialog(this, tr("Export what was set aside"));
    dialog->setObjectName(QStringLiteral("setAsideDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setOption(QFileDialog::DontUseNativeDialog);
    dialog->setNameFilters({tr("JSON Lines (*.jsonl)"), tr("Table (*.csv)")});
    dialog->selectFile(m_controller.currentSlug() + QStringLiteral("-set-aside.jsonl"));
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        QSaveFile file(path);
        const QByteArray bytes = path.endsWith(QStringLiteral(".csv"), Qt::CaseInsensitive)
                                     ? setAsideAsCsv(m_model)
                                     : setAsideAsJsonLines(m_model);
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit())
            Q_EMIT m_controller.problem(tr("%1 could not be written: %2. Choose another place.")
                    .arg(path, file.errorString()));
    });
    dialog->open();
}

} // namespace koala
