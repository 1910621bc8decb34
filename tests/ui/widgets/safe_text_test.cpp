#include <gtest/gtest.h>

#include "ui/widgets/safe_text.h"

namespace koala {
namespace {

TEST(SafeText, MakesControlCharactersVisibleAndKeepsLineEnds)
{
    EXPECT_EQ(safeText(std::string_view("a\x1b[31mb\nc\td", 11)), QStringLiteral("a␛[31mb\nc\td"));
    EXPECT_EQ(safeText(std::string_view("a\0b", 3)), QStringLiteral("a␀b"));
    EXPECT_EQ(safeLine(QStringLiteral("a\nb")), QStringLiteral("a↵b"));
}

TEST(SafeText, NamesMarksThatWouldTurnTheDirection)
{
    EXPECT_EQ(safeText(QStringLiteral("x\u202Ey")), QStringLiteral("x⟨U+202E⟩y"));
    EXPECT_EQ(safeText(QStringLiteral("\uFEFFz")), QStringLiteral("⟨U+FEFF⟩z"));
}

TEST(SafeText, EndsAtItsBoundAndSaysHowMuchIsMissing)
{
    EXPECT_EQ(safeText(QString(10, QLatin1Char('x')), 4), QStringLiteral("xxxx… (6 more)"));
    // A pair of surrogates is never cut in two.
    const QString koala = QString::fromUcs4(U"\U0001F428");
    EXPECT_FALSE(safeText(QStringLiteral("abc") + koala, 4).contains(QChar(koala[0])));
}

TEST(SafeText, ReplacesBytesThatAreNoUtf8)
{
    EXPECT_EQ(safeText(std::string_view("a\xff"
                                        "b")),
        QStringLiteral("a\uFFFDb"));
}

TEST(SafeTextView, ShowsMarkupAsItStands)
{
    SafeTextView view;
    view.setSafeText(QStringLiteral("<b>bold</b> <img src='file:///etc/passwd'>"));
    EXPECT_EQ(view.toPlainText(), QStringLiteral("<b>bold</b> <img src='file:///etc/passwd'>"));
}

} // namespace
} // namespace koala
