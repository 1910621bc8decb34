// ui/widgets/tables.h: tables and lists as all pages draw them: no grid, fixed rows, numbers right.
#pragma once

#include <QStyledItemDelegate>
#include <QTableView>

#include "ui/widgets/series_key.h"
#include "ui/widgets/theme.h"

namespace koala {

// Roles that models may answer beside Qt's own.
enum ItemRole : int {
    kSeriesRole = Qt::UserRole + 100, // int: index of a SeriesKey, drawn before the text
    kSeriesFormRole, // bool: true draws the marker alone, false (default) the whole key
    kIconRole,       // const char* as QByteArray: name of an icon before the text
    kToneRole,       // int(Tone): colour of icon and words
    kStrongRole,     // bool: semibold
    kSecondaryRole,  // bool: the quiet colour
    kCodeRole,       // bool: fixed-width font
    kRuleRole,       // bool: a hairline under the row
};

// Draws text, icons, series keys and states by the roles above; elides; right-aligned numbers are
// tabular.
class CellDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    explicit CellDelegate(QObject* parent = nullptr) : QStyledItemDelegate(parent) {}
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
        const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    // Ground for selected and hovered rows; for delegates of pages.
    static void paintGround(
        QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index);
};

// Row selection, hidden grid and row numbers, 26 px head, CellDelegate. rowHeight: size::kRow or
// kDenseRow.
void prepareTable(QTableView& table, const QString& accessibleName, const char* objectName,
    int rowHeight = size::kRow);
// Widths in pixels by column; 0 stretches, -1 fits the content.
void setColumns(QTableView& table, std::initializer_list<int> widths);

} // namespace koala
