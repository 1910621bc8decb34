#include "ui/pages/machines/machine_widgets.h"

#include <algorithm>

#include <QGridLayout>
#include <QPainter>

#include "ui/widgets/icons.h"

namespace koala {

UsageBar::UsageBar(const QString& accessibleName, const char* objectName, QWidget* parent)
    : QWidget(parent), m_name(accessibleName)
{
    setObjectName(QLatin1StringView(objectName));
    setAccessibleName(accessibleName);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void UsageBar::set(double used, double total)
{
    m_share = total > 0 ? std::clamp(used / total, 0.0, 1.0) : 0;
    setAccessibleName(tr("%1: %2 % in use").arg(m_name).arg(qRound(m_share * 100)));
    update();
}

void UsageBar::paintEvent(QPaintEvent*)
{
    const Tokens& theme = tokens();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.track);
    painter.drawRoundedRect(rect(), 3, 3);
    const bool full = m_share > 0.95;
    painter.setBrush(full ? theme.warning : theme.secondary);
    painter.drawRoundedRect(QRectF(0, 0, width() * m_share, height()), 3, 3);
}

ToneIcon::ToneIcon(QWidget* parent) : QWidget(parent)
{
    setFixedSize(16, 16);
}

void ToneIcon::set(const char* iconName, Tone tone)
{
    m_icon = iconName;
    m_tone = tone;
    update();
}

void ToneIcon::paintEvent(QPaintEvent*)
{
    if (m_icon == nullptr)
        return;
    QPainter painter(this);
    paintIcon(painter, m_icon, rect(),
        m_tone == Tone::Neutral ? tokens().secondary : tokens().strong(m_tone));
}

FactList::FactList(const char* objectName, QWidget* parent)
    : QWidget(parent), m_grid(new QGridLayout(this))
{
    setObjectName(QLatin1StringView(objectName));
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setHorizontalSpacing(8);
    m_grid->setVerticalSpacing(6);
    m_grid->setColumnStretch(2, 1);
}

void FactList::set(const std::vector<Entry>& entries)
{
    while (m_rows.size() < entries.size()) {
        const int at = int(m_rows.size());
        Row row{new ToneIcon(this), new TextLabel(TextRole::Body, this),
            new TextLabel(TextRole::Secondary, this)};
        row.detail->setWordWrap(true);
        m_grid->addWidget(row.icon, at, 0, Qt::AlignTop);
        m_grid->addWidget(row.name, at, 1, Qt::AlignTop);
        m_grid->addWidget(row.detail, at, 2, Qt::AlignVCenter);
        m_rows.push_back(row);
    }
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        const Row& row = m_rows[i];
        const bool used = i < entries.size();
        row.icon->setVisible(used);
        row.name->setVisible(used);
        row.detail->setVisible(used);
        if (!used)
            continue;
        row.icon->set(entries[i].icon, entries[i].tone);
        row.name->setText(entries[i].name);
        row.name->setSecondary(entries[i].tone == Tone::Neutral);
        row.detail->setText(entries[i].detail);
        row.name->setAccessibleName(entries[i].name + QStringLiteral(": ") + entries[i].detail);
    }
}

} // namespace koala
