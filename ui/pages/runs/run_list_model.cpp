#include "ui/pages/runs/run_list_model.h"

#include "ui/pages/runs/run_look.h"
#include "ui/services/run_words.h"
#include "ui/widgets/tables.h"

namespace koala {

std::vector<const RunSnapshot*> RunListModel::filtered() const
{
    std::vector<const RunSnapshot*> rows;
    if (m_runs)
        for (const RunSnapshot& run : *m_runs)
            if (m_filter.isEmpty() || run.name().contains(m_filter, Qt::CaseInsensitive) ||
                run.id().contains(m_filter, Qt::CaseInsensitive) ||
                QString::fromStdString(run.summary.mixture).contains(m_filter, Qt::CaseInsensitive))
                rows.push_back(&run);
    return rows;
}

void RunListModel::setRuns(std::shared_ptr<const RunSnapshots> runs)
{
    const std::shared_ptr<const RunSnapshots> before =
        std::exchange(m_runs, std::move(runs)); // keeps old rows alive
    auto rows = filtered();
    const bool same = std::ranges::equal(
        rows, m_rows, {}, [](const RunSnapshot* r) { return r->summary.id; },
        [](const RunSnapshot* r) { return r->summary.id; });
    if (same) {
        m_rows = std::move(rows);
        if (!m_rows.empty())
            Q_EMIT dataChanged(index(0, 0), index(int(m_rows.size()) - 1, kColumns - 1));
        return;
    }
    beginResetModel();
    m_rows = std::move(rows);
    endResetModel();
}

void RunListModel::setFilter(const QString& words)
{
    beginResetModel();
    m_filter = words.trimmed();
    m_rows = filtered();
    endResetModel();
}

void RunListModel::setShown(std::set<QString> shown)
{
    m_shown = std::move(shown);
    if (!m_rows.empty())
        Q_EMIT dataChanged(index(0, Eye), index(int(m_rows.size()) - 1, Eye));
}

const RunSnapshot* RunListModel::at(const QModelIndex& index) const
{
    return index.isValid() && index.row() < int(m_rows.size()) ? m_rows[std::size_t(index.row())]
                                                               : nullptr;
}

QModelIndex RunListModel::indexOf(const QString& id) const
{
    for (std::size_t i = 0; i < m_rows.size(); ++i)
        if (m_rows[i]->id() == id)
            return index(int(i), Name);
    return {};
}

int RunListModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

QVariant RunListModel::data(const QModelIndex& index, int role) const
{
    const RunSnapshot* run = at(index);
    if (run == nullptr)
        return {};
    const bool shown = m_shown.contains(run->id());
    if (role == Qt::ToolTipRole && index.column() == Name)
        return run->id().toHtmlEscaped();
    switch (index.column()) {
    case Eye:
        if (role == kIconRole)
            return QByteArray(shown ? "eye" : "eye-closed");
        if (role == Qt::AccessibleTextRole)
            return shown ? tr("shown in the charts") : tr("not shown");
        break;
    case Name:
        if (role == Qt::DisplayRole)
            return run->name();
        if (role == kSeriesRole)
            return run->key;
        break;
    case State: {
        const RunLook look = lookOf(run->summary);
        if (role == Qt::DisplayRole)
            return look.word;
        if (role == kIconRole)
            return QByteArray(look.icon);
        if (role == kToneRole)
            return int(look.tone);
        break;
    }
    case Loss:
        if (role == Qt::DisplayRole)
            return lossWords(run->summary.phase == RunPhase::Failed && !run->summary.lastLoss
                                 ? std::nullopt
                                 : run->summary.lastLoss);
        if (role == Qt::TextAlignmentRole)
            return int(Qt::AlignRight | Qt::AlignVCenter);
        break;
    default:
        break;
    }
    return {};
}

QVariant RunListModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int((section == Loss ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name:
        return QStringLiteral("          ") + tr("name");
    case State:
        return tr("state");
    case Loss:
        return tr("loss");
    default:
        return QString();
    }
}

} // namespace koala
