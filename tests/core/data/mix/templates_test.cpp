#include "core/data/mix/templates.h"

#include <set>

#include <gtest/gtest.h>

#include "core/data/mix/source_terms.h"
#include "core/text/chat_template.h"

namespace koala {
namespace {

DatasetManifest dataset(
    std::string slug, std::string importer, std::uint64_t rows, std::uint64_t records = 0)
{
    DatasetManifest manifest;
    manifest.slug = manifest.title = std::move(slug);
    manifest.importer = std::move(importer);
    manifest.rows = rows;
    manifest.sourceRows = records == 0 ? rows : records;
    return manifest;
}

const TemplateLine& lineOf(const TemplateMatch& match, std::string_view source)
{
    for (const TemplateLine& line : match.lines)
        if (line.source->source == source)
            return line;
    ADD_FAILURE() << "no line " << source;
    return match.lines.front();
}

TEST(MixtureTemplates, AreTheFiveOfTheField)
{
    std::set<std::string_view> ids;
    for (const MixtureTemplate& one : mixtureTemplates()) {
        ids.insert(one.id);
        EXPECT_TRUE(templateFromName(one.chatTemplate).ok()) << one.id;
        EXPECT_EQ(*findMixtureTemplate(one.id), &one);
        std::set<std::string_view> sources;
        for (const TemplateSource& source : one.sources) {
            EXPECT_TRUE(sources.insert(source.source).second) << one.id << " " << source.source;
            EXPECT_TRUE(!source.published.empty() && !source.released.empty()) << source.source;
            EXPECT_TRUE(source.importersByName.empty() || !source.names.empty()) << source.source;
        }
    }
    EXPECT_EQ(ids, (std::set<std::string_view>{
                       "koala-distill", "koala-all", "vicuna", "alpaca", "gpt-4-llm"}));
    const auto unknown = findMixtureTemplate("koala");
    ASSERT_FALSE(unknown.ok());
    EXPECT_NE(unknown.error().message.find("koala-distill"), std::string::npos);
}

TEST(MixtureTemplates, KoalaAllNamesThePublishedSizes)
{
    std::vector<std::uint64_t> counts;
    for (const TemplateSource& source : (*findMixtureTemplate("koala-all"))->sources)
        if (!source.optional)
            counts.push_back(source.publishedCount);
    EXPECT_EQ(counts,
        (std::vector<std::uint64_t>{30'000, 87'000, 30'000, 52'000, 160'000, 20'000, 93'000}));
}

TEST(MatchTemplate, TakesWhatKindAndNameSayAndExplainsIt)
{
    auto evaluation = dataset("alpaca-test", "alpaca", 5);
    evaluation.use = "evaluation";
    const TemplateMatch match = matchTemplate(**findMixtureTemplate("koala-all"),
        {dataset("my-sharegpt-v3", "sharegpt", 100), dataset("chats", "sharegpt", 7),
            dataset("alpaca_gpt4_data", "alpaca", 52), dataset("alpaca-data", "alpaca", 51),
            dataset("harmless-base", "hh", 20, 10), dataset("questions", "hc3", 30), evaluation});
    const TemplateLine& dialogues = lineOf(match, "sharegpt");
    ASSERT_EQ(dialogues.datasets.size(), 1u);
    EXPECT_EQ(dialogues.datasets[0].slug, "my-sharegpt-v3");
    EXPECT_NE(dialogues.datasets[0].why.find("sharegpt"), std::string::npos);
    ASSERT_EQ(dialogues.possible.size(), 1u) << "a kind alone does not make it ShareGPT";
    EXPECT_EQ(dialogues.possible[0].slug, "chats");
    EXPECT_NE(dialogues.possible[0].why.find("its name holds none of"), std::string::npos);
    const TemplateLine& alpaca = lineOf(match, "alpaca");
    ASSERT_EQ(alpaca.datasets.size(), 1u) << "answers of GPT-4 are another source";
    EXPECT_EQ(alpaca.datasets[0].slug, "alpaca-data");
    EXPECT_EQ(lineOf(match, "hh-rlhf").rows, 20u);
    EXPECT_EQ(lineOf(match, "hh-rlhf").count, 10u) << "published as pairs";
    EXPECT_EQ(lineOf(match, "hc3").count, 30u);
    EXPECT_TRUE(lineOf(match, "webgpt").datasets.empty());
    EXPECT_EQ(match.missing, 3u) << "OIG, WebGPT, summaries; identity dialogues are optional";
}

TEST(MixtureOfTemplate, IsTheRecipeOfWhatIsThere)
{
    const MixtureTemplate& wanted = **findMixtureTemplate("koala-all");
    const auto match =
        matchTemplate(wanted, {dataset("sharegpt", "sharegpt", 10), dataset("hh", "hh", 10, 5),
                                  dataset("identity", "identity", 9)});
    const auto mixture = mixtureOf(wanted, match, "mine", "smollm2");
    ASSERT_TRUE(mixture.ok()) << mixture.error().message;
    ASSERT_EQ(mixture->sources.size(), 2u) << "identity dialogues are added by hand";
    EXPECT_EQ(mixture->sources[0].holdOut.fraction, 0.05);
    EXPECT_EQ(mixture->sources[1].markers, MarkerMode::Both);
    EXPECT_TRUE(mixture->sources[1].holdOut.given);
    EXPECT_EQ(mixture->chatTemplate, "koala");
    EXPECT_EQ(mixture->model, "smollm2");
    EXPECT_TRUE(mixtureFromJson(Json::parse(toLine(toJson(*mixture))), "m").ok());
    const auto nothing = mixtureOf(wanted, matchTemplate(wanted, {}), "mine", "smollm2");
    ASSERT_FALSE(nothing.ok());
    EXPECT_NE(nothing.error().message.find("WebGPT"), std::string::npos);
}

TEST(SourceTerms, NonCommercialIsReadFromTheWords)
{
    EXPECT_TRUE(saysNonCommercial("CC BY-NC 4.0", ""));
    EXPECT_TRUE(saysNonCommercial("cc-by-nc-sa-4.0", ""));
    EXPECT_TRUE(saysNonCommercial("", "for non-commercial use"));
    EXPECT_TRUE(saysNonCommercial("", "Research only."));
    EXPECT_FALSE(saysNonCommercial("MIT", "commercial use is allowed"));
    EXPECT_FALSE(saysNonCommercial("Apache-2.0", "made with NCCL"));
    EXPECT_EQ(nonCommercialNotice({sourceTerms("a", "Alpaca", "CC BY-NC 4.0", ""),
                  sourceTerms("b", "HH", "MIT", "")}),
        "Non-commercial sources: Alpaca (CC BY-NC 4.0).");
    EXPECT_EQ(nonCommercialNotice({sourceTerms("b", "HH", "MIT", "")}), "");
}

} // namespace
} // namespace koala
