#include "ui/widgets/style.h"

#include <algorithm>

#include <QAbstractItemView>
#include <QAbstractSpinBox>
#include <QComboBox>
#include <QPainter>
#include <QPainterPath>
#include <QPushButton>
#include <QScrollBar>
#include <QStyleFactory>
#include <QStyleOption>
#include <QToolButton>

#include "ui/widgets/buttons.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/theme.h"

namespace koala {

namespace {
constexpr int kButtonInset = 13, kIconSide = 16, kIconGap = 8, kSpinWidth = 20, kFieldInset = 7;

void roundedBox(QPainter& painter, const QRect& rect, const QColor& ground, const QColor& border,
    qreal width = 1.0, qreal radius = size::kCorner)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(border.isValid() ? QPen(border, width) : QPen(Qt::NoPen));
    painter.setBrush(ground.isValid() ? QBrush(ground) : QBrush(Qt::NoBrush));
    const qreal half = border.isValid() ? width / 2 : 0;
    painter.drawRoundedRect(
        QRectF(rect).adjusted(half, half, -half, -half), radius - half, radius - half);
    painter.restore();
}

void fieldFrame(QPainter& painter, const QStyleOption& option)
{
    const Tokens& t = tokens();
    const bool focused = option.state & QStyle::State_HasFocus;
    roundedBox(painter, option.rect, (option.state & QStyle::State_Enabled) ? t.card : t.window,
        focused ? t.accent : t.line, focused ? 2.0 : 1.0);
}

// A quiet field that nobody points at: words alone.
bool atRest(const QStyleOption& option, const QWidget* widget)
{
    return isQuiet(widget) && !(option.state & (QStyle::State_MouseOver | QStyle::State_HasFocus));
}

void buttonPanel(QPainter& painter, const QStyleOption& option, const QWidget* widget, bool flat)
{
    const Tokens& t = tokens();
    const bool enabled = option.state & QStyle::State_Enabled;
    const bool hovered = enabled && (option.state & QStyle::State_MouseOver);
    const bool pressed = option.state & (QStyle::State_Sunken | QStyle::State_On);
    const bool focused = (option.state & QStyle::State_HasFocus) &&
                         (option.state & QStyle::State_KeyboardFocusChange);
    if (isLink(widget)) {
        if (focused)
            roundedBox(painter, option.rect, {}, t.accent, 1.0);
        return;
    }
    if (isFilled(widget)) {
        QColor ground = enabled ? t.accent : mixed(t.window, t.accent, 0.45);
        if (pressed)
            ground = mixed(ground, t.text, 0.2);
        else if (hovered)
            ground = mixed(ground, t.text, 0.08);
        roundedBox(painter, option.rect, ground, focused ? t.text : QColor(), 1.5);
        return;
    }
    if (flat && !hovered && !pressed && !focused)
        return;
    const QColor ground = pressed ? t.selected : hovered ? t.hover : flat ? QColor() : t.card;
    roundedBox(painter, option.rect, ground,
        focused ? t.accent
        : flat  ? QColor()
                : t.line,
        focused ? 1.5 : 1.0);
}

// A button that opens a menu by itself sets "opensMenu": QPushButton's own way blocks whoever
// presses it over the accessibility bus until the menu is closed.
bool opensMenu(const QStyleOptionButton& option, const QWidget* widget)
{
    return (option.features & QStyleOptionButton::HasMenu) ||
           (widget != nullptr && widget->property("opensMenu").toBool());
}

void buttonLabel(QPainter& painter, const QStyleOptionButton& option, const QWidget* widget)
{
    const Tokens& t = tokens();
    const bool enabled = option.state & QStyle::State_Enabled;
    const bool filled = isFilled(widget), link = isLink(widget);
    painter.save();
    QFont font = widget != nullptr ? widget->font() : painter.font();
    if (filled)
        font.setWeight(QFont::DemiBold);
    if (link && (option.state & QStyle::State_MouseOver))
        font.setUnderline(true);
    painter.setFont(font);
    painter.setPen(filled     ? (enabled ? t.onAccent : mixed(t.accent, t.onAccent, 0.85))
                   : !enabled ? t.disabled
                   : link     ? t.accent
                              : t.text);
    const bool hasMenu = opensMenu(option, widget);
    const QFontMetrics metrics(font);
    const int iconWidth =
        option.icon.isNull() ? 0 : kIconSide + (option.text.isEmpty() ? 0 : kIconGap);
    const int menuWidth = hasMenu ? 18 : 0;
    const int inset = link ? 0 : kButtonInset;
    const int room = option.rect.width() - iconWidth - menuWidth - 2 * inset;
    const QString text =
        metrics.elidedText(option.text, Qt::ElideRight, std::max(room, 8), Qt::TextShowMnemonic);
    const int textWidth = metrics.size(Qt::TextShowMnemonic, text).width();
    int x = option.rect.x() +
            std::max(inset, (option.rect.width() - iconWidth - textWidth - menuWidth) / 2);
    if (link)
        x = option.rect.x();
    if (iconWidth > 0) {
        const QRect place(x, option.rect.center().y() - kIconSide / 2 + 1, kIconSide, kIconSide);
        option.icon.paint(
            &painter, place, Qt::AlignCenter, enabled ? QIcon::Normal : QIcon::Disabled);
        x += iconWidth;
    }
    painter.drawText(QRect(x, option.rect.y(), textWidth + 2, option.rect.height()),
        Qt::AlignVCenter | Qt::AlignLeft | Qt::TextShowMnemonic, text);
    if (hasMenu)
        paintIcon(painter, "chevron-down",
            QRect(option.rect.right() - inset - 10, option.rect.center().y() - 6, 14, 14),
            filled    ? t.onAccent
            : enabled ? t.secondary
                      : t.disabled);
    painter.restore();
}

void checkBox(QPainter& painter, const QStyleOption& option)
{
    const Tokens& t = tokens();
    const bool on = option.state & QStyle::State_On, partly = option.state & QStyle::State_NoChange;
    const bool enabled = option.state & QStyle::State_Enabled;
    // One pixel down, like icons: beside words it is their letters that set the middle.
    const QRect box = QRect(option.rect.center() - QPoint(7, 6), QSize(15, 15));
    const bool focused = (option.state & QStyle::State_HasFocus) &&
                         (option.state & QStyle::State_KeyboardFocusChange);
    if (on || partly) {
        roundedBox(painter, box, enabled ? t.accent : t.thumb, focused ? t.text : QColor(), 1.4, 3);
        paintIcon(painter, on ? "check" : "minus", box.adjusted(2, 2, -1, -1),
            enabled ? t.onAccent : t.card);
    } else {
        roundedBox(painter, box, t.card,
            focused   ? t.accent
            : enabled ? t.secondary
                      : t.thumb,
            1.4, 3);
    }
}

void scrollBar(QPainter& painter, const QStyleOptionSlider& option, const QRect& thumb)
{
    const Tokens& t = tokens();
    if (option.maximum <= option.minimum)
        return;
    const bool vertical = option.orientation == Qt::Vertical;
    QColor color = t.thumb;
    if (option.state & (QStyle::State_Sunken | QStyle::State_MouseOver))
        color = mixed(t.thumb, t.text, 0.25);
    const QRect bar = vertical ? thumb.adjusted(3, 1, -2, -1) : thumb.adjusted(1, 3, -1, -2);
    roundedBox(painter, bar, color, {}, 1, 2.5);
}

void slider(QPainter& painter, const QStyleOptionSlider& option, const QRect& handle)
{
    const Tokens& t = tokens();
    const bool enabled = option.state & QStyle::State_Enabled;
    const QColor strong = enabled ? t.accent : t.thumb;
    const int middle = option.rect.center().y() + 1;
    const QRect groove(option.rect.x() + 2, middle - 2, option.rect.width() - 4, 4);
    roundedBox(painter, groove, t.track, {}, 1, 2);
    roundedBox(painter, QRect(groove.topLeft(), QPoint(handle.center().x(), groove.bottom())),
        strong, {}, 1, 2);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(strong, 2));
    painter.setBrush((option.state & QStyle::State_HasFocus) ? t.selected : t.card);
    painter.drawEllipse(QPointF(handle.center().x() + 0.5, middle + 0.5), 6, 6);
    painter.restore();
}
} // namespace

