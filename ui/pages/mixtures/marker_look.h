// ui/pages/mixtures/marker_look.h: how the positive and the negative marker look on this page:
// a sign, a word and a colour, in tables as a chip and in choices as an icon.
#pragma once

#include <QIcon>

#include "ui/services/mixture_service.h"
#include "ui/widgets/tables.h"

namespace koala {

// Draws a cell that says "positive" or "negative" as a chip.
class MarkerDelegate final : public CellDelegate {
    Q_OBJECT
public:
    using CellDelegate::CellDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
        const QModelIndex& index) const override;
};

// + where preferred answers are marked, + and − where the others are too; none otherwise. In the
// colours of the palette of the moment.
QIcon markerIcon(MarkerMode mode, double pixelRatio);
inline constexpr QSize kMarkerIconSize{26, 12};

} // namespace koala
