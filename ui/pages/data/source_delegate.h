// ui/pages/data/source_delegate.h: a row of the list of sources: as other tables draw it, with room
// at both edges and the marks of a source (testing only, no licence) at the right of its name.
#pragma once

#include "ui/widgets/tables.h"

namespace koala {

class SourceDelegate final : public CellDelegate {
    Q_OBJECT
public:
    using CellDelegate::CellDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
        const QModelIndex& index) const override;
};

} // namespace koala
