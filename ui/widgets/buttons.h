// ui/widgets/buttons.h: the push buttons of the window, 28 px high. objectName is what tests press;
// the accessible name is the text unless another is given.
#pragma once

#include <QPushButton>
#include <QToolButton>

#include "ui/widgets/icons.h"

namespace koala {

// White with a hairline; iconName may be null.
QPushButton* plainButton(
    const QString& text, const char* iconName, const char* objectName, QWidget* parent);
// The one filled button of a page, top right; also of an empty page.
QPushButton* filledButton(
    const QString& text, const char* iconName, const char* objectName, QWidget* parent);
// No frame until the mouse is over it.
QPushButton* flatButton(
    const QString& text, const char* iconName, const char* objectName, QWidget* parent);
// Accent-coloured words, as a link.
QPushButton* linkButton(const QString& text, const char* objectName, QWidget* parent);
// An icon alone; `name` is read to those who do not see it and shown as a tool tip.
QToolButton* iconButton(
    const char* iconName, const QString& name, const char* objectName, QWidget* parent);
bool isFilled(const QWidget* button);
bool isLink(const QWidget* button);

} // namespace koala
