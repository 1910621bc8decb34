#include "ui/widgets/pill.h"

#include <QPainter>

#include "ui/widgets/icons.h"

namespace koala {

namespace {
constexpr int kHeight = 22, kInset = 9, kIcon = 12, kGap = 5;
} // namespace

Pill::Pill(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void Pill::set(const char* iconName, const QString& word, Tone tone)
{
    m_icon = iconName;
    m_word = word;
    m_tone = tone;
    setAccessibleName(word);
    updateGeometry();
    update();
}

QSize Pill::sizeHint() const
{
    const QFontMetrics metrics(fontFor(TextRole::Secondary));
    return {metrics.horizontalAdvance(m_word) + 2 * kInset + (m_icon ? kIcon + kGap : 0), kHeight};
}

void Pill::paintEvent(QPaintEvent*)
{
    const Tokens& t = tokens();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(t.tint(m_tone));
    painter.drawRoundedRect(rect(), kHeight / 2.0, kHeight / 2.0);
    int x = kInset;
    if (m_icon != nullptr) {
        paintIcon(
            painter, m_icon, QRect(x, (height() - kIcon) / 2, kIcon, kIcon), t.strong(m_tone));
        x += kIcon + kGap;
    }
    painter.setFont(fontFor(TextRole::Secondary));
    painter.setPen(t.words(m_tone));
    painter.drawText(QRect(x, 0, width() - x, height()), Qt::AlignVCenter | Qt::AlignLeft, m_word);
}

int paintState(QPainter& painter, const QRect& rect, const char* iconName, const QString& word,
    Tone tone, bool selected)
{
    const Tokens& t = tokens();
    int x = rect.x();
    if (iconName != nullptr) {
        paintIcon(painter, iconName, QRect(x, rect.center().y() - kIcon / 2 + 1, kIcon, kIcon),
            t.strong(tone));
        x += kIcon + kGap;
    }
    painter.setFont(fontFor(TextRole::Secondary));
    // On a selected row words take the text colour; only the icon keeps its own.
    painter.setPen(selected ? t.text : t.words(tone));
    const QString shown =
        painter.fontMetrics().elidedText(word, Qt::ElideRight, std::max(0, rect.right() - x));
    painter.drawText(QRect(x, rect.y(), rect.right() - x, rect.height()),
        Qt::AlignVCenter | Qt::AlignLeft, shown);
    return x - rect.x() + painter.fontMetrics().horizontalAdvance(shown);
}

} // namespace koala