Style::Style() : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion"))) {}

void Style::polish(QWidget* widget)
{
    QProxyStyle::polish(widget);
    if (qobject_cast<QAbstractButton*>(widget) || qobject_cast<QComboBox*>(widget) ||
        qobject_cast<QScrollBar*>(widget) || qobject_cast<QAbstractSpinBox*>(widget))
        widget->setAttribute(Qt::WA_Hover);
}

void Style::drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
    const QWidget* widget) const
{
    const Tokens& t = tokens();
    switch (element) {
    case PE_PanelButtonCommand: {
        const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option);
        buttonPanel(*painter, *option, widget,
            button != nullptr && (button->features & QStyleOptionButton::Flat));
        return;
    }
    case PE_FrameDefaultButton:
    case PE_FrameFocusRect:
    case PE_FrameStatusBarItem:
    case PE_PanelItemViewRow:
        return;
    case PE_PanelItemViewItem: {
        const auto* item = qstyleoption_cast<const QStyleOptionViewItem*>(option);
        if (item != nullptr && (item->state & State_Selected))
            painter->fillRect(item->rect, t.selected);
        else if (item != nullptr && (item->state & State_MouseOver) &&
                 (item->state & State_Enabled))
            painter->fillRect(item->rect, t.hover);
        return;
    }
    case PE_PanelLineEdit: {
        const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
        if (frame != nullptr && frame->lineWidth > 0 && !atRest(*option, widget))
            fieldFrame(*painter, *option);
        return;
    }
    case PE_FrameLineEdit:
        fieldFrame(*painter, *option);
        return;
    case PE_Frame:
        roundedBox(
            *painter, option->rect, {}, (option->state & State_HasFocus) ? t.accent : t.line);
        return;
    case PE_FrameMenu:
    case PE_PanelTipLabel:
        painter->fillRect(option->rect, t.card);
        painter->setPen(t.line);
        painter->drawRect(option->rect.adjusted(0, 0, -1, -1));
        return;
    case PE_PanelMenu:
        painter->fillRect(option->rect, t.card);
        return;
    case PE_IndicatorCheckBox:
    case PE_IndicatorItemViewItemCheck:
        checkBox(*painter, *option);
        return;
    case PE_IndicatorArrowDown:
        paintIcon(*painter, "chevron-down", option->rect, t.secondary);
        return;
    case PE_IndicatorArrowUp:
        paintIcon(*painter, "chevron-up", option->rect, t.secondary);
        return;
    case PE_IndicatorArrowRight:
        paintIcon(*painter, "chevron-right", option->rect, t.secondary);
        return;
    case PE_IndicatorArrowLeft:
        paintIcon(*painter, "chevron-left", option->rect, t.secondary);
        return;
    default:
        QProxyStyle::drawPrimitive(element, option, painter, widget);
    }
}

