#include "ui/pages/compare/vote_button.h"

#include <QPainter>

#include "ui/widgets/icons.h"

namespace koala {

VoteButton::VoteButton(
    const QString& key, const QString& words, Tone tone, const char* objectName, QWidget* parent)
    : QPushButton(words, parent), m_key(key), m_tone(tone)
{
    setObjectName(QString::fromLatin1(objectName));
    setAccessibleName(words);
    setAccessibleDescription(tr("key %1").arg(key));
    setFixedHeight(size::kVote);
    setAttribute(Qt::WA_Hover);
}

void VoteButton::setCast(bool cast)
{
    if (cast == m_cast)
        return;
    m_cast = cast;
    setAccessibleName(cast ? tr("%1, your vote, saved").arg(text()) : text());
    updateGeometry();
    update();
}

QSize VoteButton::sizeHint() const
{
    return {QFontMetrics(fontFor(TextRole::Body)).horizontalAdvance(text()) + 48, size::kVote};
}

void VoteButton::paintEvent(QPaintEvent*)
{
    const Tokens& colors = tokens();
    const QColor side = m_tone == Tone::Neutral ? colors.text : colors.strong(m_tone);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QColor ground =
        m_cast ? (m_tone == Tone::Neutral ? colors.selected : colors.tint(m_tone)) : colors.card;
    if (!m_cast && (underMouse() || isDown()) && isEnabled())
        ground = colors.hover;
    const QColor border = hasFocus()                          ? colors.accent
                          : m_cast || m_tone != Tone::Neutral ? side
                                                              : colors.line;
    painter.setPen(QPen(isEnabled() ? border : colors.line, m_cast || hasFocus() ? 2 : 1));
    painter.setBrush(ground);
    painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 6, 6);
    const QRect key(9, (height() - 18) / 2, 18, 18);
    painter.setPen(QPen(colors.line, 1));
    painter.setBrush(colors.sunken);
    painter.drawRoundedRect(QRectF(key).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
    painter.setFont(fontFor(TextRole::Secondary));
    painter.setPen(colors.secondary);
    if (m_cast)
        paintIcon(painter, "check", key.adjusted(2, 2, -2, -2), side);
    else
        painter.drawText(key, Qt::AlignCenter, m_key);
    painter.setFont(fontFor(TextRole::Body));
    painter.setPen(isEnabled() ? side : colors.disabled);
    painter.drawText(rect().adjusted(36, 0, -10, 0), Qt::AlignVCenter | Qt::AlignLeft, text());
}

} // namespace koala
