// ui/widgets/theme.h: the colours and fonts of the window. Every widget may use it.
//
// Three fixed tables hold the colours: light, dark and high contrast. applyTheme() puts one of them
// into the application's palette; tokens() finds out from that palette which one it was, so
// painting code needs no pointer and a switch takes effect at the next paint. Text has at
// least 4.5:1 on every ground it is drawn on; tests/ui/widgets/theme_test.cpp computes it.
#pragma once

#include <array>

#include <QColor>
#include <QFont>
#include <QPalette>

class QApplication;
class QWidget;

namespace koala {

enum class ThemeKind { Light, Dark, HighContrast };
// What a state or a message means; always shown with an icon or a word as well.
enum class Tone { Neutral, Accent, Good, Warning, Bad, SideA, SideB };

struct Tokens {
    ThemeKind kind = ThemeKind::Light;
    QColor window, card, text, secondary, line;
    QColor accent, onAccent, selected, hover, sunken, track, thumb;
    QColor good, goodTint, warning, warningTint, bad, badTint;
    QColor a, aTint, b, bTint, tie;
    std::array<QColor, 8> series; // runs and sources, in their fixed order
    QColor disabled;              // text of what cannot be pressed

    QColor strong(Tone tone) const; // icon, word, line
    QColor tint(Tone tone) const;   // ground behind them
    QColor words(Tone tone) const;  // as strong, but at least 4.5:1 on window, card and its tint
};

const Tokens& tokensFor(ThemeKind kind);
const Tokens& tokens(); // those of the application's palette

// Dark where the system's own palette is dark. Only right before the first applyTheme().
ThemeKind systemTheme();
// Sets style, palette and font. May be called at any time; everything shown follows.
void applyTheme(QApplication& application, ThemeKind kind, double pointSize = 10.0);

enum class TextRole { Body, Strong, Secondary, Title, Code, Axis };
QFont fontFor(TextRole role); // relative to the application's font
// Digits of one width, for columns of numbers.
QFont tabular(QFont font);
// (L1 + 0.05) / (L2 + 0.05) of relative luminances, as WCAG defines it.
double contrastRatio(const QColor& one, const QColor& other);
QColor mixed(const QColor& ground, const QColor& over, double amount);

namespace size { // pixels at 100 %
inline constexpr int kHeader = 52, kStatusLine = 28, kRailEntry = 32, kRecentEntry = 26,
                     kToolBar = 40;
inline constexpr int kPaneHead = 36, kTabs = 36, kControl = 28, kVote = 32, kRow = 28,
                     kDenseRow = 26;
inline constexpr int kTableHead = 26, kFormRow = 36, kCardHead = 32, kInset = 12, kGap = 16,
                     kCorner = 6;
} // namespace size

} // namespace koala
