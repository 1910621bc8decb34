#include "ui/pages/data/cleaning_model.h"

#include <algorithm>

#include <QMimeData>

#include "ui/services/words.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/tables.h"

namespace koala {

namespace {
const QString kMime = QStringLiteral("application/x-koala-cleaning-step");
}

QString stepTitle(const CleaningStep& step)
{
    const StepType* type = findStepType(step.type);
    return type == nullptr ? safeLine(step.type, 60) : qtext(std::string(type->title));
}

void CleaningModel::set(const CleaningState& state)
{
    const bool same =
        std::ranges::equal(m_steps, state.steps.steps, {}, &CleaningStep::id, &CleaningStep::id);
    if (!same)
        beginResetModel();
    m_steps = state.steps.steps;
    m_report = state.report;
    m_current = state.current && !state.running;
    if (!same)
        endResetModel();
    else if (!m_steps.empty())
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
}

const CleaningStep* CleaningModel::step(int row) const
{
    return row >= 0 && row < rowCount() ? &m_steps[std::size_t(row)] : nullptr;
}

const StepReport* CleaningModel::report(int row) const
{
    const CleaningStep* wanted = step(row);
    if (wanted == nullptr || !m_report || !wanted->enabled)
        return nullptr;
    const auto found = std::ranges::find(m_report->steps, wanted->id, &StepReport::id);
    return found == m_report->steps.end() ? nullptr : &*found;
}

int CleaningModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_steps.size());
}

int CleaningModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant CleaningModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    const bool number = section == Before || section == After || section == Took;
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (number ? Qt::AlignRight : Qt::AlignLeft));
    return role == Qt::DisplayRole
               ? QVariant(QStringList{QString(), tr("use"), tr("step"), tr("options"),
                     tr("rows before"), QString(), tr("after"), tr("took"), tr("share taken")}
                         .value(section))
               : QVariant();
}

Qt::ItemFlags CleaningModel::flags(const QModelIndex& index) const
{
    if (!index.isValid())
        return Qt::ItemIsDropEnabled; // between the rows, never onto one
    Qt::ItemFlags flags = Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsDragEnabled;
    if (index.column() == Use)
        flags |= Qt::ItemIsUserCheckable;
    return flags;
}

QStringList CleaningModel::mimeTypes() const
{
    return {kMime};
}

QMimeData* CleaningModel::mimeData(const QModelIndexList& indexes) const
{
    if (indexes.isEmpty())
        return nullptr;
    auto* data = new QMimeData;
    data->setData(kMime, QByteArray::number(indexes.first().row()));
    return data;
}

// Says what is wanted and refuses: the list changes when the dataset's file has.
bool CleaningModel::dropMimeData(
    const QMimeData* data, Qt::DropAction, int row, int, const QModelIndex& parent)
{
    if (!data->hasFormat(kMime))
        return false;
    const int from = data->data(kMime).toInt();
    int to = row >= 0 ? row : parent.isValid() ? parent.row() : rowCount();
    if (to > from)
        --to;
    if (from != to && from >= 0 && from < rowCount() && to >= 0 && to < rowCount())
        Q_EMIT moved(from, to);
    return false;
}

bool CleaningModel::setData(const QModelIndex& index, const QVariant& value, int role)
{
    if (role != Qt::CheckStateRole || index.column() != Use)
        return false;
    Q_EMIT switched(index.row(), value.toInt() == Qt::Checked);
    return true;
}

QVariant CleaningModel::words(int row, int column) const
{
    const CleaningStep& step = m_steps[std::size_t(row)];
    const StepReport* report = this->report(row);
    switch (column) {
    case Order:
        return QString::number(row + 1);
    case StepTitle:
        return stepTitle(step);
    case Options: {
        const StepType* type = findStepType(step.type);
        return type == nullptr ? tr("this version does not know this step")
                               : safeLine(stepSummary(*type, step.options), 200);
    }
    case Before:
        return report == nullptr ? QString() : grouped(qint64(report->rowsBefore));
    case Arrow:
        return report == nullptr ? QString() : QStringLiteral("→");
    case After:
        return report == nullptr ? QString() : grouped(qint64(report->rowsAfter));
    case Took:
        if (!step.enabled)
            return tr("off");
        if (report == nullptr)
            return QStringLiteral("–");
        if (report->taken == 0 && report->edited > 0)
            return tr("%1 edited").arg(grouped(qint64(report->edited)));
        if (report->taken == 0 && report->tagged > 0)
            return tr("%1 tagged").arg(grouped(qint64(report->tagged)));
        return grouped(qint64(report->taken));
    default:
        return {};
    }
}

QVariant CleaningModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const CleaningStep& step = m_steps[std::size_t(index.row())];
    const int column = index.column();
    const bool number = column == Before || column == After || column == Took;
    switch (role) {
    case Qt::DisplayRole:
        return words(index.row(), column);
    case Qt::AccessibleTextRole:
        return column == Use
                   ? tr("%1, %2").arg(stepTitle(step), step.enabled ? tr("on") : tr("off"))
                   : words(index.row(), column);
    case Qt::ToolTipRole: // the table may cut it
        return column == Options ? QVariant(words(index.row(), column).toString().toHtmlEscaped())
                                 : QVariant();
    case Qt::CheckStateRole:
        return column == Use ? QVariant(int(step.enabled ? Qt::Checked : Qt::Unchecked))
                             : QVariant();
    case Qt::TextAlignmentRole:
        return int(Qt::AlignVCenter | (number               ? Qt::AlignRight
                                          : column == Arrow ? Qt::AlignHCenter
                                                            : Qt::AlignLeft));
    case kSecondaryRole:
        return column == Order || column == Options || column == Arrow || !step.enabled ||
               (!m_current && number);
    case kRuleRole:
        return true;
    case kShareRole: {
        const StepReport* report = this->report(index.row());
        std::uint64_t most = 1;
        if (m_report)
            for (const StepReport& each : m_report->steps)
                most = std::max(most, each.taken);
        return report == nullptr ? 0.0 : double(report->taken) / double(most);
    }
    default:
        return {};
    }
}

} // namespace koala