void Style::drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
    const QWidget* widget) const
{
    const Tokens& t = tokens();
    switch (element) {
    case CE_PushButtonBevel: {
        proxy()->drawPrimitive(PE_PanelButtonCommand, option, painter, widget);
        return;
    }
    case CE_PushButtonLabel:
        if (const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option))
            buttonLabel(*painter, *button, widget);
        return;
    case CE_ComboBoxLabel: {
        const auto* combo = qstyleoption_cast<const QStyleOptionComboBox*>(option);
        if (combo == nullptr || combo->editable)
            return;
        QRect field = proxy()->subControlRect(CC_ComboBox, combo, SC_ComboBoxEditField, widget);
        if (!combo->currentIcon.isNull()) {
            const QRect place(field.x(), field.y(), combo->iconSize.width(), field.height());
            combo->currentIcon.paint(painter, place, Qt::AlignLeft | Qt::AlignVCenter);
            field.setLeft(place.right() + kIconGap);
        }
        painter->setPen((option->state & State_Enabled) ? t.text : t.disabled);
        painter->drawText(field, Qt::AlignVCenter | Qt::AlignLeft,
            painter->fontMetrics().elidedText(combo->currentText, Qt::ElideRight, field.width()));
        return;
    }
    case CE_Splitter: {
        const QRect r = option->rect;
        const bool upright = r.height() > r.width();
        painter->fillRect(upright ? QRect(r.center().x(), r.y(), 1, r.height())
                                  : QRect(r.x(), r.center().y(), r.width(), 1),
            t.line);
        return;
    }
    case CE_HeaderSection:
    case CE_HeaderEmptyArea: {
        const QRect r = option->rect;
        painter->fillRect(QRect(r.x(), r.bottom(), r.width(), 1), t.line);
        return;
    }
    case CE_HeaderLabel: {
        const auto* header = qstyleoption_cast<const QStyleOptionHeader*>(option);
        if (header == nullptr)
            return;
        painter->setFont(fontFor(TextRole::Secondary));
        painter->setPen(t.secondary);
        painter->drawText(option->rect, int(header->textAlignment) | Qt::AlignVCenter,
            painter->fontMetrics().elidedText(header->text, Qt::ElideRight, option->rect.width()));
        return;
    }
    case CE_ProgressBarGroove:
        roundedBox(*painter,
            QRect(option->rect.x(), option->rect.center().y() - 2, option->rect.width(), 4),
            t.track, {}, 1, 2);
        return;
    case CE_ProgressBarContents: {
        const auto* bar = qstyleoption_cast<const QStyleOptionProgressBar*>(option);
        if (bar == nullptr || bar->maximum <= bar->minimum)
            return;
        const double share = double(bar->progress - bar->minimum) / (bar->maximum - bar->minimum);
        roundedBox(*painter,
            QRect(option->rect.x(), option->rect.center().y() - 2,
                int(option->rect.width() * share), 4),
            t.accent, {}, 1, 2);
        return;
    }
    case CE_ProgressBarLabel:
        return;
    case CE_ShapedFrame: {
        const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
        if (frame != nullptr &&
            (frame->frameShape == QFrame::HLine || frame->frameShape == QFrame::VLine)) {
            painter->fillRect(option->rect, t.line);
            return;
        }
        break;
    }
    default:
        break;
    }
    QProxyStyle::drawControl(element, option, painter, widget);
}

