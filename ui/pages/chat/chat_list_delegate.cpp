#include "ui/pages/chat/chat_list_delegate.h"

#include <QPainter>

#include "ui/pages/chat/chat_list_model.h"
#include "ui/widgets/series_key.h"
#include "ui/widgets/theme.h"

namespace koala {

namespace {
constexpr int kHeadingHeight = 32, kChatHeight = 46;
}

QSize ChatListDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex& index) const
{
    return {160, index.data(ChatListModel::kHeadingRole).isValid() ? kHeadingHeight : kChatHeight};
}

void ChatListDelegate::paint(
    QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const Tokens& colors = tokens();
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const QVariant heading = index.data(ChatListModel::kHeadingRole);
    if (heading.isValid()) {
        painter->setFont(fontFor(TextRole::Secondary));
        painter->setPen(colors.secondary);
        painter->drawText(option.rect.adjusted(20, 4, -8, 0), Qt::AlignLeft | Qt::AlignVCenter,
            heading.toString());
        painter->restore();
        return;
    }
    const bool selected = option.state & QStyle::State_Selected;
    const QRect box = option.rect.adjusted(8, 1, -8, -1);
    if (selected || option.state & QStyle::State_MouseOver) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(selected ? colors.selected : colors.hover);
        painter->drawRoundedRect(box, 6, 6);
    }
    painter->setFont(fontFor(selected ? TextRole::Strong : TextRole::Body));
    painter->setPen(colors.text);
    const QRect title = box.adjusted(12, 4, -8, -box.height() / 2);
    painter->drawText(title, Qt::AlignLeft | Qt::AlignVCenter,
        painter->fontMetrics().elidedText(index.data().toString(), Qt::ElideRight, title.width()));
    const QRect facts = box.adjusted(12, box.height() / 2, -8, -3);
    paintSeriesMarker(*painter, QRect(facts.left(), facts.top(), 12, facts.height()),
        {index.data(ChatListModel::kKeyRole).toInt()});
    painter->setFont(fontFor(TextRole::Secondary));
    painter->setPen(selected ? colors.text : colors.secondary);
    const QRect words = facts.adjusted(18, 0, 0, 0);
    painter->drawText(words, Qt::AlignLeft | Qt::AlignVCenter,
        painter->fontMetrics().elidedText(
            index.data(ChatListModel::kFactsRole).toString(), Qt::ElideRight, words.width()));
    painter->restore();
}

} // namespace koala
