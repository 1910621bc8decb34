#include "ui/services/mixture_templates.h"

#include <gtest/gtest.h>

namespace koala {
namespace {

DatasetManifest manifest(const char* slug, const char* importer, std::uint64_t rows)
{
    DatasetManifest made;
    made.slug = made.title = slug;
    made.importer = importer;
    made.rows = rows;
    made.sourceRows = rows;
    return made;
}

TemplatePlan koalaDistill()
{
    return {**findMixtureTemplate("koala-distill"),
        {manifest("my-sharegpt", "sharegpt", 70), manifest("hc3-all", "hc3", 30),
            manifest("who-am-i", "identity", 9)},
        *readPublishedSources(fs::path(KOALA_SOURCE_DIR) / "datasets")};
}

int lineOf(const TemplatePlan& plan, const char* source)
{
    for (int i = 0; i < int(plan.lines().size()); ++i)
        if (plan.lines()[std::size_t(i)].source == QLatin1StringView(source))
            return i;
    return -1;
}

int choiceOf(const TemplatePlan::Line& line, const char* slug)
{
    for (int i = 0; i < int(line.choices.size()); ++i)
        if (line.choices[std::size_t(i)].slugs == QStringList{QLatin1StringView(slug)})
            return i;
    return -1;
}

TEST(TemplatePlan, TakesWhatIsThereAndLeavesOptionalSourcesToTheUser)
{
    TemplatePlan plan = koalaDistill();
    EXPECT_EQ(plan.wanted(), 2);
    EXPECT_EQ(plan.missing(), 0);
    const int identity = lineOf(plan, "identity");
    ASSERT_GE(identity, 0);
    EXPECT_TRUE(plan.lines()[std::size_t(identity)].missing());
    auto made = plan.mixture({});
    ASSERT_TRUE(made.ok()) << made.error().message;
    EXPECT_EQ(made->sources.size(), 2U);
    plan.choose(identity, choiceOf(plan.lines()[std::size_t(identity)], "who-am-i"));
    made = plan.mixture({});
    ASSERT_TRUE(made.ok()) << made.error().message;
    ASSERT_EQ(made->sources.size(), 3U);
    EXPECT_EQ(made->sources[2].dataset, "who-am-i");
    EXPECT_EQ(made->sources[2].repeat, 5); // as the released pipeline lists them
}

TEST(TemplatePlan, AnotherDatasetCanStandForASourceButNotForTwo)
{
    TemplatePlan plan = koalaDistill();
    const int sharegpt = lineOf(plan, "sharegpt");
    ASSERT_GE(sharegpt, 0);
    EXPECT_TRUE(plan.lines()[std::size_t(sharegpt)].ours.contains(QStringLiteral("70")));
    plan.choose(sharegpt, choiceOf(plan.lines()[std::size_t(sharegpt)], "hc3-all"));
    EXPECT_EQ(plan.takenTwice(), QStringList{QStringLiteral("hc3-all")});
    plan.choose(sharegpt, int(plan.lines()[std::size_t(sharegpt)].choices.size()) - 1);
    EXPECT_EQ(plan.missing(), 1);
    EXPECT_TRUE(plan.takenTwice().isEmpty());
    EXPECT_EQ(plan.mixture({})->sources.size(), 1U);
}

TEST(TemplatePlan, KnowsWhereToGetEachSourceOfEachTemplate)
{
    const auto published = readPublishedSources(fs::path(KOALA_SOURCE_DIR) / "datasets");
    ASSERT_TRUE(published.ok()) << published.error().message;
    for (const MixtureTemplate& wanted : mixtureTemplates()) {
        const TemplatePlan plan(wanted, {}, *published);
        for (const TemplatePlan::Line& line : plan.lines())
            EXPECT_FALSE(line.obtain.isEmpty())
                << plan.id().toStdString() << ": " << line.source.toStdString();
    }
}

TEST(TemplatePlan, ShowsTheTermsOfTheDatasetAndThoseOfTheSourceOnlyWhereItIsMissing)
{
    DatasetManifest own = manifest("my-hc3", "hc3", 30);
    own.licence = "CC0";
    own.terms = "written by us";
    TemplatePlan plan(**findMixtureTemplate("koala-distill"), {own},
        *readPublishedSources(fs::path(KOALA_SOURCE_DIR) / "datasets"));
    const int hc3 = lineOf(plan, "hc3");
    ASSERT_GE(hc3, 0);
    const TemplatePlan::Line& line = plan.lines()[std::size_t(hc3)];
    EXPECT_EQ(line.licence, QStringLiteral("CC0"));
    EXPECT_EQ(line.terms, QStringLiteral("written by us"));
    plan.choose(hc3, int(line.choices.size()) - 1);
    EXPECT_TRUE(line.licence.contains(QStringLiteral("CC-BY-SA"))) << line.licence.toStdString();
}

TEST(TemplatePlan, SaysWhyThereIsNothingToMake)
{
    const TemplatePlan plan(**findMixtureTemplate("alpaca"), {}, {});
    EXPECT_EQ(plan.missing(), plan.wanted());
    const auto made = plan.mixture({});
    ASSERT_FALSE(made.ok());
    EXPECT_NE(made.error().message.find("lpaca"), std::string::npos) << made.error().message;
}

} // namespace
} // namespace koala
