#include "ui/pages/data/source_delegate.h"

#include <QPainter>

#include "ui/pages/data/source_list_model.h"
#include "ui/widgets/icons.h"

namespace koala {

namespace {
constexpr int kLeftInset = 12, kRightInset = 4, kMarkSide = 14, kMarkGap = 4;
}

void SourceDelegate::paint(
    QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    paintGround(*painter, option, index);
    QStyleOptionViewItem inside = option;
    if (index.column() == 0)
        inside.rect.setLeft(option.rect.left() + kLeftInset);
    if (index.column() + 1 == index.model()->columnCount(index.parent()))
        inside.rect.setRight(option.rect.right() - kRightInset);
    const QStringList marks = index.data(kMarksRole).toStringList();
    for (const QString& mark : marks) {
        const QRect place(
            inside.rect.right() - kMarkSide, inside.rect.center().y() - 6, kMarkSide, kMarkSide);
        const bool warns = mark == QStringLiteral("warning");
        paintIcon(*painter, mark.toLatin1().constData(), place,
            warns ? tokens().strong(Tone::Warning) : tokens().secondary);
        inside.rect.setRight(place.left() - kMarkGap);
    }
    CellDelegate::paint(painter, inside, index);
}

} // namespace koala
