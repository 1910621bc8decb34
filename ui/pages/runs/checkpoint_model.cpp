#include "ui/pages/runs/checkpoint_model.h"

#include "ui/services/words.h"
#include "ui/widgets/tables.h"

#include <QLocale>

namespace koala {

void CheckpointModel::setRows(std::vector<CheckpointRow> rows)
{
    const bool same = std::ranges::equal(
        rows, m_rows, {}, [](const CheckpointRow& r) { return r.info.step; },
        [](const CheckpointRow& r) { return r.info.step; });
    if (same) {
        for (std::size_t i = 0; i < rows.size(); ++i)
            rows[i].verified = m_rows[i].verified;
        m_rows = std::move(rows);
        if (!m_rows.empty())
            Q_EMIT dataChanged(index(0, 0), index(int(m_rows.size()) - 1, kColumns - 1));
        return;
    }
    beginResetModel();
    m_rows = std::move(rows);
    endResetModel();
}

void CheckpointModel::setVerified(std::int64_t step, bool good)
{
    if (const int row = rowOf(step); row >= 0) {
        m_rows[std::size_t(row)].verified = good;
        Q_EMIT dataChanged(index(row, 0), index(row, kColumns - 1));
    }
}

const CheckpointRow* CheckpointModel::at(const QModelIndex& index) const
{
    return index.isValid() && index.row() < int(m_rows.size()) ? &m_rows[std::size_t(index.row())]
                                                               : nullptr;
}

int CheckpointModel::rowOf(std::int64_t step) const
{
    for (std::size_t i = 0; i < m_rows.size(); ++i)
        if (m_rows[i].info.step == step)
            return int(i);
    return -1;
}

int CheckpointModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

QVariant CheckpointModel::data(const QModelIndex& index, int role) const
{
    const CheckpointRow* row = at(index);
    if (row == nullptr)
        return {};
    if (role == kRuleRole)
        return true;
    if (role == Qt::TextAlignmentRole)
        return int((index.column() <= Size ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole && !row->info.problem.empty())
        return qtext(row->info.problem).toHtmlEscaped();
    switch (index.column()) {
    case Step:
        if (role == Qt::DisplayRole)
            return grouped(row->info.step);
        if (role == kStrongRole)
            return true;
        break;
    case HeldOut:
        if (role == Qt::DisplayRole)
            return row->heldOut ? QLocale().toString(*row->heldOut, 'f', 3) : QStringLiteral("–");
        if (role == kStrongRole)
            return row->best;
        break;
    case Size:
        if (role == Qt::DisplayRole)
            return byteCount(quint64(row->info.bytes));
        break;
    case Resume:
        if (role == Qt::DisplayRole)
            return row->resumable ? tr("yes") : QStringLiteral("–");
        if (role == kIconRole)
            return row->resumable ? QByteArray("check") : QByteArray();
        break;
    case Pinned:
        if (role == kIconRole)
            return row->info.pinned ? QByteArray("pin") : QByteArray();
        if (role == Qt::DisplayRole)
            return row->info.pinned ? tr("pinned") : QString();
        break;
    case Hash:
        if (role == kCodeRole)
            return true;
        if (role == Qt::DisplayRole)
            return row->info.files.empty() ? QString() : shortHash(row->info.files.front().sha256);
        break;
    case State: {
        const bool bad = !row->info.complete || row->verified == false;
        if (role == Qt::DisplayRole)
            return !row->info.complete ? tr("not complete")
                   : !row->verified    ? tr("complete")
                   : *row->verified    ? tr("hashes match")
                                       : tr("hashes differ");
        if (role == kIconRole)
            return QByteArray(bad ? "warning" : "check-circle");
        if (role == kToneRole)
            return int(bad ? Tone::Warning : Tone::Good);
        break;
    }
    default:
        break;
    }
    return {};
}

QVariant CheckpointModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int((section <= Size ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Step:
        return tr("step");
    case HeldOut:
        return tr("held-out");
    case Size:
        return tr("size");
    case Resume:
        return tr("resume");
    case Pinned:
        return tr("pinned");
    case Hash:
        return tr("hash");
    case State:
        return tr("state");
    default:
        return {};
    }
}

} // namespace koala
