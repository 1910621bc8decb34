#include "ui/widgets/toggle.h"

#include <QPainter>

#include "ui/widgets/theme.h"

namespace koala {

Toggle::Toggle(const QString& accessibleName, const char* objectName, QWidget* parent)
    : QCheckBox(parent)
{
    setObjectName(QLatin1StringView(objectName));
    setAccessibleName(accessibleName);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void Toggle::paintEvent(QPaintEvent*)
{
    const Tokens& t = tokens();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF track(1, 2, 28, 16);
    painter.setPen(hasFocus() ? QPen(t.text, 1.4) : QPen(Qt::NoPen));
    painter.setBrush(!isEnabled() ? t.track : isChecked() ? t.accent : t.thumb);
    painter.drawRoundedRect(track, 8, 8);
    painter.setPen(Qt::NoPen);
    painter.setBrush(isChecked() ? t.onAccent : t.card);
    painter.drawEllipse(QPointF(isChecked() ? 21 : 9, 10), 6, 6);
}

} // namespace koala