void Style::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option,
    QPainter* painter, const QWidget* widget) const
{
    const Tokens& t = tokens();
    const bool enabled = option->state & State_Enabled;
    switch (control) {
    case CC_ComboBox: {
        if (atRest(*option, widget))
            return;
        buttonPanel(*painter, *option, widget, option->state & State_None);
        if ((option->state & State_HasFocus) && enabled)
            roundedBox(*painter, option->rect, {}, t.accent, 1.5);
        const QRect arrow = subControlRect(control, option, SC_ComboBoxArrow, widget);
        paintIcon(*painter, "chevron-down", QRect(arrow.center() - QPoint(7, 6), QSize(14, 14)),
            enabled ? t.secondary : t.disabled);
        return;
    }
    case CC_SpinBox: {
        if (atRest(*option, widget))
            return;
        const auto* spin = qstyleoption_cast<const QStyleOptionSpinBox*>(option);
        fieldFrame(*painter, *option);
        if (spin == nullptr || spin->buttonSymbols == QAbstractSpinBox::NoButtons)
            return;
        const QRect up = subControlRect(control, option, SC_SpinBoxUp, widget);
        const QRect down = subControlRect(control, option, SC_SpinBoxDown, widget);
        painter->fillRect(
            QRect(up.x(), option->rect.y() + 4, 1, option->rect.height() - 8), t.line);
        const auto color = [&](bool can) { return enabled && can ? t.secondary : t.disabled; };
        paintIcon(*painter, "chevron-up", QRect(up.center() - QPoint(4, 3), QSize(10, 10)),
            color(spin->stepEnabled & QAbstractSpinBox::StepUpEnabled));
        paintIcon(*painter, "chevron-down", QRect(down.center() - QPoint(4, 6), QSize(10, 10)),
            color(spin->stepEnabled & QAbstractSpinBox::StepDownEnabled));
        return;
    }
    case CC_Slider:
        if (const auto* s = qstyleoption_cast<const QStyleOptionSlider*>(option);
            s != nullptr && s->orientation == Qt::Horizontal) {
            slider(*painter, *s, subControlRect(control, option, SC_SliderHandle, widget));
            return;
        }
        break;
    case CC_ScrollBar:
        if (const auto* s = qstyleoption_cast<const QStyleOptionSlider*>(option))
            scrollBar(*painter, *s, subControlRect(control, option, SC_ScrollBarSlider, widget));
        return;
    case CC_ToolButton:
        if (const auto* button = qstyleoption_cast<const QStyleOptionToolButton*>(option)) {
            QStyleOption panel = *option;
            if (!(option->state & State_AutoRaise) ||
                (option->state & (State_MouseOver | State_On | State_Sunken)) ||
                (option->state & State_HasFocus))
                buttonPanel(*painter, panel, widget, option->state & State_AutoRaise);
            QStyleOptionToolButton label = *button;
            label.features &= ~QStyleOptionToolButton::HasMenu;
            label.state &= ~(State_Sunken | State_On);
            proxy()->drawControl(CE_ToolButtonLabel, &label, painter, widget);
            return;
        }
        break;
    default:
        break;
    }
    QProxyStyle::drawComplexControl(control, option, painter, widget);
}

