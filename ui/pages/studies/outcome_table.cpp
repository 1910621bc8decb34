#include "ui/pages/studies/outcome_table.h"

#include <algorithm>
#include <iterator>
#include <numeric>

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
    const char* objectName, int nameWidth, QWidget* parent)
    : QTableView(parent), m_nameWidth(nameWidth)
{
    setModel(&model);
    prepareTable(*this, accessibleName, objectName);
    setItemDelegate(new OutcomeDelegate(model, this));
    horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    horizontalHeader()->setStretchLastSection(false);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    const auto resized = [this] { updateGeometry(); };
    connect(&model, &QAbstractItemModel::modelReset, this, resized);
}

// Figures keep their width; name, bar and interval share the rest.
void OutcomeTable::resizeEvent(QResizeEvent* event)
{
    constexpr int figures[OutcomeTableModel::kColumns] = {0, 56, 44, 56, 70, 0, 0, 62, 64, 66};
    const int rest =
        viewport()->width() - std::accumulate(std::begin(figures), std::end(figures), 0);
    const bool hasInterval = !isColumnHidden(OutcomeTableModel::IntervalColumn);
    const int name = std::clamp(rest * (hasInterval ? 32 : 68) / 100, 84, m_nameWidth);
    const int interval = hasInterval ? std::clamp((rest - name) / 2, 92, 150) : 0;
    const int bar = std::max(60, rest - name - interval);
    for (int column = 0; column < OutcomeTableModel::kColumns; ++column)
        setColumnWidth(column, figures[column]);
    setColumnWidth(OutcomeTableModel::Name, name);
    setColumnWidth(OutcomeTableModel::Bar, bar);
    setColumnWidth(OutcomeTableModel::IntervalColumn, interval);
    QTableView::resizeEvent(event);
}

QSize OutcomeTable::sizeHint() const
{
    const int rows = model()->rowCount();
    const int rowHeight = rows > 0 ? this->rowHeight(0) : 0;
    return {640, horizontalHeader()->sizeHint().height() + rows * rowHeight + 2 * frameWidth() + 4};
}

} // namespace koala
