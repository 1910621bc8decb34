#include "ui/widgets/buttons.h"

#include <cstring>

namespace koala {

namespace {
constexpr const char* kKind = "koalaKind"; // dynamic property that the style reads

QPushButton* button(const QString& text, const char* iconName, const char* objectName,
    QWidget* parent, IconTint tint)
{
    auto* made = new QPushButton(text, parent);
    made->setObjectName(QLatin1StringView(objectName));
    made->setAccessibleName(text);
    made->setAutoDefault(false);
    made->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    if (iconName != nullptr)
        made->setIcon(icon(iconName, tint));
    return made;
}
} // namespace

QPushButton* plainButton(
    const QString& text, const char* iconName, const char* objectName, QWidget* parent)
{
    return button(text, iconName, objectName, parent, IconTint::Text);
}

QPushButton* filledButton(
    const QString& text, const char* iconName, const char* objectName, QWidget* parent)
{
    QPushButton* made = button(text, iconName, objectName, parent, IconTint::OnAccent);
    made->setProperty(kKind, QByteArray("filled"));
    return made;
}

QPushButton* flatButton(
    const QString& text, const char* iconName, const char* objectName, QWidget* parent)
{
    QPushButton* made = button(text, iconName, objectName, parent, IconTint::Text);
    made->setFlat(true);
    return made;
}

QPushButton* linkButton(const QString& text, const char* objectName, QWidget* parent)
{
    QPushButton* made = button(text, nullptr, objectName, parent, IconTint::Accent);
    made->setProperty(kKind, QByteArray("link"));
    made->setFlat(true);
    made->setCursor(Qt::PointingHandCursor);
    return made;
}

QToolButton* iconButton(
    const char* iconName, const QString& name, const char* objectName, QWidget* parent)
{
    auto* made = new QToolButton(parent);
    made->setObjectName(QLatin1StringView(objectName));
    made->setAccessibleName(name);
    made->setToolTip(name);
    made->setIcon(icon(iconName, IconTint::Secondary));
    made->setAutoRaise(true);
    made->setFocusPolicy(Qt::TabFocus);
    return made;
}

bool isFilled(const QWidget* widget)
{
    return widget != nullptr && widget->property(kKind).toByteArray() == "filled";
}

bool isLink(const QWidget* widget)
{
    return widget != nullptr && widget->property(kKind).toByteArray() == "link";
}

} // namespace koala
