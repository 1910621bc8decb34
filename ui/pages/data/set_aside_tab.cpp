#include "ui/pages/data/set_aside_tab.h"

#include <QTableView>
#include <QVBoxLayout>

#include "ui/services/words.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/tables.h"

namespace koala {

namespace {
constexpr std::size_t kListed = 5000;
}

void SetAsideModel::set(std::vector<QuarantinedRecord> records)
{
    beginResetModel();
    m_records = std::move(records);
    endResetModel();
}

int SetAsideModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_records.size());
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
    const QuarantinedRecord& record = m_records[std::size_t(index.row())];
    if (role == Qt::DisplayRole || role == Qt::ToolTipRole) {
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
    if (role == Qt::TextAlignmentRole)
        return int(
            Qt::AlignVCenter | (index.column() == LineNumber ? Qt::AlignRight : Qt::AlignLeft));
    if (role == kCodeRole)
        return index.column() == Head;
    if (role == kSecondaryRole)
        return index.column() != Reason;
    return {};
}

SetAsideTab::SetAsideTab(DataController& controller, QWidget* parent)
    : QWidget(parent), m_controller(controller)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* table = new QTableView(this);
    table->setModel(&m_model);
    prepareTable(*table, tr("Records set aside"), "setAsideTable");
    setColumns(*table, {72, 0, 420});
    layout->addWidget(table);
    connect(&m_controller, &DataController::chosen, this, &SetAsideTab::refresh);
}

void SetAsideTab::refresh()
{
    const auto dataset = m_controller.dataset();
    std::vector<QuarantinedRecord> records;
    if (dataset)
        if (auto read = dataset->quarantine(kListed); read.ok())
            records = std::move(read).value();
    m_model.set(std::move(records));
    Q_EMIT counted(m_model.rowCount());
}

} // namespace koala