QRect Style::subControlRect(ComplexControl control, const QStyleOptionComplex* option,
    SubControl part, const QWidget* widget) const
{
    const QRect r = option->rect;
    if (control == CC_ComboBox) {
        if (part == SC_ComboBoxEditField)
            return r.adjusted(10, 1, -26, -1);
        if (part == SC_ComboBoxArrow)
            return {r.right() - 24, r.y(), 22, r.height()};
    }
    if (control == CC_SpinBox) {
        const auto* spin = qstyleoption_cast<const QStyleOptionSpinBox*>(option);
        const int buttons =
            spin != nullptr && spin->buttonSymbols == QAbstractSpinBox::NoButtons ? 0 : kSpinWidth;
        if (part == SC_SpinBoxUp)
            return {r.right() - buttons + 1, r.y() + 1, buttons, r.height() / 2 - 1};
        if (part == SC_SpinBoxDown)
            return {r.right() - buttons + 1, r.y() + r.height() / 2, buttons, r.height() / 2 - 1};
        if (part == SC_SpinBoxEditField)
            return r.adjusted(kFieldInset, 2, -buttons - 2, -2);
    }
    if (control == CC_ScrollBar) {
        const auto* s = qstyleoption_cast<const QStyleOptionSlider*>(option);
        if (s == nullptr)
            return r;
        const bool vertical = s->orientation == Qt::Vertical;
        const int length = vertical ? r.height() : r.width();
        const qint64 range = qint64(s->maximum) - s->minimum;
        const int thumb =
            range <= 0 ? length
                       : std::clamp(int(qint64(length) * s->pageStep / (range + s->pageStep)),
                             std::min(28, length), length);
        const int start = sliderPositionFromValue(
            s->minimum, s->maximum, s->sliderPosition, length - thumb, s->upsideDown);
        const auto cut = [&](int from, int size) {
            return vertical ? QRect(r.x(), r.y() + from, r.width(), size)
                            : QRect(r.x() + from, r.y(), size, r.height());
        };
        switch (part) {
        case SC_ScrollBarSlider:
            return cut(start, thumb);
        case SC_ScrollBarGroove:
            return r;
        case SC_ScrollBarSubPage:
            return cut(0, start);
        case SC_ScrollBarAddPage:
            return cut(start + thumb, length - start - thumb);
        default:
            return {};
        }
    }
    return QProxyStyle::subControlRect(control, option, part, widget);
}

