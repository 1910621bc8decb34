// ui/pages/chat/chat_list_delegate.h: draws the list of chats: a quiet heading per day, and a title
// with the model's marker, model and turns under it.
#pragma once

#include <QStyledItemDelegate>

namespace koala {

class ChatListDelegate final : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
        const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

} // namespace koala
