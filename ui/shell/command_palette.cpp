#include "ui/shell/command_palette.h"

#include <map>

#include <QKeyEvent>
#include <QPainter>
#include <QStyledItemDelegate>

#include "ui/widgets/icons.h"
#include "ui/widgets/series_key.h"

namespace koala {

namespace {
constexpr int kWidth = 680, kHeight = 556, kHead = 48, kFoot = 36, kRow = 32, kHeadingRow = 28,
              kInset = 16;

QString headingOf(PaletteItem::Group group)
{
    switch (group) {
    case PaletteItem::Group::Pages:
        return QObject::tr("Pages");
    case PaletteItem::Group::Runs:
        return QObject::tr("Runs");
    case PaletteItem::Group::Checkpoints:
        return QObject::tr("Checkpoints");
    case PaletteItem::Group::Objects:
        return QObject::tr("Mixtures and studies");
    case PaletteItem::Group::Prompts:
        return QObject::tr("Prompts");
    case PaletteItem::Group::Commands:
        return QObject::tr("Commands");
    }
    return {};
}
} // namespace

std::vector<PaletteMatch> matchPalette(
    const std::vector<PaletteItem>& items, const QString& query, int perGroup)
{
    QString words = query.trimmed();
    std::optional<PaletteItem::Group> only;
    if (words.startsWith(QLatin1Char('>')))
        only = PaletteItem::Group::Commands;
    else if (words.startsWith(QLatin1Char('@')))
        only = PaletteItem::Group::Checkpoints;
    else if (words.startsWith(QLatin1Char('#')))
        only = PaletteItem::Group::Prompts;
    if (only)
        words = words.mid(1);
    const QStringList parts = words.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    std::map<PaletteItem::Group, std::vector<const PaletteItem*>> found;
    for (const PaletteItem& item : items) {
        if (only ? item.group != *only : item.group == PaletteItem::Group::Prompts)
            continue; // prompts only when asked for
        if (std::ranges::all_of(parts,
                [&](const QString& part) { return item.text.contains(part, Qt::CaseInsensitive); }))
            found[item.group].push_back(&item);
    }
    std::vector<PaletteMatch> rows;
    for (const auto& [group, members] : found) {
        rows.push_back({nullptr, group, int(members.size())});
        for (std::size_t i = 0; i < members.size() && i < std::size_t(perGroup); ++i)
            rows.push_back({members[i], group, 0});
    }
    return rows;
}

class CommandPalette::Model final : public QAbstractListModel {
public:
    using QAbstractListModel::QAbstractListModel;
    void set(std::vector<PaletteMatch> rows)
    {
        beginResetModel();
        m_rows = std::move(rows);
        endResetModel();
    }
    const PaletteMatch& at(int row) const { return m_rows[std::size_t(row)]; }
    int rowCount(const QModelIndex& parent = {}) const override
    {
        return parent.isValid() ? 0 : int(m_rows.size());
    }
    QVariant data(const QModelIndex& index, int role) const override
    {
        if (!index.isValid() || role != Qt::DisplayRole)
            return {};
        const PaletteMatch& row = at(index.row());
        return row.item != nullptr ? row.item->text + QStringLiteral("  ") + row.item->detail
                                   : headingOf(row.group);
    }
    Qt::ItemFlags flags(const QModelIndex& index) const override
    {
        return index.isValid() && at(index.row()).item == nullptr
                   ? Qt::NoItemFlags
                   : QAbstractListModel::flags(index);
    }

private:
    std::vector<PaletteMatch> m_rows;
};

class CommandPalette::Delegate final : public QStyledItemDelegate {
public:
    Delegate(const CommandPalette& palette, QObject* parent)
        : QStyledItemDelegate(parent), m_palette(palette)
    {
    }
    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex& index) const override
    {
        return {kWidth, m_palette.m_model->at(index.row()).item != nullptr ? kRow : kHeadingRow};
    }
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
        const QModelIndex& index) const override
    {
        const Tokens& t = tokens();
        const PaletteMatch& row = m_palette.m_model->at(index.row());
        const QRect r = option.rect.adjusted(kInset, 0, -kInset, 0);
        painter->save();
        painter->setFont(fontFor(TextRole::Secondary));
        if (row.item == nullptr) {
            painter->setPen(t.secondary);
            painter->drawText(r, Qt::AlignVCenter | Qt::AlignLeft, headingOf(row.group));
            painter->drawText(r, Qt::AlignVCenter | Qt::AlignRight, QString::number(row.count));
            painter->restore();
            return;
        }
        const bool selected = option.state & QStyle::State_Selected;
        if (selected)
            painter->fillRect(option.rect, t.selected);
        const QRect place(r.x(), r.y(), 28, r.height());
        if (row.item->series >= 0)
            paintSeriesKey(*painter, place, SeriesKey{row.item->series});
        else if (row.item->icon != nullptr)
            paintIcon(*painter, row.item->icon, QRect(place.center() - QPoint(7, 7), QSize(15, 15)),
                t.secondary);
        painter->setFont(fontFor(TextRole::Body));
        painter->setPen(t.text);
        const int detailAt = r.x() + 308;
        painter->drawText(QRect(r.x() + 36, r.y(), 264, r.height()),
            Qt::AlignVCenter | Qt::AlignLeft,
            painter->fontMetrics().elidedText(row.item->text, Qt::ElideMiddle, 264));
        painter->setFont(fontFor(TextRole::Secondary));
        painter->setPen(selected ? t.text : t.secondary);
        const QRect detail(detailAt, r.y(), r.right() - detailAt - (selected ? 48 : 0), r.height());
        painter->drawText(detail, Qt::AlignVCenter | Qt::AlignLeft,
            painter->fontMetrics().elidedText(row.item->detail, Qt::ElideRight, detail.width()));
        if (selected) {
            const QRect key(r.right() - 38, r.center().y() - 9, 38, 18);
            painter->setPen(t.line);
            painter->setBrush(t.card);
            painter->drawRoundedRect(key, 3, 3);
            painter->setPen(t.text);
            painter->drawText(key, Qt::AlignCenter, QStringLiteral("Enter"));
        }
        painter->restore();
    }