QRect Style::subElementRect(
    SubElement element, const QStyleOption* option, const QWidget* widget) const
{
    const QRect inner = QProxyStyle::subElementRect(element, option, widget);
    const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
    if (element == SE_LineEditContents && frame != nullptr && frame->lineWidth > 0)
        return inner.adjusted(kFieldInset - 2, 0, 2 - kFieldInset, 0);
    return inner;
}

QSize Style::sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& contents,
    const QWidget* widget) const
{
    switch (type) {
    case CT_PushButton: {
        const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option);
        if (button == nullptr)
            break;
        QFont font = widget != nullptr ? widget->font() : QFont();
        if (isFilled(widget))
            font.setWeight(QFont::DemiBold);
        const QFontMetrics metrics(font);
        int width = metrics.size(Qt::TextShowMnemonic, button->text).width() + 2;
        if (!button->icon.isNull())
            width += kIconSide + (button->text.isEmpty() ? 0 : kIconGap);
        if (opensMenu(*button, widget))
            width += 18;
        if (isLink(widget))
            return {width, std::max(20, metrics.height() + 2)};
        return {width + 2 * kButtonInset, std::max(size::kControl, metrics.height() + 8)};
    }
    case CT_ComboBox: {
        const QSize base = QProxyStyle::sizeFromContents(type, option, contents, widget);
        return {std::max(base.width() + 12, 64), std::max(size::kControl, contents.height() + 8)};
    }
    case CT_LineEdit:
        return {contents.width() + 12, std::max(size::kControl, contents.height() + 8)};
    case CT_SpinBox:
        return {contents.width() + kSpinWidth + 8, std::max(size::kControl, contents.height() + 4)};
    case CT_ToolButton:
        return {std::max(28, contents.width() + 8), size::kControl};
    case CT_MenuItem: {
        QSize base = QProxyStyle::sizeFromContents(type, option, contents, widget);
        const auto* item = qstyleoption_cast<const QStyleOptionMenuItem*>(option);
        if (item != nullptr && item->menuItemType != QStyleOptionMenuItem::Separator)
            base.setHeight(std::max(base.height(), size::kRow));
        return base;
    }
    default:
        break;
    }
    return QProxyStyle::sizeFromContents(type, option, contents, widget);
}

int Style::pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const
{
    switch (metric) {
    case PM_ScrollBarExtent:
        return 11;
    case PM_ScrollBarSliderMin:
        return 28;
    case PM_SplitterWidth:
        return 1;
    case PM_IndicatorWidth:
    case PM_IndicatorHeight:
        return 16;
    case PM_CheckBoxLabelSpacing:
        return 7;
    case PM_SmallIconSize:
    case PM_ButtonIconSize:
        return kIconSide;
    case PM_SliderThickness:
        return 18;
    case PM_SliderLength:
        return 14;
    case PM_ButtonShiftHorizontal:
    case PM_ButtonShiftVertical:
        return 0;
    case PM_HeaderMargin:
        return 4;
    case PM_ToolTipLabelFrameWidth:
        return 6;
    case PM_MenuPanelWidth:
        return 1;
    default:
        return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

int Style::styleHint(
    StyleHint hint, const QStyleOption* option, const QWidget* widget, QStyleHintReturn* data) const
{
    switch (hint) {
    case SH_EtchDisabledText:
        return 0;
    case SH_ComboBox_Popup:
        return 0;
    case SH_ItemView_ShowDecorationSelected:
        return 1;
    case SH_Slider_AbsoluteSetButtons:
        return Qt::LeftButton;
    case SH_ScrollBar_LeftClickAbsolutePosition:
        return 1;
    case SH_DialogButtonBox_ButtonsHaveIcons:
        return 0;
    default:
        return QProxyStyle::styleHint(hint, option, widget, data);
    }
}

} // namespace koala
