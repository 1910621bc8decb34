#include "ui/pages/mixtures/marker_look.h"

#include <QPainter>
#include <QPixmap>

#include "ui/widgets/icons.h"

namespace koala {

namespace {
constexpr int kChipHeight = 18, kChipInset = 6, kSign = 10, kSignGap = 3;

void paintSign(QPainter& painter, const QRect& place, bool positive)
{
    const Tone tone = positive ? Tone::Good : Tone::Bad;
    painter.setPen(Qt::NoPen);
    painter.setBrush(tokens().tint(tone));
    painter.drawRoundedRect(place, 3, 3);
    paintIcon(
        painter, positive ? "plus" : "minus", place.adjusted(1, 1, -1, -1), tokens().strong(tone));
}
} // namespace

void MarkerDelegate::paint(
    QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const QVariant toneValue = index.data(kToneRole);
    if (!toneValue.isValid()) {
        CellDelegate::paint(painter, option, index);
        return;
    }
    const Tone tone = Tone(toneValue.toInt());
    const QString word = index.data(Qt::DisplayRole).toString();
    paintGround(*painter, option, index);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setFont(fontFor(TextRole::Secondary));
    const int width =
        painter->fontMetrics().horizontalAdvance(word) + 2 * kChipInset + kSign + kSignGap;
    const QRect chip(option.rect.x() + 2, option.rect.center().y() - kChipHeight / 2 + 1,
        std::min(width, option.rect.width() - 4), kChipHeight);
    painter->setPen(Qt::NoPen);
    painter->setBrush(tokens().tint(tone));
    painter->drawRoundedRect(chip, 4, 4);
    paintIcon(*painter, tone == Tone::Good ? "plus" : "minus",
        QRect(chip.x() + kChipInset, chip.center().y() - kSign / 2 + 1, kSign, kSign),
        tokens().strong(tone));
    painter->setPen(tokens().words(tone));
    painter->drawText(chip.adjusted(kChipInset + kSign + kSignGap, 0, -2, 0),
        Qt::AlignVCenter | Qt::AlignLeft, word);
    painter->restore();
}

QIcon markerIcon(MarkerMode mode, double pixelRatio)
{
    if (mode == MarkerMode::None)
        return {};
    QPixmap pixmap(kMarkerIconSize * pixelRatio);
    pixmap.setDevicePixelRatio(pixelRatio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    const int side = kMarkerIconSize.height();
    paintSign(painter, QRect(0, 0, side, side), true);
    if (mode == MarkerMode::Both)
        paintSign(painter, QRect(kMarkerIconSize.width() - side, 0, side, side), false);
    return QIcon(pixmap);
}

} // namespace koala
