#include "ui/shell/rail.h"

#include <QPainter>
#include <QVBoxLayout>

#include "ui/widgets/icons.h"
#include "ui/widgets/series_key.h"
#include "ui/widgets/text_label.h"

namespace koala {

namespace {
constexpr int kWide = 188, kNarrow = 52;
constexpr std::size_t kRecentShown = 6;
} // namespace

RailButton::RailButton(const QString& text, const char* iconName, QWidget* parent)
    : QAbstractButton(parent), m_icon(iconName)
{
    setText(text);
    setAccessibleName(text);
    setFocusPolicy(Qt::TabFocus);
    setAttribute(Qt::WA_Hover);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void RailButton::setBusy(bool busy)
{
    if (m_busy == busy)
        return;
    m_busy = busy;
    setAccessibleDescription(busy ? tr("something is running") : QString());
    update();
}

void RailButton::setCurrent(bool current)
{
    m_current = current;
    update();
}

void RailButton::setSeries(int key)
{
    m_series = key;
    update();
}

void RailButton::setSmall(bool small)
{
    m_small = small;
}

void RailButton::setNarrow(bool narrow)
{
    m_narrow = narrow;
    setToolTip(narrow ? text() : QString());
    update();
}

QSize RailButton::sizeHint() const
{
    return {m_narrow ? 36 : kWide - 16, m_small ? size::kRecentEntry : size::kRailEntry};
}

void RailButton::paintEvent(QPaintEvent*)
{
    const Tokens& t = tokens();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (m_current || underMouse()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_current ? t.selected : t.hover);
        painter.drawRoundedRect(rect(), size::kCorner, size::kCorner);
    }
    if (hasFocus()) {
        painter.setPen(t.accent);
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(
            QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), size::kCorner, size::kCorner);
    }
    const int side = m_small ? 14 : 16;
    const QRect place(m_narrow ? (width() - side) / 2 : 9, (height() - side) / 2, side, side);
    if (m_series >= 0)
        paintSeriesKey(
            painter, QRect(place.center().x() - 13, 0, 28, height()), SeriesKey{m_series});
    else if (m_icon != nullptr)
        paintIcon(painter, m_icon, place, m_current ? t.accent : t.secondary);
    if (!m_narrow) {
        painter.setFont(m_small ? fontFor(TextRole::Secondary)
                                : fontFor(m_current ? TextRole::Strong : TextRole::Body));
        painter.setPen(t.text);
        const QRect words(34, 0, width() - 34 - 24, height());
        painter.drawText(words, Qt::AlignVCenter | Qt::AlignLeft,
            painter.fontMetrics().elidedText(text(), Qt::ElideRight, words.width()));
    }
    if (m_busy && m_small) {
        paintIcon(painter, "spinner", QRect(width() - 20, height() / 2 - 6, 12, 12), t.secondary);
    } else if (m_busy) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(t.accent);
        const QPointF dot =
            m_narrow ? QPointF(width() - 7, 8) : QPointF(width() - 12, height() / 2.0);
        painter.drawEllipse(dot, 4, 4);
    }
}

class Rail::ProjectButton final : public QAbstractButton {
public:
    ProjectButton(const QString& name, QWidget* parent) : QAbstractButton(parent)
    {
        setText(name);
        setAccessibleName(QObject::tr("Project %1").arg(name));
        setObjectName(QStringLiteral("rail.project"));
        setFocusPolicy(Qt::TabFocus);
        setFixedHeight(size::kHeader);
    }
    bool narrowed = false;

protected:
    void paintEvent(QPaintEvent*) override
    {
        const Tokens& t = tokens();
        QPainter painter(this);
        paintIcon(painter, "koala", QRect(narrowed ? 16 : 16, 16, 20, 20), t.accent);
        if (narrowed)
            return;
        painter.setFont(fontFor(TextRole::Strong));
        painter.setPen(t.text);
        const QRect words(44, 0, width() - 44 - 32, height());
        painter.drawText(words, Qt::AlignVCenter | Qt::AlignLeft,
            painter.fontMetrics().elidedText(text(), Qt::ElideRight, words.width()));
        paintIcon(painter, "chevron-down", QRect(width() - 30, height() / 2 - 7, 14, 14), t.text);
    }
};

