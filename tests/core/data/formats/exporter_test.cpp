#include "core/data/formats/exporter.h"

#include "core/data/formats/dataset_import.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

TEST(Exporter, EveryFormComesBackOrSaysWhatItCannotHold)
{
    const auto folder = test::temporaryDirectory();
    const auto import = [&](const fs::path& file) {
        ImportRequest request;
        request.datasetsDirectory = folder.path() / "datasets";
        request.files = {file};
        const auto manifest = importDataset(request);
        EXPECT_TRUE(manifest.ok()) << manifest.error().message;
        return *Dataset::open(request.datasetsDirectory / manifest->slug);
    };
    test::writeText(folder.path() / "pairs.jsonl",
        R"({"chosen":"\n\nHuman: Q\n\nAssistant: A","rejected":"\n\nHuman: Q\n\nAssistant: B\n\nHuman: R\n\nAssistant: C"})"
        "\n");
    const auto dataset = import(folder.path() / "pairs.jsonl");

    const auto sharegpt = exportDataset(*dataset, "sharegpt", folder.path() / "out.json");
    ASSERT_TRUE(sharegpt.ok()) << sharegpt.error().message;
    EXPECT_EQ(sharegpt->rows, 2u);
    const auto back = import(folder.path() / "out.json");
    ASSERT_EQ(back->size(), 2u);
    EXPECT_EQ(back->read(1)->turns.size(), 4u);
    EXPECT_EQ(back->read(1)->turns[3].text, "C");

    const auto alpaca = exportDataset(*dataset, "alpaca", folder.path() / "alpaca.json");
    ASSERT_TRUE(alpaca.ok());
    EXPECT_EQ(alpaca->rows, 1u);
    EXPECT_EQ(alpaca->leftOut, 1u);
    EXPECT_NE(alpaca->reason.find("row 2"), std::string::npos);

    ASSERT_TRUE(exportDataset(*dataset, "koala-jsonl", folder.path() / "koala.jsonl").ok());
    const std::string lines = *readFile(folder.path() / "koala.jsonl");
    const Json first = Json::parse(lines.substr(0, lines.find('\n')));
    const Json second = Json::parse(lines.substr(lines.find('\n') + 1));
    EXPECT_EQ(first.at("fields"), "[marker_user+human_0+marker_gpt],gpt_1,<|eos|>");
    EXPECT_EQ(second.at("fields"), "[marker_user+human_0+marker_gpt_bad],gpt_bad_1,<|eos|>,[marker_"
                                   "user+human_2+marker_gpt_bad],gpt_bad_3,<|eos|>");
    EXPECT_EQ(second.at("marker_gpt_bad"), "An Unhelpful Answer:");

    ASSERT_TRUE(exportDataset(*dataset, "rows", folder.path() / "rows.jsonl").ok());
    EXPECT_EQ(
        *readFile(folder.path() / "rows.jsonl"), *readFile(dataset->directory() / "rows.jsonl"));
    EXPECT_FALSE(exportDataset(*dataset, "csv", folder.path() / "x.csv").ok());
    EXPECT_FALSE(exportDataset(*dataset, "rows", folder.path() / "absent" / "x.jsonl").ok());
}

} // namespace
} // namespace koala
