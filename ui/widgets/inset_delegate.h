// ui/widgets/inset_delegate.h: table cells as CellDelegate draws them, with room before the first
// and after the last column, for tables that reach from edge to edge of their pane.
#pragma once

#include "ui/widgets/tables.h"

namespace koala {

class InsetDelegate final : public CellDelegate {
public:
    InsetDelegate(int left, int right, QObject* parent = nullptr)
        : CellDelegate(parent), m_left(left), m_right(right)
    {
    }
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
        const QModelIndex& index) const override
    {
        paintGround(*painter, option, index);
        QStyleOptionViewItem inside = option;
        if (index.column() == 0)
            inside.rect.setLeft(option.rect.left() + m_left);
        if (index.column() + 1 == index.model()->columnCount(index.parent()))
            inside.rect.setRight(option.rect.right() - m_right);
        CellDelegate::paint(painter, inside, index);
    }

private:
    int m_left;
    int m_right;
};

} // namespace koala
