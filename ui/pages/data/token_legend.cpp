#include "ui/pages/data/token_legend.h"

#include <QPainter>

#include "ui/widgets/theme.h"

namespace koala {

namespace {
constexpr int kInset = 16, kBox = 20, kBetween = 14, kPadding = 4;

void paintChip(QPainter& painter, const QRect& box, const QString& name, bool trained)
{
    const Tokens& t = tokens();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(trained ? t.accent : t.line, 1));
    painter.setBrush(t.card);
    painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    painter.setPen(t.text);
    painter.drawText(box.adjusted(kPadding, 0, -kPadding, 0), Qt::AlignVCenter | Qt::AlignLeft,
        painter.fontMetrics().elidedText(name, Qt::ElideRight, box.width() - 2 * kPadding));
}
} // namespace

TokenLegend::TokenLegend(QWidget* parent) : QWidget(parent)
{
    setFixedHeight(size::kStatusLine);
    setAccessibleName(tr("What the looks mean"));
    setAccessibleDescription(tr("Underlined and tinted: in the loss. Grey ground: only read. Grey "
                                "words: from the template. Framed: a special token. A dot: a "
                                "blank. A bent arrow: a line end."));
    setToolTip(accessibleDescription());
}

void TokenLegend::paintEvent(QPaintEvent*)
{
    const Tokens& t = tokens();
    QPainter painter(this);
    painter.fillRect(rect(), t.card);
    painter.setFont(fontFor(TextRole::Secondary));
    int x = kInset;
    const int top = (height() - kBox) / 2;
    const auto next = [&](const QString& words, int padding) {
        const int width = painter.fontMetrics().horizontalAdvance(words) + 2 * padding;
        const QRect box(x, top, width, kBox);
        x += width + kBetween;
        return box;
    };
    const QString trained = tr("in the loss"), read = tr("only read"), own = tr("template"),
                  special = tr("special");
    QRect box = next(trained, kPadding);
    painter.fillRect(box, t.selected);
    painter.fillRect(QRect(box.left(), box.bottom() - 1, box.width(), 2), t.accent);
    painter.setPen(t.text);
    painter.drawText(box, Qt::AlignCenter, trained);
    box = next(read, kPadding);
    painter.fillRect(box, t.sunken);
    painter.drawText(box, Qt::AlignCenter, read);
    box = next(own, kPadding);
    painter.fillRect(box, t.sunken);
    painter.setPen(t.secondary);
    painter.drawText(box, Qt::AlignCenter, own);
    paintChip(painter, next(special, kPadding), special, true);
    painter.setPen(t.secondary);
    for (const QString& words : {tr("· blank"), tr("↵ line end")})
        painter.drawText(next(words, 0), Qt::AlignCenter, words);
}

TokenChip::TokenChip(const QString& name, bool trained, QWidget* parent)
    : QWidget(parent), m_name(name), m_trained(trained)
{
    setAccessibleName(name);
    setToolTip(name.toHtmlEscaped());
}

QSize TokenChip::sizeHint() const
{
    return {QFontMetrics(fontFor(TextRole::Secondary)).horizontalAdvance(m_name) + 2 * kPadding + 2,
        kBox};
}

void TokenChip::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setFont(fontFor(TextRole::Secondary));
    const int width = std::min(this->width(), sizeHint().width());
    paintChip(painter, QRect(0, (height() - kBox) / 2, width, kBox), m_name, m_trained);
}

} // namespace koala