private:
    const CommandPalette& m_palette;
};

CommandPalette::CommandPalette(Provider provider, QWidget* window)
    : QWidget(window), m_provider(std::move(provider)), m_field(new QLineEdit(this)),
      m_list(new QListView(this)), m_model(new Model(this))
{
    setObjectName(QStringLiteral("palette"));
    m_field->setObjectName(QStringLiteral("palette.field"));
    m_field->setAccessibleName(tr("Find anything"));
    m_field->setPlaceholderText(tr("Go to a page, run, checkpoint or prompt"));
    m_field->setFrame(false);
    m_field->installEventFilter(this);
    m_list->setObjectName(QStringLiteral("palette.list"));
    m_list->setAccessibleName(tr("Found"));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setModel(m_model);
    m_list->setItemDelegate(new Delegate(*this, m_list));
    m_list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setFocusPolicy(Qt::NoFocus);
    connect(m_field, &QLineEdit::textChanged, this, &CommandPalette::search);
    connect(m_field, &QLineEdit::returnPressed, this, &CommandPalette::choose);
    connect(m_list, &QListView::clicked, this, [this](const QModelIndex& index) {
        m_list->setCurrentIndex(index);
        choose();
    });
    window->installEventFilter(this);
    hide();
}

void CommandPalette::open()
{
    m_items = m_provider();
    layOut();
    m_field->clear();
    search();
    show();
    raise();
    m_field->setFocus();
}

QRect CommandPalette::box() const
{
    const int width = std::min(kWidth, this->width() - 32),
              height = std::min(kHeight, this->height() - 64);
    return {(this->width() - width) / 2, std::max(24, this->height() / 10), width, height};
}

void CommandPalette::layOut()
{
    setGeometry(parentWidget()->rect());
    const QRect b = box();
    m_field->setGeometry(b.x() + 40, b.y() + 8, b.width() - 56, kHead - 16);
    m_list->setGeometry(
        b.x() + 1, b.y() + kHead + 1, b.width() - 2, b.height() - kHead - kFoot - 2);
}

void CommandPalette::search()
{
    auto rows = matchPalette(m_items, m_field->text());
    int count = 0;
    for (const PaletteMatch& row : rows)
        count += row.count;
    m_found = tr("%1 found").arg(count);
    m_model->set(std::move(rows));
    m_list->setCurrentIndex({});
    move(1);
    update();
}

void CommandPalette::move(int by)
{
    int row = m_list->currentIndex().isValid() ? m_list->currentIndex().row() + by : 0;
    while (row >= 0 && row < m_model->rowCount() && m_model->at(row).item == nullptr)
        row += by;
    if (row >= 0 && row < m_model->rowCount())
        m_list->setCurrentIndex(m_model->index(row));
}

void CommandPalette::choose()
{
    const QModelIndex index = m_list->currentIndex();
    if (!index.isValid())
        return;
    const PaletteItem item = *m_model->at(index.row()).item;
    hide();
    if (item.action)
        item.action();
    else
        Q_EMIT chosen(item.destination);
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == parentWidget() && event->type() == QEvent::Resize && isVisible())
        layOut();
    if (watched == m_field && event->type() == QEvent::KeyPress) {
        switch (static_cast<QKeyEvent*>(event)->key()) {
        case Qt::Key_Escape:
            hide();
            return true;
        case Qt::Key_Down:
            move(1);
            return true;
        case Qt::Key_Up:
            move(-1);
            return true;
        default:
            break;
        }
    }
    if (watched == m_field && event->type() == QEvent::FocusOut && isVisible())
        hide();
    return QWidget::eventFilter(watched, event);
}

void CommandPalette::paintEvent(QPaintEvent*)
{
    const Tokens& t = tokens();
    QPainter painter(this);
    QColor scrim = t.kind == ThemeKind::Dark ? QColor(0, 0, 0) : t.text;
    scrim.setAlphaF(t.kind == ThemeKind::Dark ? 0.5F : 0.22F);
    painter.fillRect(rect(), scrim);
    const QRect b = box();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(t.line);
    painter.setBrush(t.card);
    painter.drawRoundedRect(QRectF(b).adjusted(0.5, 0.5, -0.5, -0.5), size::kCorner, size::kCorner);
    painter.fillRect(QRect(b.x(), b.y() + kHead, b.width(), 1), t.line);
    painter.fillRect(QRect(b.x(), b.bottom() - kFoot, b.width(), 1), t.line);
    paintIcon(painter, "search", QRect(b.x() + 16, b.y() + 16, 16, 16), t.secondary);
    painter.setFont(fontFor(TextRole::Secondary));
    painter.setPen(t.secondary);
    const QRect foot(b.x() + kInset, b.bottom() - kFoot, b.width() - 2 * kInset, kFoot);
    painter.drawText(foot, Qt::AlignVCenter | Qt::AlignLeft,
        tr("↑ ↓ choose    Enter open    # prompt    @ checkpoint    > command"));
    painter.drawText(foot, Qt::AlignVCenter | Qt::AlignRight,
        m_found + QStringLiteral("    ") + tr("Esc close"));
}

void CommandPalette::mousePressEvent(QMouseEvent* event)
{
    if (!box().contains(event->position().toPoint()))
        hide();
}

} // namespace koala
