// ui/widgets/icons.h: one-colour line icons drawn for this project (resources/icons/<name>.svg),
// tinted when they are painted, so a change of theme needs no new icons. Names are those of the
// files.
#pragma once

#include <QIcon>
#include <QPixmap>
#include <QString>

#include "ui/widgets/theme.h"

class QPainter;
class QRect;

namespace koala {

enum class IconTint { Text, Secondary, Accent, OnAccent, Good, Warning, Bad };

// For buttons, actions, lists. Disabled states are drawn in the disabled colour by themselves.
QIcon icon(const char* name, IconTint tint = IconTint::Text);
// A pixmap of `size` device-independent pixels.
QPixmap iconPixmap(const char* name, const QColor& color, int size, qreal devicePixelRatio);
void paintIcon(QPainter& painter, const char* name, const QRect& rect, const QColor& color);

} // namespace koala
