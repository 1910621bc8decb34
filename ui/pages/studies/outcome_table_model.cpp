#include "ui/pages/studies/outcome_table_model.h"

#include <algorithm>

#include "ui/pages/studies/study_words.h"
#include "ui/services/words.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/tables.h"

namespace koala {

OutcomeTableModel::OutcomeTableModel(const QString& nameTitle, QObject* parent)
    : QAbstractTableModel(parent), m_nameTitle(nameTitle)
{
}

void OutcomeTableModel::setRows(std::vector<OutcomeRow> rows)
{
    const bool sameRows = std::equal(m_rows.begin(), m_rows.end(), rows.begin(), rows.end(),
        [](const OutcomeRow& one, const OutcomeRow& other) { return one.name == other.name; });
    if (!sameRows) {
        beginResetModel();
        m_rows = std::move(rows);
        endResetModel();
    } else if (!rows.empty()) {
        m_rows = std::move(rows);
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, kColumns - 1));
    }
}

int OutcomeTableModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

int OutcomeTableModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(kColumns);
}

QString OutcomeTableModel::text(const OutcomeRow& row, int column) const
{
    const Outcome& outcome = row.outcome;
    const bool decided = outcome.decided > 0;
    const QString none = QStringLiteral("–");
    switch (column) {
    case Name:
        return row.name.empty() ? tr("without a name") : safeLine(row.name, 200);
    case AWins:
        return grouped(outcome.counts.losses);
    case Ties:
        return grouped(outcome.counts.ties);
    case BWins:
        return grouped(outcome.counts.wins);
    case BothBad:
        return grouped(outcome.counts.bothBad);
    case Share:
        return decided ? percent(outcome.share) : none;
    case PValue:
        return decided ? pValueText(outcome.pValue) : none;
    case Prompts:
        return grouped(row.prompts);
    default:
        return {}; // painted
    }
}

QVariant OutcomeTableModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const OutcomeRow& row = m_rows[std::size_t(index.row())];
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return text(row, column);
    case Qt::TextAlignmentRole:
        return QVariant(
            column == Name ? Qt::AlignLeft | Qt::AlignVCenter : Qt::AlignRight | Qt::AlignVCenter);
    case kStrongRole:
        return column == PValue && row.outcome.decided > 0 && row.outcome.pValue < 0.05;
    case Qt::ToolTipRole:
        return column == Name && !row.wording.empty() ? QVariant(safeLine(row.wording))
                                                      : QVariant();
    case Qt::AccessibleTextRole:
        if (column == Bar)
            return outcomeInWords(row.outcome);
        if (column == IntervalColumn && row.outcome.decided > 0)
            return tr("B wins %1 of the decided, %2 to %3")
                .arg(percent(row.outcome.share), percent(row.outcome.interval.low),
                    percent(row.outcome.interval.high));
        return text(row, column);
    default:
        return {};
    }
}

QVariant OutcomeTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= kColumns)
        return {};
    if (role == Qt::TextAlignmentRole) {
        const bool left = section == Name || section == Bar || section == IntervalColumn;
        return QVariant((left ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    }
    if (role != Qt::DisplayRole)
        return {};
    const QString titles[kColumns] = {m_nameTitle, tr("A wins"), tr("ties"), tr("B wins"),
        tr("both bad"), tr("A, ties, B"), tr("95 % interval"), tr("share"), tr("p"), tr("prompts")};
    return titles[section];
}

} // namespace koala
