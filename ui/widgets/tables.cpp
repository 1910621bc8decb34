#include "ui/widgets/tables.h"

#include <QHeaderView>
#include <QPainter>
#include <QScrollBar>

#include "ui/widgets/icons.h"

namespace koala {

void CellDelegate::paintGround(
    QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index)
{
    const Tokens& t = tokens();
    if (option.state & QStyle::State_Selected)
        painter.fillRect(option.rect, t.selected);
    else if (option.state & QStyle::State_MouseOver)
        painter.fillRect(option.rect, t.hover);
    if (index.data(kRuleRole).toBool())
        painter.fillRect(
            QRect(option.rect.x(), option.rect.bottom(), option.rect.width(), 1), t.line);
}

void CellDelegate::paint(
    QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const Tokens& t = tokens();
    const bool selected = option.state & QStyle::State_Selected;
    painter->save();
    paintGround(*painter, option, index);
    QRect r = option.rect.adjusted(4, 0, -4, 0);
    if (const QVariant check = index.data(Qt::CheckStateRole); check.isValid()) {
        QStyleOptionViewItem box(option);
        box.rect = QRect(r.x(), r.center().y() - 8, 16, 16);
        box.state &= ~(QStyle::State_On | QStyle::State_Off | QStyle::State_HasFocus);
        box.state |= check.toInt() == Qt::Checked ? QStyle::State_On : QStyle::State_Off;
        if (const QWidget* view = option.widget)
            view->style()->drawPrimitive(
                QStyle::PE_IndicatorItemViewItemCheck, &box, painter, view);
        r.setLeft(r.left() + 22);
    }
    if (const QVariant series = index.data(kSeriesRole); series.isValid()) {
        const bool markerOnly = index.data(kSeriesFormRole).toBool();
        const int width = markerOnly ? 14 : 28;
        const QRect place(r.x(), r.y(), width, r.height());
        if (markerOnly)
            paintSeriesMarker(*painter, place, SeriesKey{series.toInt()});
        else
            paintSeriesKey(*painter, place, SeriesKey{series.toInt()});
        r.setLeft(r.left() + width + 6);
    }
    const QVariant tone = index.data(kToneRole);
    const QColor strong = tone.isValid() ? t.strong(Tone(tone.toInt())) : t.secondary;
    if (const QByteArray name = index.data(kIconRole).toByteArray(); !name.isEmpty()) {
        paintIcon(*painter, name.constData(), QRect(r.x(), r.center().y() - 6, 14, 14), strong);
        r.setLeft(r.left() + 19);
    }
    const bool strongText = index.data(kStrongRole).toBool();
    const bool code = index.data(kCodeRole).toBool();
    const bool quiet = index.data(kSecondaryRole).toBool() ||
                       (tone.isValid() && Tone(tone.toInt()) == Tone::Neutral);
    painter->setFont(code                        ? fontFor(TextRole::Code)
                     : strongText                ? fontFor(TextRole::Strong)
                     : (quiet || tone.isValid()) ? fontFor(TextRole::Secondary)
                                                 : option.font);
    painter->setPen(selected         ? t.text
                    : tone.isValid() ? t.words(Tone(tone.toInt()))
                    : quiet          ? t.secondary
                                     : t.text);
    const QVariant aligned = index.data(Qt::TextAlignmentRole);
    const int alignment = aligned.isValid() ? aligned.toInt() : int(Qt::AlignLeft);
    painter->drawText(r,
        (alignment & int(Qt::AlignHorizontal_Mask)) | int(Qt::AlignVCenter) |
            int(Qt::TextSingleLine),
        painter->fontMetrics().elidedText(
            index.data(Qt::DisplayRole).toString(), Qt::ElideRight, r.width()));
    if ((option.state & QStyle::State_HasFocus) &&
        (option.state & QStyle::State_KeyboardFocusChange)) {
        painter->setPen(t.accent);
        painter->drawRect(option.rect.adjusted(0, 0, -1, -1));
    }
    painter->restore();
}

QSize CellDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    int width =
        8 + QFontMetrics(option.font).horizontalAdvance(index.data(Qt::DisplayRole).toString());
    if (index.data(kSeriesRole).isValid())
        width += index.data(kSeriesFormRole).toBool() ? 20 : 34;
    if (!index.data(kIconRole).toByteArray().isEmpty())
        width += 19;
    return {width, size::kRow};
}

void prepareTable(
    QTableView& table, const QString& accessibleName, const char* objectName, int rowHeight)
{
    table.setObjectName(QLatin1StringView(objectName));
    table.setAccessibleName(accessibleName);
    table.setShowGrid(false);
    table.setFrameShape(QFrame::NoFrame);
    table.setSelectionBehavior(QAbstractItemView::SelectRows);
    table.setSelectionMode(QAbstractItemView::SingleSelection);
    table.setEditTriggers(QAbstractItemView::NoEditTriggers);
    table.setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table.setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    table.setMouseTracking(true);
    table.setTabKeyNavigation(false);
    table.setWordWrap(false);
    table.setCornerButtonEnabled(false);
    table.verticalHeader()->hide();
    table.verticalHeader()->setMinimumSectionSize(20);
    table.verticalHeader()->setDefaultSectionSize(rowHeight);
    table.verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    table.horizontalHeader()->setFixedHeight(size::kTableHead);
    table.horizontalHeader()->setHighlightSections(false);
    table.horizontalHeader()->setMinimumSectionSize(24);
    table.horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    table.setItemDelegate(new CellDelegate(&table));
    // The ground is that of the pane behind: a list on the window, a table on a card.
    table.viewport()->setAutoFillBackground(false);
    table.horizontalHeader()->setAutoFillBackground(false);
    table.horizontalHeader()->viewport()->setAutoFillBackground(false);
}

void setColumns(QTableView& table, std::initializer_list<int> widths)
{
    QHeaderView* header = table.horizontalHeader();
    int column = 0;
    for (const int width : widths) {
        if (width == 0) {
            header->setSectionResizeMode(column, QHeaderView::Stretch);
        } else if (width < 0) {
            header->setSectionResizeMode(column, QHeaderView::ResizeToContents);
        } else {
            header->setSectionResizeMode(column, QHeaderView::Interactive);
            table.setColumnWidth(column, width);
        }
        ++column;
    }
}

} // namespace koala
