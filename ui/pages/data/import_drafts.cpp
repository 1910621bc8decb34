#include "ui/pages/data/import_drafts.h"

#include <algorithm>

#include <QFileInfo>

#include "ui/services/words.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/tables.h"

namespace koala {

ImportDrafts::ImportDrafts(DataService& service, QObject* parent)
    : QAbstractListModel(parent), m_service(service)
{
    connect(&m_service.previews(), &ImportPreviewer::ready, this,
        [this](const ImportPreviewFacts& facts) {
            const int row = rowOf(facts.file);
            if (row < 0)
                return;
            ImportDraft& draft = m_drafts[std::size_t(row)];
            draft.facts = facts;
            draft.state =
                facts.kind.isEmpty() ? ImportDraft::State::Unknown : ImportDraft::State::Ready;
            draft.problem = facts.kind.isEmpty() ? facts.reason : QString();
            if (draft.state == ImportDraft::State::Ready && facts.rows.empty()) {
                draft.state = ImportDraft::State::Failed;
                draft.problem = facts.problems.isEmpty()
                                    ? tr("none of its first records is a conversation of this kind")
                                    : facts.problems.first();
            }
            if (!draft.termsTyped) {
                draft.order.licence = facts.licence;
                draft.order.terms = facts.terms;
                draft.order.evaluation = draft.order.evaluation || facts.evaluation;
            }
            changed(row);
        });
    connect(&m_service.previews(), &ImportPreviewer::failed, this,
        [this](const QString& file, const QString& message) {
            const int row = rowOf(file);
            if (row < 0)
                return;
            m_drafts[std::size_t(row)].state = ImportDraft::State::Failed;
            m_drafts[std::size_t(row)].problem = message;
            changed(row);
        });
}

void ImportDrafts::setFiles(const QStringList& files)
{
    clear();
    for (const QString& file : files)
        if (rowOf(file) < 0)
            add({.order = {.files = {file}}});
}

void ImportDrafts::add(const ImportDraft& draft)
{
    beginInsertRows({}, rowCount(), rowCount());
    m_drafts.push_back(draft);
    m_drafts.back().facts.file = draft.order.files.first();
    endInsertRows();
    readAgain(rowCount() - 1);
}

void ImportDrafts::clear()
{
    m_service.previews().clear();
    beginResetModel();
    m_drafts.clear();
    endResetModel();
}

void ImportDrafts::remove(int row)
{
    beginRemoveRows({}, row, row);
    m_drafts.erase(m_drafts.begin() + row);
    endRemoveRows();
}

void ImportDrafts::readAgain(int row)
{
    ImportDraft& draft = m_drafts[std::size_t(row)];
    draft.state = ImportDraft::State::Reading;
    m_service.previews().request(
        draft.order.files.first(), draft.order.format, draft.order.columns);
    changed(row);
}

void ImportDrafts::setFormat(int row, const QString& format)
{
    if (at(row).order.format == format)
        return;
    m_drafts[std::size_t(row)].order.format = format;
    readAgain(row);
}

void ImportDrafts::setColumns(int row, const QString& columns)
{
    if (at(row).order.columns == columns)
        return;
    m_drafts[std::size_t(row)].order.columns = columns;
    readAgain(row);
}

void ImportDrafts::setFacts(int row, const ImportOrder& facts)
{
    ImportDraft& draft = m_drafts[std::size_t(row)];
    draft.termsTyped = draft.termsTyped || facts.licence != draft.order.licence ||
                       facts.terms != draft.order.terms;
    draft.order.name = facts.name;
    draft.order.licence = facts.licence;
    draft.order.terms = facts.terms;
    draft.order.evaluation = facts.evaluation;
}

std::vector<ImportOrder> ImportDrafts::orders() const
{
    std::vector<ImportOrder> orders;
    for (const ImportDraft& draft : m_drafts)
        if (draft.state == ImportDraft::State::Ready)
            orders.push_back(draft.order);
    return orders;
}

int ImportDrafts::ready() const
{
    return int(std::ranges::count(m_drafts, ImportDraft::State::Ready, &ImportDraft::state));
}

bool ImportDrafts::reading() const
{
    return std::ranges::count(m_drafts, ImportDraft::State::Reading, &ImportDraft::state) > 0;
}

int ImportDrafts::rowOf(const QString& file) const
{
    const auto found = std::ranges::find_if(
        m_drafts, [&](const ImportDraft& draft) { return draft.order.files.first() == file; });
    return found == m_drafts.end() ? -1 : int(found - m_drafts.begin());
}

void ImportDrafts::changed(int row)
{
    Q_EMIT dataChanged(index(row), index(row));
    Q_EMIT draftChanged(row);
}

int ImportDrafts::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_drafts.size());
}

QVariant ImportDrafts::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const ImportDraft& draft = at(index.row());
    const bool bad =
        draft.state == ImportDraft::State::Failed || draft.state == ImportDraft::State::Unknown;
    switch (role) {
    case Qt::DisplayRole:
        return safeLine(QFileInfo(draft.order.files.first()).fileName(), 120);
    case Qt::AccessibleTextRole:
        return data(index, Qt::DisplayRole).toString() + QStringLiteral(", ") +
               (bad                                             ? draft.problem
                   : draft.state == ImportDraft::State::Reading ? tr("reading")
                                                                : draft.facts.title);
    case kIconRole:
        return bad                                          ? QByteArray("warning")
               : draft.state == ImportDraft::State::Reading ? QByteArray("clock")
                                                            : QByteArray("file");
    case kToneRole:
        return bad ? QVariant(int(Tone::Warning)) : QVariant();
    default:
        return {};
    }
}

} // namespace koala
