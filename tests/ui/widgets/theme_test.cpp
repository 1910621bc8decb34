// Contrast of every pair of words and ground that the window draws, in all three palettes.
#include <gtest/gtest.h>

#include "ui/widgets/theme.h"

namespace koala {
namespace {

constexpr double kText = 4.5;

class Theme : public testing::TestWithParam<ThemeKind> {};

TEST_P(Theme, GivesTextAtLeastFourAndAHalfToOneOnEveryGround)
{
    const Tokens& t = tokensFor(GetParam());
    const auto check = [](const QColor& words, const QColor& ground, const char* what) {
        EXPECT_GE(contrastRatio(words, ground), kText)
            << what << ' ' << words.name().toStdString() << " on " << ground.name().toStdString();
    };
    for (const QColor& ground : {t.window, t.card, t.sunken, t.hover, t.selected})
        check(t.text, ground, "text");
    for (const QColor& ground : {t.window, t.card, t.sunken, t.hover})
        check(t.secondary, ground, "secondary");
    check(t.onAccent, t.accent, "filled button");
    for (const Tone tone :
        {Tone::Accent, Tone::Good, Tone::Warning, Tone::Bad, Tone::SideA, Tone::SideB}) {
        check(t.words(tone), t.card, "tone on card");
        check(t.words(tone), t.window, "tone on window");
        check(t.words(tone), t.tint(tone), "tone on its tint");
        check(t.text, t.tint(tone), "text on tint");
    }
}

TEST_P(Theme, KeepsTheEightSeriesApart)
{
    const Tokens& t = tokensFor(GetParam());
    for (std::size_t i = 0; i < t.series.size(); ++i)
        for (std::size_t j = i + 1; j < t.series.size(); ++j)
            EXPECT_NE(t.series[i].rgb(), t.series[j].rgb()) << i << " and " << j;
}

INSTANTIATE_TEST_SUITE_P(Kinds, Theme,
    testing::Values(ThemeKind::Light, ThemeKind::Dark, ThemeKind::HighContrast),
    [](const testing::TestParamInfo<ThemeKind>& given) {
        return given.param == ThemeKind::Light  ? "Light"
               : given.param == ThemeKind::Dark ? "Dark"
                                                : "HighContrast";
    });

TEST(ContrastRatio, IsTwentyOneForBlackOnWhite)
{
    EXPECT_NEAR(contrastRatio(QColor(Qt::black), QColor(Qt::white)), 21.0, 1e-9);
    EXPECT_NEAR(contrastRatio(QColor(Qt::white), QColor(Qt::white)), 1.0, 1e-9);
}

} // namespace
} // namespace koala
