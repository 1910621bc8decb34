#include "ui/widgets/card.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QPainterPath>
#include <QVBoxLayout>

#include "ui/widgets/icons.h"

namespace koala {

Card::Card(QWidget* parent) : QFrame(parent), m_body(new QVBoxLayout)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(1, 1, 1, 1);
    column->setSpacing(0);
    column->addLayout(m_body, 1);
    m_body->setContentsMargins(0, 0, 0, 0);
    m_body->setSpacing(0);
}

Card::Card(const QString& title, QWidget* parent) : Card(parent)
{
    m_head = new QWidget(this);
    m_head->setMinimumHeight(size::kCardHead);
    m_headLayout = new QHBoxLayout(m_head);
    m_headLayout->setContentsMargins(size::kGap, 4, size::kInset, 0);
    m_headLayout->setSpacing(8);
    m_title = new TextLabel(title, TextRole::Strong, m_head);
    m_hint = new TextLabel(TextRole::Secondary, m_head);
    m_facts = new TextLabel(TextRole::Secondary, m_head);
    m_hint->setElided(true);
    m_hint->hide();
    m_facts->hide();
    m_headLayout->addWidget(m_title);
    m_headLayout->addWidget(m_hint, 1);
    m_headLayout->addStretch();
    m_headLayout->addWidget(m_facts);
    static_cast<QVBoxLayout*>(layout())->insertWidget(0, m_head);
    setAccessibleName(title);
}

void Card::setTitle(const QString& title)
{
    if (m_title != nullptr)
        m_title->setText(title);
    setAccessibleName(title);
}

void Card::setFacts(const QString& facts)
{
    if (m_facts == nullptr)
        return;
    m_facts->setText(facts);
    m_facts->setVisible(!facts.isEmpty());
}

void Card::setHint(const QString& hint)
{
    if (m_hint == nullptr)
        return;
    m_hint->setText(hint);
    m_hint->setVisible(!hint.isEmpty());
}

void Card::addToHead(QWidget* widget)
{
    if (m_headLayout != nullptr)
        m_headLayout->addWidget(widget);
}

void Card::setTone(Tone tone)
{
    m_tone = tone;
    if (m_head != nullptr) {
        m_head->setMinimumHeight(tone == Tone::Neutral ? size::kCardHead : 44);
        m_headLayout->setContentsMargins(tone == Tone::Neutral ? size::kGap : 40, 4, size::kInset,
            tone == Tone::Neutral ? 0 : 4);
    }
    update();
}

void Card::paintEvent(QPaintEvent*)
{
    const Tokens& t = tokens();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QPainterPath frame;
    frame.addRoundedRect(
        QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), size::kCorner, size::kCorner);
    painter.fillPath(frame, t.card);
    if (m_tone != Tone::Neutral && m_head != nullptr) {
        painter.save();
        painter.setClipPath(frame);
        painter.fillRect(QRect(0, 0, width(), m_head->geometry().bottom() + 1), t.tint(m_tone));
        painter.restore();
        paintIcon(painter,
            m_tone == Tone::Bad    ? "error"
            : m_tone == Tone::Good ? "check-circle"
                                   : "warning",
            QRect(size::kGap, m_head->geometry().center().y() - 7, 16, 16), t.strong(m_tone));
    }
    painter.setPen(m_tone == Tone::Neutral ? t.line : t.strong(m_tone));
    painter.drawPath(frame);
}

} // namespace koala
