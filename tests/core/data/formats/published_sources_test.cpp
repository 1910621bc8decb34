#include "core/data/formats/published_sources.h"

#include <set>

#include "core/data/formats/dataset_import.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

std::vector<PublishedSource> sources()
{
    auto read = readPublishedSources(fs::path(KOALA_SOURCE_DIR) / "datasets");
    EXPECT_TRUE(read.ok()) << (read.ok() ? "" : read.error().message);
    return std::move(read).valueOr({});
}

TEST(PublishedSources, EachIsCompleteAndNamedAsItsFile)
{
    std::set<std::string> ids;
    for (const PublishedSource& source : sources()) {
        EXPECT_TRUE(ids.insert(source.id).second) << source.id;
        EXPECT_TRUE(
            fs::exists(fs::path(KOALA_SOURCE_DIR) / "datasets/sources" / (source.id + ".json")));
        EXPECT_GT(source.publishedRows, 0u) << source.id;
        for (const std::string* text : {&source.title, &source.published, &source.unit,
                 &source.purpose, &source.homepage, &source.obtain})
            EXPECT_FALSE(text->empty()) << source.id;
        EXPECT_FALSE(source.licence.empty() && source.terms.empty()) << source.id;
        if (source.importer.empty())
            EXPECT_EQ(source.use, "evaluation") << source.id;
        else
            EXPECT_NE(findImporter(source.importer), nullptr) << source.id;
        for (const PublishedSource::File& file : source.files)
            EXPECT_EQ(file.sha256.size(), 64u) << source.id;
    }
    for (const char* needed : {"sharegpt", "hc3", "alpaca", "oig", "hh-rlhf", "webgpt",
             "summarize-from-feedback", "gpt-4-llm", "gpt-4-llm-zh", "identity", "koala-test-set"})
        EXPECT_TRUE(ids.contains(needed)) << needed;
}

TEST(PublishedSources, AnImportedFileTakesOverTheTermsOfWhatItSurelyIs)
{
    const auto folder = test::temporaryDirectory();
    ImportRequest request;
    request.datasetsDirectory = folder.path() / "datasets";
    request.published = sources();
    request.files = {fs::path(KOALA_SOURCE_DIR) / "tests/data/made/summaries.made.jsonl"};
    const auto summaries = importDataset(request);
    ASSERT_TRUE(summaries.ok());
    EXPECT_EQ(summaries->licence, "Modified MIT");

    request.files = {fs::path(KOALA_SOURCE_DIR) / "datasets/starter/alpaca_tasks.json"};
    EXPECT_EQ(importDataset(request)->licence, "") << "Alpaca's form is not Alpaca's data";
    request.licence = "Apache-2.0";
    request.terms = "mine";
    request.files = {fs::path(KOALA_SOURCE_DIR) / "tests/data/made/webgpt.made.jsonl"};
    const auto own = importDataset(request);
    EXPECT_EQ(own->licence, "Apache-2.0");
    EXPECT_EQ(own->terms, "mine");

    request.licence = request.terms = "";
    request.files = {fs::path(KOALA_SOURCE_DIR) / "datasets/starter/hh_pairs.jsonl"};
    const auto pairs = importDataset(request);
    EXPECT_EQ(pairs->licence, "");
    EXPECT_EQ(pairs->terms, findImporter("hh")->notice);
}

TEST(PublishedSources, ATestSetIsForEvaluationOnly)
{
    KOALA_SHARED_OR_SKIP(shared);
    const auto folder = test::temporaryDirectory();
    ImportRequest request;
    request.datasetsDirectory = folder.path() / "datasets";
    request.published = sources();
    request.format = "self-instruct";
    request.files = {shared / "data/self_instruct_eval/user_oriented_instructions.jsonl"};
    const auto manifest = importDataset(request);
    ASSERT_TRUE(manifest.ok()) << manifest.error().message;
    EXPECT_EQ(manifest->rows, 252u);
    EXPECT_EQ(manifest->use, "evaluation");
    EXPECT_EQ(manifest->licence, "Apache-2.0");
}

} // namespace
} // namespace koala
