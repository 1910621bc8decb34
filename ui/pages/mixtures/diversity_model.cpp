#include "ui/pages/mixtures/diversity_model.h"

#include <algorithm>
#include <cmath>

#include "ui/services/words.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/tables.h"

namespace koala {

namespace {
constexpr double kDrawnOdds = 8; // the scale ends at eight to one, either way

// Of pairs where there are some: they hold the prompt fixed.
const std::optional<DiversityFacts::Interval>& shown(const DiversityFacts::Association& feature)
{
    return feature.pairedOdds ? feature.pairedOdds : feature.odds;
}

double onScale(double log)
{
    return std::clamp(0.5 + 0.5 * log / std::log(kDrawnOdds), 0.0, 1.0);
}

QString share(std::uint64_t part, std::uint64_t whole)
{
    return whole == 0
               ? QStringLiteral("–")
               : AssociationModel::tr("%1 %").arg(100.0 * double(part) / double(whole), 0, 'f', 1);
}

QString odds(double log)
{
    if (std::isinf(log))
        return log > 0 ? QStringLiteral("∞") : QStringLiteral("0");
    return QString::number(std::exp(log), 'f', 2);
}

QString words(const DiversityFacts::Interval& interval)
{
    return AssociationModel::tr("%1 (%2–%3)")
        .arg(odds(interval.log), odds(interval.low), odds(interval.high));
}
} // namespace

void VerbModel::set(std::vector<RequestVerb> verbs)
{
    beginResetModel();
    m_verbs = std::move(verbs);
    endResetModel();
}

int VerbModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_verbs.size());
}
int VerbModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant VerbModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (section == Rows ? Qt::AlignRight : Qt::AlignLeft));
    if (role != Qt::DisplayRole)
        return {};
    return QStringList{tr("asked to"), tr("rows"), tr("what, most used")}.value(section);
}

QVariant VerbModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= int(m_verbs.size()))
        return {};
    const RequestVerb& verb = m_verbs[std::size_t(index.row())];
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (index.column() == Rows ? Qt::AlignRight : Qt::AlignLeft));
    if (role == kSecondaryRole)
        return index.column() == Objects;
    if (role != Qt::DisplayRole)
        return {};
    if (index.column() == Verb)
        return safeLine(verb.verb, 40);
    if (index.column() == Rows)
        return grouped(qint64(verb.rows));
    QStringList objects;
    for (const NamedCount& object : verb.objects)
        objects.append(tr("%1 %2").arg(safeLine(object.name, 30), grouped(qint64(object.rows))));
    return objects.join(QStringLiteral(", "));
}

void AssociationModel::set(std::vector<DiversityFacts::Association> features)
{
    beginResetModel();
    m_features = std::move(features);
    endResetModel();
}

int AssociationModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_features.size());
}
int AssociationModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant AssociationModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter |
                   (section == Feature || section == Drawn ? Qt::AlignLeft : Qt::AlignRight));
    if (role != Qt::DisplayRole)
        return {};
    return QStringList{
        tr("an answer that"), tr("good"), tr("bad"), tr("odds (95 %)"), tr("← bad · good →")}
        .value(section);
}

QString AssociationModel::tip(const DiversityFacts::Association& feature) const
{
    QStringList lines{tr("%1 of %2 good answers and %3 of %4 bad ones")
            .arg(grouped(qint64(feature.goodWith)), grouped(qint64(feature.good)),
                grouped(qint64(feature.badWith)), grouped(qint64(feature.bad)))};
    if (feature.odds)
        lines.append(tr("over all answers: %1").arg(words(*feature.odds)));
    if (feature.pairedOdds)
        lines.append(tr("within pairs, the prompt held fixed: %1; only the good one has it in %2, "
                        "only the bad one in %3")
                .arg(words(*feature.pairedOdds), grouped(qint64(feature.onlyGood)),
                    grouped(qint64(feature.onlyBad))));
    return lines.join(QLatin1Char('\n'));
}

QVariant AssociationModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= int(m_features.size()))
        return {};
    const DiversityFacts::Association& feature = m_features[std::size_t(index.row())];
    const auto& interval = shown(feature);
    const int column = index.column();
    if (role == Qt::ToolTipRole)
        return tip(feature).toHtmlEscaped().replace(QLatin1Char('\n'), QStringLiteral("<br>"));
    if (role == Qt::AccessibleTextRole && column == Drawn)
        return interval ? words(*interval) : tr("no interval");
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (column == Feature ? Qt::AlignLeft : Qt::AlignRight));
    if (role == kIntervalRole && column == Drawn && interval)
        return QVariantList{
            onScale(interval->low), onScale(interval->log), onScale(interval->high)};
    if (role == kToneRole && column == Drawn && interval)
        return int(interval->low > 0 ? Tone::Good : interval->high < 0 ? Tone::Bad : Tone::Neutral);
    if (role != Qt::DisplayRole)
        return {};
    switch (column) {
    case Feature:
        return safeLine(feature.title, 60);
    case Good:
        return share(feature.goodWith, feature.good);
    case Bad:
        return share(feature.badWith, feature.bad);
    case Odds:
        return interval ? words(*interval) : QStringLiteral("–");
    default:
        return {};
    }
}

} // namespace koala
