#include "ui/pages/data/source_list_model.h"

#include <algorithm>

#include "ui/services/words.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/tables.h"

namespace koala {

void SourceListModel::set(
    const std::vector<DataSource>& sources, const std::vector<PromptSetItem>& promptSets)
{
    const bool same =
        sources.size() == m_sources.size() && promptSets.size() == m_promptSets.size() &&
        std::ranges::equal(sources, m_sources, {}, &DataSource::slug, &DataSource::slug) &&
        std::ranges::equal(
            promptSets, m_promptSets, {}, &PromptSetItem::slug, &PromptSetItem::slug);
    if (!same)
        beginResetModel();
    m_sources = sources;
    m_promptSets = promptSets;
    if (!same)
        endResetModel();
    else if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
}

int SourceListModel::rowOf(const QString& slug) const
{
    const auto found = std::ranges::find(m_sources, slug, &DataSource::slug);
    return found == m_sources.end() ? -1 : int(found - m_sources.begin());
}

const DataSource* SourceListModel::sourceAt(int row) const
{
    return row >= 0 && row < int(m_sources.size()) ? &m_sources[std::size_t(row)] : nullptr;
}

QString SourceListModel::slugAt(int row) const
{
    const DataSource* source = sourceAt(row);
    return source == nullptr ? QString() : source->slug;
}

int SourceListModel::rowCount(const QModelIndex& parent) const
{
    if (parent.isValid())
        return 0;
    return int(m_sources.size()) + (m_promptSets.empty() ? 0 : 1 + int(m_promptSets.size()));
}

int SourceListModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant SourceListModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (section >= Rows ? Qt::AlignRight : Qt::AlignLeft));
    if (role != Qt::DisplayRole)
        return {};
    return QStringList{QStringLiteral("   ") + tr("name"), tr("kind"), tr("rows"), tr("tokens")}
        .value(section);
}

Qt::ItemFlags SourceListModel::flags(const QModelIndex& index) const
{
    if (!index.isValid())
        return Qt::NoItemFlags;
    return index.row() < int(m_sources.size()) ? Qt::ItemIsEnabled | Qt::ItemIsSelectable
                                               : Qt::ItemIsEnabled;
}

QVariant SourceListModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (index.column() >= Rows ? Qt::AlignRight : Qt::AlignLeft));
    const int row = index.row();
    if (row < int(m_sources.size()))
        return sourceData(m_sources[std::size_t(row)], row, index.column(), role);
    if (row == int(m_sources.size())) {
        if (role == Qt::DisplayRole && index.column() == Name)
            return tr("Test sets");
        return role == kSecondaryRole ? QVariant(true) : QVariant();
    }
    return promptData(m_promptSets[std::size_t(row) - m_sources.size() - 1], index.column(), role);
}

// Its title, and what one should know before using it.
QStringList SourceListModel::notesOf(const DataSource& source)
{
    QStringList notes{safeLine(source.manifest.title, 400)};
    if (!source.problem.isEmpty())
        notes << source.problem;
    if (isForTesting(source))
        notes << tr("for testing only: mixtures refuse it");
    if (lacksLicence(source))
        notes << tr("its licence is not stated");
    return notes;
}

QVariant SourceListModel::sourceData(const DataSource& source, int row, int column, int role) const
{
    if (role == Qt::DisplayRole) {
        switch (column) {
        case Name:
            return safeLine(source.manifest.title, 120);
        case Kind:
            return source.problem.isEmpty() ? safeLine(source.manifest.importer, 40)
                                            : tr("unreadable");
        case Rows:
            return grouped(qint64(source.manifest.rows));
        case TokenCount:
            return source.tokens ? shortCount(qint64(*source.tokens)) : QStringLiteral("–");
        }
    }
    const QStringList notes = notesOf(source);
    if (role == Qt::ToolTipRole)
        return QStringLiteral("<qt>%1</qt>")
            .arg(notes.join(QLatin1Char('\n'))
                    .toHtmlEscaped()
                    .replace(QLatin1Char('\n'), QStringLiteral("<br>")));
    if (role == Qt::AccessibleTextRole && column == Name)
        return notes.join(QStringLiteral(", "));
    if (role == kMarksRole && column == Name) {
        QStringList marks;
        if (isForTesting(source))
            marks << QStringLiteral("lock");
        if (lacksLicence(source))
            marks << QStringLiteral("warning");
        return marks;
    }
    if (role == kSeriesRole && column == Name)
        return row;
    if (role == kSeriesFormRole)
        return true;
    if (role == kSecondaryRole)
        return column == Kind;
    if (role == kToneRole && !source.problem.isEmpty() && column == Kind)
        return int(Tone::Bad);
    return {};
}

QVariant SourceListModel::promptData(const PromptSetItem& set, int column, int role) const
{
    if (role == Qt::DisplayRole) {
        switch (column) {
        case Name:
            return set.slug;
        case Kind:
            return tr("prompts");
        case Rows:
            return grouped(qint64(set.prompts));
        default:
            return {};
        }
    }
    if (role == kIconRole && column == Name)
        return QByteArray("lock");
    const QString note = set.slug + QStringLiteral(", ") + tr("for testing only");
    if (role == Qt::ToolTipRole)
        return note.toHtmlEscaped();
    if (role == Qt::AccessibleTextRole && column == Name)
        return note;
    if (role == kSecondaryRole)
        return column == Kind;
    return {};
}

} // namespace koala
