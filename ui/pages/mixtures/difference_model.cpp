#include "ui/pages/mixtures/difference_model.h"

#include "ui/services/words.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/tables.h"

namespace koala {

namespace {
const QString kNothing = QStringLiteral("–");

QString percent(const std::optional<double>& share)
{
    return share ? QString::number(100 * *share, 'f', 1) : kNothing;
}

QString rowsOf(const std::optional<SourceCounts>& counts)
{
    return counts ? grouped(qint64(counts->taken.rows)) : kNothing;
}

QString tokensOf(const std::optional<SourceCounts>& counts)
{
    return counts ? shortCount(qint64(counts->taken.tokens)) : kNothing;
}

QString change(const QString& before, const QString& after, const QString& unit = {})
{
    return before == after ? after + unit : QStringLiteral("%1 → %2%3").arg(before, after, unit);
}

QString signedCount(std::uint64_t count, QChar sign)
{
    return count == 0 ? kNothing : sign + grouped(qint64(count));
}

QVariant allOf(const MixtureDifference& all, int column)
{
    switch (column) {
    case DifferenceModel::Source:
        return DifferenceModel::tr("All");
    case DifferenceModel::Rows:
        return change(grouped(qint64(all.totalBefore.rows)), grouped(qint64(all.totalAfter.rows)));
    case DifferenceModel::Gained:
        return signedCount(all.gained, QLatin1Char('+'));
    case DifferenceModel::Lost:
        return signedCount(all.lost, QChar(0x2212));
    case DifferenceModel::TokenCount:
        return change(
            shortCount(qint64(all.totalBefore.tokens)), shortCount(qint64(all.totalAfter.tokens)));
    default:
        return {};
    }
}

QVariant partOf(const SourceDifference& source, int column)
{
    switch (column) {
    case DifferenceModel::Source:
        return safeLine(source.dataset, 80);
    case DifferenceModel::Share:
        return change(
            percent(source.shareBefore), percent(source.shareAfter), DifferenceModel::tr(" %"));
    case DifferenceModel::Rows:
        return change(rowsOf(source.before), rowsOf(source.after));
    case DifferenceModel::Gained:
        return signedCount(source.gained, QLatin1Char('+'));
    case DifferenceModel::Lost:
        return signedCount(source.lost, QChar(0x2212));
    case DifferenceModel::TokenCount:
        return change(tokensOf(source.before), tokensOf(source.after));
    default:
        return {};
    }
}

void addSettings(QStringList& lines, const std::vector<SettingDifference>& settings)
{
    for (const SettingDifference& setting : settings)
        lines.append(DifferenceModel::tr("%1: %2 → %3")
                .arg(safeLine(setting.name, 60), safeLine(setting.before, 120),
                    safeLine(setting.after, 120)));
}

void addSamples(QStringList& lines, const SourceDifference& source)
{
    const auto add = [&](std::uint64_t count, const std::vector<SampleRow>& rows,
                         const QString& heading) {
        if (count == 0)
            return;
        lines.append(
            {QString(), heading.arg(safeLine(source.dataset, 80), grouped(qint64(count)))});
        for (const SampleRow& row : rows)
            lines.append(DifferenceModel::tr("  row %1  %2")
                    .arg(grouped(qint64(row.row) + 1), safeLine(row.text, 160)));
    };
    add(source.gained, source.gainedRows, DifferenceModel::tr("%1: %2 gained, among them"));
    add(source.lost, source.lostRows, DifferenceModel::tr("%1: %2 lost, among them"));
    if (source.repeated > 0)
        lines.append(
            {QString(), DifferenceModel::tr("%1: %2 in both, seen another number of times")
                            .arg(safeLine(source.dataset, 80), grouped(qint64(source.repeated)))});
}
} // namespace

void DifferenceModel::set(std::shared_ptr<const MixtureDifference> difference)
{
    beginResetModel();
    m_difference = std::move(difference);
    endResetModel();
}

const SourceDifference* DifferenceModel::at(int row) const
{
    return m_difference && row >= 0 && row < int(m_difference->sources.size())
               ? &m_difference->sources[std::size_t(row)]
               : nullptr;
}

int DifferenceModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() || !m_difference ? 0 : int(m_difference->sources.size()) + 1;
}

int DifferenceModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant DifferenceModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (section == Source ? Qt::AlignLeft : Qt::AlignRight));
    if (role != Qt::DisplayRole)
        return {};
    return QStringList{
        tr("source"), tr("share"), tr("rows"), tr("gained"), tr("lost"), tr("tokens")}
        .value(section);
}

QVariant DifferenceModel::data(const QModelIndex& index, int role) const
{
    if (!m_difference || !index.isValid())
        return {};
    const SourceDifference* source = at(index.row());
    const int column = index.column();
    if (role == Qt::DisplayRole)
        return source != nullptr ? partOf(*source, column) : allOf(*m_difference, column);
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (column == Source ? Qt::AlignLeft : Qt::AlignRight));
    if (role == kStrongRole)
        return source == nullptr;
    return {};
}

QString differenceSentence(const MixtureDifference& difference)
{
    if (difference.sameOrder() && difference.settings.empty())
        return DifferenceModel::tr("The same rows in the same order.");
    if (difference.sameOrder())
        return DifferenceModel::tr("The same rows in the same order; other settings differ.");
    if (difference.gained == 0 && difference.lost == 0)
        return DifferenceModel::tr("The same rows in another order or number.");
    return DifferenceModel::tr("%1 gained, %2 lost.")
        .arg(counted(qint64(difference.gained), DifferenceModel::tr("row"),
                 DifferenceModel::tr("rows")),
            grouped(qint64(difference.lost)));
}

QString differenceDetails(const MixtureDifference& difference, const SourceDifference* source)
{
    QStringList lines;
    if (source != nullptr) {
        addSettings(lines, source->settings);
        addSamples(lines, *source);
    } else {
        addSettings(lines, difference.settings);
        for (const SourceDifference& one : difference.sources)
            addSamples(lines, one);
    }
    if (!lines.isEmpty() && lines.first().isEmpty())
        lines.removeFirst();
    return lines.isEmpty() ? DifferenceModel::tr("no difference") : lines.join(QLatin1Char('\n'));
}

} // namespace koala
