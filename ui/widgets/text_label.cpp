#include "ui/widgets/text_label.h"

#include <QEvent>
#include <QPainter>

namespace koala {

TextLabel::TextLabel(TextRole role, QWidget* parent) : TextLabel(QString(), role, parent) {}

TextLabel::TextLabel(const QString& text, TextRole role, QWidget* parent)
    : QLabel(parent), m_role(role)
{
    setTextFormat(Qt::PlainText);
    setText(text);
    restyle();
}

void TextLabel::setRole(TextRole role)
{
    m_role = role;
    restyle();
}

void TextLabel::setTone(Tone tone)
{
    m_tone = tone;
    restyle();
}

void TextLabel::setSecondary(bool secondary)
{
    m_secondary = secondary;
    restyle();
}

void TextLabel::setElided(bool elided)
{
    m_elided = elided;
    setSizePolicy(elided ? QSizePolicy::Expanding : QSizePolicy::Preferred, QSizePolicy::Preferred);
    updateGeometry();
}

QSize TextLabel::minimumSizeHint() const
{
    const QSize hint = QLabel::minimumSizeHint();
    return m_elided ? QSize(std::min(hint.width(), 24), hint.height()) : hint;
}

void TextLabel::restyle()
{
    m_restyling = true;
    setFont(fontFor(m_role));
    const bool quiet = m_secondary || m_role == TextRole::Secondary || m_role == TextRole::Axis;
    if (m_tone == Tone::Neutral) {
        setPalette(QPalette());
        setForegroundRole(quiet ? QPalette::PlaceholderText : QPalette::WindowText);
    } else {
        QPalette own;
        own.setColor(QPalette::WindowText, tokens().words(m_tone));
        setPalette(own);
        setForegroundRole(QPalette::WindowText);
    }
    m_restyling = false;
}

void TextLabel::changeEvent(QEvent* event)
{
    QLabel::changeEvent(event);
    if (m_restyling)
        return;
    if (event->type() == QEvent::ApplicationFontChange ||
        ((event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) &&
            (m_tone != Tone::Neutral || font().pointSizeF() != fontFor(m_role).pointSizeF())))
        restyle();
}

void TextLabel::paintEvent(QPaintEvent* event)
{
    const QFontMetrics metrics(font());
    if (!m_elided || metrics.horizontalAdvance(text()) <= contentsRect().width()) {
        if (m_elided && !toolTip().isEmpty())
            setToolTip({});
        QLabel::paintEvent(event);
        return;
    }
    QPainter painter(this);
    painter.setPen(
        palette().color(isEnabled() ? QPalette::Active : QPalette::Disabled, foregroundRole()));
    painter.drawText(contentsRect(), int(alignment()),
        metrics.elidedText(text(), Qt::ElideRight, contentsRect().width()));
    if (toolTip() != text())
        setToolTip(text());
}

Hairline::Hairline(Qt::Orientation orientation, QWidget* parent) : QWidget(parent)
{
    if (orientation == Qt::Horizontal)
        setFixedHeight(1);
    else
        setFixedWidth(1);
    setSizePolicy(orientation == Qt::Horizontal ? QSizePolicy::Expanding : QSizePolicy::Fixed,
        orientation == Qt::Horizontal ? QSizePolicy::Fixed : QSizePolicy::Expanding);
}

void Hairline::paintEvent(QPaintEvent*)
{
    QPainter(this).fillRect(rect(), tokens().line);
}

} // namespace koala
