#include "ui/shell/notices.h"

#include <QLocale>

#include "ui/widgets/tables.h"

namespace koala {

void NoticeModel::add(Tone tone, const QString& text, const QString& details)
{
    if (!m_notices.empty() && m_notices.front().text == text) {
        m_notices.front().time =
            QDateTime::currentDateTime(); // the same again: one entry with its last time
        Q_EMIT dataChanged(index(0), index(0));
        return;
    }
    if (int(m_notices.size()) >= kKept) {
        beginRemoveRows({}, kKept - 1, kKept - 1);
        m_notices.pop_back();
        endRemoveRows();
    }
    beginInsertRows({}, 0, 0);
    m_notices.insert(m_notices.begin(), {tone, text, details, QDateTime::currentDateTime()});
    endInsertRows();
}

void NoticeModel::clear()
{
    beginResetModel();
    m_notices.clear();
    endResetModel();
}

int NoticeModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_notices.size());
}

QVariant NoticeModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= int(m_notices.size()))
        return {};
    const Notice& notice = m_notices[std::size_t(index.row())];
    switch (role) {
    case Qt::DisplayRole:
    case Qt::AccessibleTextRole:
        return QLocale().toString(notice.time, QStringLiteral("HH:mm  ")) + notice.text;
    case Qt::ToolTipRole:
        return (notice.details.isEmpty() ? notice.text : notice.details).toHtmlEscaped();
    case kIconRole:
        return QByteArray(notice.tone == Tone::Bad       ? "error"
                          : notice.tone == Tone::Warning ? "warning"
                          : notice.tone == Tone::Good    ? "check-circle"
                                                         : "info");
    case kToneRole:
        return int(notice.tone);
    default:
        return {};
    }
}

} // namespace koala