Rail::Rail(const QString& projectName, QWidget* parent)
    : QWidget(parent), m_project(new ProjectButton(projectName, this)), m_menu(new QMenu(this)),
      m_pages(new QVBoxLayout), m_recentColumn(new QVBoxLayout), m_foot(new QVBoxLayout)
{
    setObjectName(QStringLiteral("rail"));
    setFixedWidth(kWide);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 1, 8);
    column->setSpacing(0);
    column->addWidget(m_project);
    m_pages->setContentsMargins(8, 0, 8, 0);
    m_pages->setSpacing(2);
    column->addLayout(m_pages);
    column->addSpacing(14);
    auto* title = new TextLabel(tr("Recent"), TextRole::Secondary, this);
    title->setContentsMargins(16, 0, 0, 4);
    m_recentTitle = title;
    column->addWidget(title);
    title->hide();
    m_recentColumn->setContentsMargins(8, 0, 8, 0);
    m_recentColumn->setSpacing(0);
    column->addLayout(m_recentColumn);
    column->addStretch();
    m_foot->setContentsMargins(8, 0, 8, 0);
    m_foot->setSpacing(2);
    column->addLayout(m_foot);
    connect(m_project, &QAbstractButton::clicked, this,
        [this] { m_menu->popup(m_project->mapToGlobal(QPoint(8, m_project->height() - 4))); });
}

void Rail::addPage(const QString& id, const QString& title, const char* iconName, bool atFoot)
{
    auto* button = new RailButton(title, iconName, this);
    button->setObjectName(QStringLiteral("rail.") + id);
    (atFoot ? m_foot : m_pages)->addWidget(button);
    m_buttons.emplace_back(id, button);
    connect(button, &QAbstractButton::clicked, this, [this, id] { Q_EMIT pagePressed(id); });
}

void Rail::setCurrent(const QString& id)
{
    for (const auto& [page, button] : m_buttons)
        button->setCurrent(page == id);
}

void Rail::setBusy(const QString& id, bool busy)
{
    for (const auto& [page, button] : m_buttons)
        if (page == id)
            button->setBusy(busy);
}

void Rail::setRecent(std::vector<RecentEntry> recent)
{
    if (recent.size() > kRecentShown)
        recent.resize(kRecentShown);
    if (recent == m_recent)
        return;
    m_recent = std::move(recent);
    for (RailButton* old : m_recentButtons)
        old->deleteLater();
    m_recentButtons.clear();
    for (std::size_t i = 0; i < m_recent.size(); ++i) {
        const RecentEntry& entry = m_recent[i];
        auto* button = new RailButton(entry.text, entry.icon, this);
        button->setObjectName(QStringLiteral("rail.recent.%1").arg(i));
        button->setSmall(true);
        if (entry.series >= 0)
            button->setSeries(entry.series);
        button->setBusy(entry.busy);
        m_recentColumn->addWidget(button);
        button->setVisible(!m_narrow);
        m_recentButtons.push_back(button);
        connect(button, &QAbstractButton::clicked, this, [this, i] {
            if (i < m_recent.size())
                Q_EMIT recentPressed(m_recent[i].destination);
        });
    }
    m_recentTitle->setVisible(!m_narrow && !m_recent.empty());
}

void Rail::setNarrow(bool narrow)
{
    m_narrow = narrow;
    setFixedWidth(narrow ? kNarrow : kWide);
    m_project->narrowed = narrow;
    m_project->update();
    for (const auto& [page, button] : m_buttons)
        button->setNarrow(narrow);
    for (RailButton* button : m_recentButtons)
        button->setVisible(!narrow);
    m_recentTitle->setVisible(!narrow && !m_recent.empty());
}

void Rail::paintEvent(QPaintEvent*)
{
    const Tokens& t = tokens();
    QPainter painter(this);
    painter.fillRect(rect(), t.window);
    painter.fillRect(QRect(width() - 1, 0, 1, height()), t.line);
}

} // namespace koala
