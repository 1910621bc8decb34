#include "ui/pages/studies/outcome_table.h"

#include <QHeaderView>
#include <QPainter>

#include "ui/widgets/theme.h"

namespace koala {
namespace {

class OutcomeDelegate final : public CellDelegate {
public:
    OutcomeDelegate(OutcomeTableModel& model, QObject* parent)
        : CellDelegate(parent), m_model(model)
    {
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
        const QModelIndex& index) const override
    {
        const bool bar = index.column() == OutcomeTableModel::Bar;
        if (!bar && index.column() != OutcomeTableModel::IntervalColumn) {
            CellDelegate::paint(painter, option, index);
            return;
        }
        paintGround(*painter, option, index);
        const Outcome& outcome = m_model.row(index.row()).outcome;
        QRect rect = option.rect.adjusted(8, 0, -8, 0);
        if (bar) {
            rect.setTop(rect.center().y() - 6);
            rect.setHeight(12);
            if (outcome.counts.total() > 0)
                paintStackedBar(*painter, rect, winBar(outcome.counts), 0, false);
            return;
        }
        if (outcome.decided == 0)
            return;
        const Tokens& theme = tokens();
        const bool sure = outcome.pValue < 0.05;
        const QColor color = !sure ? theme.secondary : outcome.share >= 0.5 ? theme.b : theme.a;
        paintInterval(
            *painter, rect, outcome.interval.low, outcome.share, outcome.interval.high, color);
    }

private:
    OutcomeTableModel& m_model;
};

} // namespace

std::vector<BarSegment> winBar(const PreferenceCounts& counts)
{
    using Fill = BarSegment::Fill;
    const Tokens& theme = tokens();
    return {{double(counts.losses), theme.a, Fill::Solid, {}, {}},
        {double(counts.ties), theme.tie, Fill::Hatch, {}, {}},
        {double(counts.wins), theme.b, Fill::Solid, {}, {}},
        {double(counts.bothBad), theme.tie, Fill::CrossHatch, {}, {}}};
}

OutcomeTable::OutcomeTable(OutcomeTableModel& model, const QString& accessibleName,
    const char* objectName, QWidget* parent)
    : QTableView(parent)
{
    setModel(&model);
    prepareTable(*this, accessibleName, objectName);
    setItemDelegate(new OutcomeDelegate(model, this));
    // The bar takes what the window has to give; figures keep their place.
    setColumns(*this, {132, 58, 48, 58, 66, 0, 132, 64, 66, 66});
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    const auto resized = [this] { updateGeometry(); };
    connect(&model, &QAbstractItemModel::modelReset, this, resized);
}

QSize OutcomeTable::sizeHint() const
{
    const int rows = model()->rowCount();
    const int rowHeight = rows > 0 ? this->rowHeight(0) : 0;
    return {640, horizontalHeader()->sizeHint().height() + rows * rowHeight + 2 * frameWidth() + 4};
}

} // namespace koala
