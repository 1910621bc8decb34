// ui/pages/data/cleaning_delegate.h: the cells of the cleaning table: a grip to drag by, a switch,
// and a bar for the share taken; the rest as tables draw it. Space and a click turn the switch.
#pragma once

#include "ui/widgets/tables.h"

namespace koala {

class CleaningDelegate final : public CellDelegate {
    Q_OBJECT
public:
    explicit CleaningDelegate(QObject* parent = nullptr) : CellDelegate(parent) {}
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
        const QModelIndex& index) const override;
    bool editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option,
        const QModelIndex& index) override;
};

} // namespace koala
