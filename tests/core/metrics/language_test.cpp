#include "core/metrics/language.h"

#include <gtest/gtest.h>

namespace koala {
namespace {

TEST(Language, TellsLanguagesOfOrdinarySentencesApart)
{
    EXPECT_EQ(
        detectLanguage("Could you explain how a steam engine turns heat into motion?").code, "en");
    EXPECT_EQ(
        detectLanguage("Können Sie mir bitte erklären, warum der Himmel am Abend rot wird?").code,
        "de");
    EXPECT_EQ(detectLanguage("请解释一下为什么天空是蓝色的，并给出一个简单的例子。").code, "zh");
    EXPECT_EQ(
        detectLanguage("왜 하늘이 파란지 설명해 주시겠어요? 예를 하나 들어 주세요.").code, "ko");
}

TEST(Language, SaysUnknownWhereNothingCanBeSaid)
{
    for (const char* text : {"", "42", "???", "\xff\xfe broken"}) {
        const DetectedLanguage detected = detectLanguage(text);
        EXPECT_EQ(detected.code, "un") << text;
        EXPECT_FALSE(detected.reliable) << text;
    }
}

TEST(Language, TakesMarkupAsText)
{
    const DetectedLanguage detected = detectLanguage(
        "<p lang=\"fr\">The quick brown fox jumps over the lazy dog and runs into the woods.</p>");
    EXPECT_EQ(detected.code, "en");
    EXPECT_GT(detected.share, 0.5);
}

TEST(Language, LooksAtTheBeginningOfAVeryLongText)
{
    std::string text;
    while (text.size() < (std::size_t(3) << 20))
        text += "Der Zug fährt heute später ab, weil die Strecke überflutet ist. ";
    EXPECT_EQ(detectLanguage(text).code, "de");
}

} // namespace
} // namespace koala
