#include "ui/pages/machines/machine_runs_model.h"

#include <algorithm>

#include <QLocale>

#include "ui/pages/machines/machine_words.h"
#include "ui/services/words.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/tables.h"

namespace koala {

void MachineRunsModel::setRuns(std::vector<RunSummary> runs)
{
    std::ranges::sort(runs, std::ranges::greater(), &RunSummary::id);
    const bool sameRuns = std::ranges::equal(m_runs, runs, {}, &RunSummary::id, &RunSummary::id);
    if (!sameRuns) {
        beginResetModel();
        m_runs = std::move(runs);
        endResetModel();
    } else if (!runs.empty()) {
        m_runs = std::move(runs);
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, kColumns - 1));
    }
}

QString MachineRunsModel::runId(int row) const
{
    return qtext(m_runs[std::size_t(row)].id);
}

int MachineRunsModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_runs.size());
}

int MachineRunsModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(kColumns);
}

QString MachineRunsModel::text(const RunSummary& run, int column) const
{
    const QString none = QStringLiteral("–");
    switch (column) {
    case Name:
        return safeLine(run.name.empty() ? run.id : run.name, 120);
    case State:
        return run.activity.empty() ? tr("starting") : safeLine(run.activity, 40);
    case Progress:
        return run.totalSteps > 0
                   ? tr("step %1 / %2").arg(grouped(run.step), grouped(run.totalSteps))
                   : none;
    case Loss:
        return run.lastLoss ? QLocale().toString(*run.lastLoss, 'f', 3) : none;
    case TimeLeft:
        return run.secondsLeft ? durationText(*run.secondsLeft) : none;
    default:
        return {};
    }
}

QVariant MachineRunsModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const RunSummary& run = m_runs[std::size_t(index.row())];
    if (role == Qt::DisplayRole)
        return text(run, index.column());
    if (role == Qt::ToolTipRole && index.column() == Name)
        return safeLine(run.id);
    if (role == Qt::TextAlignmentRole && index.column() == Loss)
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role == kIconRole && index.column() == State)
        return QByteArrayLiteral("play");
    if (role == kToneRole && index.column() == State)
        return int(Tone::Accent);
    return {};
}

QVariant MachineRunsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= kColumns)
        return {};
    if (role == Qt::TextAlignmentRole && section == Loss)
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    const QString titles[kColumns] = {
        tr("run"), tr("state"), tr("progress"), tr("loss"), tr("time left")};
    return titles[section];
}

} // namespace koala
