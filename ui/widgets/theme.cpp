#include "ui/widgets/theme.h"

#include <cmath>

#include <QApplication>
#include <QFontDatabase>
#include <QGuiApplication>

#include "ui/widgets/style.h"

namespace koala {

namespace {
QColor rgb(QRgb value)
{
    return QColor::fromRgb(value);
}

Tokens lightTokens()
{
    Tokens t;
    t.kind = ThemeKind::Light;
    t.window = rgb(0xF6F7F5), t.card = rgb(0xFFFFFF), t.text = rgb(0x1E2421);
    t.secondary = rgb(0x5C6660), t.line = rgb(0xDDE2DE);
    t.accent = rgb(0x2F7D6B), t.onAccent = rgb(0xFFFFFF), t.selected = rgb(0xE2EEEA);
    t.hover = rgb(0xEFF2EF), t.sunken = rgb(0xF4F6F3), t.track = rgb(0xE4E8E5),
    t.thumb = rgb(0xC3CAC5);
    t.good = rgb(0x2E7D32), t.goodTint = rgb(0xEAF4EA);
    t.warning = rgb(0x9A6700), t.warningTint = rgb(0xFCF7EA);
    t.bad = rgb(0xB3261E), t.badTint = rgb(0xF9E5E3);
    t.a = rgb(0x2467C9), t.aTint = rgb(0xE6EEFA);
    t.b = rgb(0xB8570C), t.bTint = rgb(0xFCF2E8), t.tie = rgb(0x8A938D);
    t.series = {rgb(0x0072B2), rgb(0xE69F00), rgb(0x009E73), rgb(0xD55E00), rgb(0xCC79A7),
        rgb(0x56B4E9), t.text, t.secondary};
    t.disabled = rgb(0xA3ABA6);
    return t;
}

Tokens darkTokens()
{
    Tokens t;
    t.kind = ThemeKind::Dark;
    t.window = rgb(0x161A18), t.card = rgb(0x1E2421), t.text = rgb(0xE6EBE8);
    t.secondary = rgb(0x9AA69F), t.line = rgb(0x313936);
    t.accent = rgb(0x63BFA8), t.onAccent = rgb(0x10201B), t.selected = rgb(0x263C35);
    t.hover = rgb(0x252C29), t.sunken = rgb(0x191E1C), t.track = rgb(0x343D39),
    t.thumb = rgb(0x46504B);
    t.good = rgb(0x7CC47F), t.goodTint = rgb(0x23362A);
    t.warning = rgb(0xD9A441), t.warningTint = rgb(0x3A3220);
    t.bad = rgb(0xF2857D), t.badTint = rgb(0x402826);
    t.a = rgb(0x7FB0FF), t.aTint = rgb(0x223349);
    t.b = rgb(0xFFAF70), t.bTint = rgb(0x3E2F22), t.tie = rgb(0x7D8781);
    t.series = {rgb(0x2B90CE), rgb(0xE69F00), rgb(0x12A97F), rgb(0xDE6A12), rgb(0xCC79A7),
        rgb(0x56B4E9), t.text, t.secondary};
    t.disabled = rgb(0x616B66);
    return t;
}

// Black on white with dark, saturated colours: at least 7:1 for text.
Tokens contrastTokens()
{
    Tokens t;
    t.kind = ThemeKind::HighContrast;
    t.window = rgb(0xFFFFFE), t.card = rgb(0xFFFFFF), t.text = rgb(0x000000);
    t.secondary = rgb(0x2B2F2D), t.line = rgb(0x4A514D);
    t.accent = rgb(0x00473A), t.onAccent = rgb(0xFFFFFF), t.selected = rgb(0xC9EBE1);
    t.hover = rgb(0xE6ECE8), t.sunken = rgb(0xF1F3F1), t.track = rgb(0xC4CAC6),
    t.thumb = rgb(0x5A625D);
    t.good = rgb(0x0B4A10), t.goodTint = rgb(0xE4F4E4);
    t.warning = rgb(0x5C3D00), t.warningTint = rgb(0xFBF2DC);
    t.bad = rgb(0x7E0F09), t.badTint = rgb(0xFBE3E1);
    t.a = rgb(0x0B3F8A), t.aTint = rgb(0xE0EAFA);
    t.b = rgb(0x6E3000), t.bTint = rgb(0xFCEBDB), t.tie = rgb(0x4A514D);
    t.series = {rgb(0x005A8E), rgb(0x8A5F00), rgb(0x00664A), rgb(0x9A4400), rgb(0x8F3D6B),
        rgb(0x1B6FA3), t.text, t.secondary};
    t.disabled = rgb(0x6B736F);
    return t;
}

QPalette paletteOf(const Tokens& t)
{
    QPalette palette(t.card, t.window);
    palette.setColor(QPalette::Window, t.window);
    palette.setColor(QPalette::WindowText, t.text);
    palette.setColor(QPalette::Base, t.card);
    palette.setColor(QPalette::AlternateBase, t.sunken);
    palette.setColor(QPalette::Text, t.text);
    palette.setColor(QPalette::Button, t.card);
    palette.setColor(QPalette::ButtonText, t.text);
    palette.setColor(QPalette::BrightText, t.bad);
    palette.setColor(QPalette::ToolTipBase, t.card);
    palette.setColor(QPalette::ToolTipText, t.text);
    palette.setColor(QPalette::PlaceholderText, t.secondary);
    palette.setColor(QPalette::Highlight, t.selected);
    palette.setColor(QPalette::HighlightedText, t.text);
    palette.setColor(QPalette::Link, t.accent);
    palette.setColor(QPalette::LinkVisited, t.accent);
    palette.setColor(QPalette::Light, t.card);
    palette.setColor(QPalette::Midlight, t.hover);
    palette.setColor(QPalette::Mid, t.line);
    palette.setColor(QPalette::Dark, t.thumb);
    palette.setColor(QPalette::Shadow, t.line);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, t.disabled);
    palette.setColor(QPalette::Disabled, QPalette::PlaceholderText, t.disabled);
    return palette;
}
} // namespace

