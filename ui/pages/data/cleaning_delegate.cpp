#include "ui/pages/data/cleaning_delegate.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include "ui/pages/data/cleaning_model.h"

namespace koala {

namespace {
void paintGrip(QPainter& painter, const QRect& cell)
{
    painter.setPen(Qt::NoPen);
    painter.setBrush(tokens().thumb);
    for (int row = 0; row < 3; ++row)
        for (int column = 0; column < 2; ++column)
            painter.drawEllipse(
                QPointF(cell.x() + 18 + column * 4, cell.center().y() - 4 + row * 4), 1.2, 1.2);
}

void paintSwitch(QPainter& painter, const QRect& cell, bool on)
{
    const Tokens& t = tokens();
    const QRectF track(cell.x() + 2, cell.center().y() - 7, 28, 16);
    painter.setPen(Qt::NoPen);
    painter.setBrush(on ? t.accent : t.thumb);
    painter.drawRoundedRect(track, 8, 8);
    painter.setBrush(on ? t.onAccent : t.card);
    painter.drawEllipse(
        QPointF(on ? track.right() - 8 : track.left() + 8, track.center().y()), 6, 6);
}

void paintBar(QPainter& painter, const QRect& cell, double share)
{
    const Tokens& t = tokens();
    const QRectF bar(cell.x() + 8, cell.center().y() - 1, std::max(8, cell.width() - 24), 4);
    painter.setPen(Qt::NoPen);
    painter.setBrush(t.track);
    painter.drawRoundedRect(bar, 2, 2);
    if (share <= 0)
        return;
    painter.setBrush(t.accent);
    painter.drawRoundedRect(
        QRectF(bar.x(), bar.y(), std::max(4.0, bar.width() * share), bar.height()), 2, 2);
}
} // namespace

void CleaningDelegate::paint(
    QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const int column = index.column();
    if (column != CleaningModel::Order && column != CleaningModel::Use &&
        column != CleaningModel::Share) {
        CellDelegate::paint(painter, option, index);
        return;
    }
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    if (column == CleaningModel::Order) {
        QStyleOptionViewItem inside = option;
        paintGround(*painter, option, index);
        inside.rect.setLeft(option.rect.left() + 26);
        CellDelegate::paint(painter, inside, index);
        paintGrip(*painter, option.rect);
    } else {
        paintGround(*painter, option, index);
        if (column == CleaningModel::Use)
            paintSwitch(
                *painter, option.rect, index.data(Qt::CheckStateRole).toInt() == Qt::Checked);
        else
            paintBar(*painter, option.rect, index.data(kShareRole).toDouble());
    }
    painter->restore();
}

bool CleaningDelegate::editorEvent(QEvent* event, QAbstractItemModel* model,
    const QStyleOptionViewItem& option, const QModelIndex& index)
{
    const QModelIndex use = index.siblingAtColumn(CleaningModel::Use);
    const bool pressed =
        event->type() == QEvent::MouseButtonRelease && index.column() == CleaningModel::Use &&
        option.rect.contains(static_cast<QMouseEvent*>(event)->position().toPoint());
    const bool spaced =
        event->type() == QEvent::KeyPress && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Space;
    if (!pressed && !spaced)
        return false;
    const bool on = use.data(Qt::CheckStateRole).toInt() == Qt::Checked;
    return model->setData(use, int(on ? Qt::Unchecked : Qt::Checked), Qt::CheckStateRole);
}

} // namespace koala
