#include "ui/services/import_preview.h"

#include <gtest/gtest.h>

#include "tests/support/temporary.h"

namespace koala {
namespace {

ImportPreviewFacts previewOf(const fs::path& file)
{
    auto facts = previewFile(QString::fromStdString(file.string()), {}, {}, {});
    EXPECT_TRUE(facts.ok()) << facts.error().message;
    return std::move(facts).valueOr({});
}

TEST(ImportPreview, FillsInTheTermsOfAPublishedSourceThatItsFormTellsSurely)
{
    const auto folder = test::temporaryDirectory();
    const fs::path comparison = folder.path() / "comparison.json";
    test::writeText(comparison,
        R"({"info":{"id":"t3_1","post":"A long story","title":"Story","subreddit":"tales"},)"
        R"("summaries":[{"text":"Short","policy":"a","note":""},)"
        R"({"text":"Shorter","policy":"b","note":""}],"choice":1,"worker":"w","batch":"b",)"
        R"("split":"train","extra":{}})"
        "\n");
    const ImportPreviewFacts facts = previewOf(comparison);
    EXPECT_EQ(facts.kind, QStringLiteral("summaries"));
    EXPECT_EQ(facts.source, QStringLiteral("Summaries preferred by people"));
    EXPECT_EQ(facts.licence, QStringLiteral("Modified MIT"));
    EXPECT_FALSE(facts.terms.isEmpty());
    EXPECT_FALSE(facts.evaluation);
}

TEST(ImportPreview, SaysNothingOfTermsWhereTheSourceIsNotKnown)
{
    const auto folder = test::temporaryDirectory();
    const fs::path own = folder.path() / "own.json";
    test::writeText(own, R"([{"instruction":"Name a colour","input":"","output":"Green"}])");
    const ImportPreviewFacts facts = previewOf(own);
    EXPECT_EQ(facts.kind, QStringLiteral("alpaca"));
    EXPECT_TRUE(facts.source.isEmpty());
    EXPECT_TRUE(facts.licence.isEmpty());
}

} // namespace
} // namespace koala