QColor Tokens::strong(Tone tone) const
{
    switch (tone) {
    case Tone::Neutral:
        return secondary;
    case Tone::Accent:
        return accent;
    case Tone::Good:
        return good;
    case Tone::Warning:
        return warning;
    case Tone::Bad:
        return bad;
    case Tone::SideA:
        return a;
    case Tone::SideB:
        return b;
    }
    return text;
}

QColor Tokens::tint(Tone tone) const
{
    switch (tone) {
    case Tone::Neutral:
        return sunken;
    case Tone::Accent:
        return selected;
    case Tone::Good:
        return goodTint;
    case Tone::Warning:
        return warningTint;
    case Tone::Bad:
        return badTint;
    case Tone::SideA:
        return aTint;
    case Tone::SideB:
        return bTint;
    }
    return sunken;
}

QColor Tokens::words(Tone tone) const
{
    const QColor begin = strong(tone);
    for (double share = 0; share < 1; share += 0.05) {
        const QColor color = mixed(begin, text, share);
        if (contrastRatio(color, window) >= 4.5 && contrastRatio(color, card) >= 4.5 &&
            contrastRatio(color, tint(tone)) >= 4.5)
            return color;
    }
    return text;
}

const Tokens& tokensFor(ThemeKind kind)
{
    static const Tokens light = lightTokens();
    static const Tokens dark = darkTokens();
    static const Tokens contrast = contrastTokens();
    return kind == ThemeKind::Light ? light : kind == ThemeKind::Dark ? dark : contrast;
}

const Tokens& tokens()
{
    const QRgb window = QGuiApplication::palette().color(QPalette::Window).rgb();
    for (const auto kind : {ThemeKind::Dark, ThemeKind::HighContrast})
        if (tokensFor(kind).window.rgb() == window)
            return tokensFor(kind);
    return tokensFor(ThemeKind::Light);
}

ThemeKind systemTheme()
{
    return QGuiApplication::palette().color(QPalette::Window).lightness() < 110 ? ThemeKind::Dark
                                                                                : ThemeKind::Light;
}

void applyTheme(QApplication& application, ThemeKind kind, double pointSize)
{
    if (dynamic_cast<Style*>(application.style()) == nullptr)
        QApplication::setStyle(new Style);
    QFont font = QApplication::font();
    if (font.pointSizeF() != pointSize) {
        font.setPointSizeF(pointSize);
        QApplication::setFont(font);
    }
    QApplication::setPalette(paletteOf(tokensFor(kind)));
}

QFont fontFor(TextRole role)
{
    const QFont body = QApplication::font();
    QFont font = body;
    switch (role) {
    case TextRole::Body:
        break;
    case TextRole::Strong:
        font.setWeight(QFont::DemiBold);
        break;
    case TextRole::Secondary:
        font.setPointSizeF(body.pointSizeF() * 0.9);
        break;
    case TextRole::Title:
        font.setPointSizeF(body.pointSizeF() * 1.3);
        font.setWeight(QFont::DemiBold);
        break;
    case TextRole::Code:
        font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
        font.setPointSizeF(body.pointSizeF() * 0.9);
        break;
    case TextRole::Axis:
        font.setPointSizeF(body.pointSizeF() * 0.8);
        break;
    }
    return font;
}

QFont tabular(QFont font)
{
    // Digits of the usual system fonts have one width already; Qt 6.4 has no switch for those that
    // differ.
    font.setKerning(false);
    return font;
}

double contrastRatio(const QColor& one, const QColor& other)
{
    const auto luminance = [](const QColor& color) {
        const auto linear = [](double c) {
            return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
        };
        return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) +
               0.0722 * linear(color.blueF());
    };
    const double a = luminance(one), b = luminance(other);
    return (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05);
}

QColor mixed(const QColor& ground, const QColor& over, double amount)
{
    const auto part = [amount](int g, int o) { return int(std::lround(g + (o - g) * amount)); };
    return {part(ground.red(), over.red()), part(ground.green(), over.green()),
        part(ground.blue(), over.blue())};
}

} // namespace koala
