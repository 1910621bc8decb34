#include "ui/pages/chat/chat_list_model.h"

#include <algorithm>

#include <QDateTime>

#include "ui/services/words.h"
#include "ui/widgets/safe_text.h"

namespace koala {

namespace {
QString dayOf(const std::string& utc)
{
    const QDate day = QDateTime::fromString(qtext(utc), Qt::ISODateWithMs).toLocalTime().date();
    const qint64 ago = day.daysTo(QDate::currentDate());
    if (ago <= 0)
        return ChatListModel::tr("Today");
    if (ago == 1)
        return ChatListModel::tr("Yesterday");
    return ago <= 7 ? ChatListModel::tr("Last week") : ChatListModel::tr("Earlier");
}
} // namespace

void ChatListModel::set(std::vector<ChatSummary> chats, const std::vector<ModelChoice>& models)
{
    const bool sameIds =
        std::ranges::equal(chats, m_chats, {}, &ChatSummary::id, &ChatSummary::id) &&
        std::ranges::equal(
            chats, m_chats, {}, [](const auto& chat) { return dayOf(chat.time); },
            [](const auto& chat) { return dayOf(chat.time); });
    m_chats = std::move(chats);
    m_models = models;
    if (sameIds && m_filter.isEmpty()) {
        if (!m_entries.empty())
            Q_EMIT dataChanged(index(0), index(rowCount() - 1));
        return;
    }
    rebuild();
}

void ChatListModel::setFilter(const QString& text)
{
    m_filter = text;
    rebuild();
}

void ChatListModel::rebuild()
{
    beginResetModel();
    m_entries.clear();
    QString day;
    for (int i = 0; i < int(m_chats.size()); ++i) {
        const ChatSummary& chat = m_chats[std::size_t(i)];
        if (!m_filter.isEmpty() && !qtext(chat.title).contains(m_filter, Qt::CaseInsensitive))
            continue;
        if (const QString its = dayOf(chat.time); its != day) {
            day = its;
            m_entries.push_back({day, -1});
        }
        m_entries.push_back({{}, i});
    }
    endResetModel();
}

QString ChatListModel::idAt(int row) const
{
    if (row < 0 || row >= int(m_entries.size()) || m_entries[std::size_t(row)].chat < 0)
        return {};
    return qtext(m_chats[std::size_t(m_entries[std::size_t(row)].chat)].id);
}

int ChatListModel::rowOf(const QString& id) const
{
    for (int row = 0; row < int(m_entries.size()); ++row)
        if (!id.isEmpty() && idAt(row) == id)
            return row;
    return -1;
}

int ChatListModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_entries.size());
}

Qt::ItemFlags ChatListModel::flags(const QModelIndex& index) const
{
    return !index.isValid() || idAt(index.row()).isEmpty()
               ? Qt::NoItemFlags
               : Qt::ItemIsEnabled | Qt::ItemIsSelectable;
}

QVariant ChatListModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const Entry& entry = m_entries[std::size_t(index.row())];
    if (entry.chat < 0)
        return role == Qt::DisplayRole || role == kHeadingRole ? QVariant(entry.heading)
                                                               : QVariant();
    const ChatSummary& chat = m_chats[std::size_t(entry.chat)];
    const auto model = std::ranges::find(m_models, qtext(chat.model), &ModelChoice::spec);
    switch (role) {
    case Qt::DisplayRole:
        return safeLine(chat.title, 80);
    case kFactsRole: {
        QString name = safeLine(chat.model, 60);
        if (model != m_models.end())
            name = model->step < 0 ? model->name
                                   : model->name + QStringLiteral(" @ ") + grouped(model->step);
        const QString turns = counted(chat.turns, tr("turn"), tr("turns"));
        return name.isEmpty() ? turns : name + QStringLiteral(" · ") + turns;
    }
    case kKeyRole:
        return model == m_models.end() || model->key < 0 ? 7 : model->key;
    case kIdRole:
        return qtext(chat.id);
    case Qt::AccessibleTextRole:
        return safeLine(chat.title, 80);
    default:
        return {};
    }
}

} // namespace koala
