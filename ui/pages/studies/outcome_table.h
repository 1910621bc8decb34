// ui/pages/studies/outcome_table.h: a table of outcomes as high as its rows, with win bars and
// intervals painted in their cells.
#pragma once

#include <QTableView>

#include "ui/pages/studies/outcome_table_model.h"
#include "ui/widgets/stacked_bar.h"
#include "ui/widgets/tables.h"

namespace koala {

// A blue, ties hatched, B orange, both bad cross-hatched; the colours of the theme at this moment.
std::vector<BarSegment> winBar(const PreferenceCounts& counts);

class OutcomeTable final : public QTableView {
    Q_OBJECT
public:
    OutcomeTable(OutcomeTableModel& model, const QString& accessibleName, const char* objectName,
        int nameWidth, QWidget* parent = nullptr);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {200, sizeHint().height()}; }

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    int m_nameWidth; // at most
};

} // namespace koala
