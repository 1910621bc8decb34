#include "core/data/formats/data_sheet.h"

#include "core/data/formats/dataset_import.h"
#include "core/data/formats/exporter.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(DataSheet, SaysWhereTheDataComeFromAndWhatIsWrongWithThem)
{
    const auto folder = test::temporaryDirectory();
    const fs::path file = folder.path() / "chats <b>.jsonl";
    test::writeText(file, R"({"question":"2 / 2Hello </s>","answer":"one\u200btwo"})"
                          "\n"
                          R"({"question":"Q","answer":""})"
                          "\n"
                          R"({"question":"R","answer":""})"
                          "\n"
                          R"({"question":"<div>Copy code</div>","answer":"Share Prompt"})"
                          "\n");
    ImportRequest request;
    request.datasetsDirectory = folder.path() / "datasets";
    request.files = {file};
    request.name = "# Chats\n<script>";
    request.terms = "ask *first*";
    const auto manifest = importDataset(request);
    ASSERT_TRUE(manifest.ok()) << manifest.error().message;
    const fs::path directory = request.datasetsDirectory / manifest->slug;
    const auto sheet = dataSheet(**Dataset::open(directory));
    ASSERT_TRUE(sheet.ok());
    EXPECT_THAT(*sheet, HasSubstr("# Data sheet: \\# Chats \\<script\\>\n"));
    EXPECT_THAT(*sheet, HasSubstr("chats \\<b\\>.jsonl, "));
    EXPECT_THAT(*sheet, HasSubstr("SHA-256 " + manifest->sources[0].sha256));
    EXPECT_THAT(*sheet, HasSubstr("Licence: unknown"));
    EXPECT_THAT(*sheet, HasSubstr("ask \\*first\\*"));
    EXPECT_THAT(*sheet, HasSubstr("4 records in the sources: 2 kept, 2 set aside"));
    EXPECT_THAT(*sheet, HasSubstr("2 records set aside: the answer is empty"));
    for (const char* oddity :
        {"1 with control strings", "1 with page counters", "1 with invisible characters",
            "1 with markup", "1 with copy code", "1 with share prompt"})
        EXPECT_THAT(*sheet, HasSubstr(oddity));
    EXPECT_THAT(*sheet, HasSubstr("No steps"));

    test::writeText(directory / "steps.json",
        R"({"version":1,"steps":[{"id":"a","type":"keywords","enabled":false,"options":{"list":"koala"}}],"effective_sha256":"ab"})");
    const auto cleaned = dataSheet(**Dataset::open(directory));
    EXPECT_THAT(*cleaned, HasSubstr("1. keywords with {\"list\":\"koala\"} (switched off)"));
    EXPECT_THAT(*cleaned, Not(HasSubstr("No steps")));
}

TEST(DataSheet, ExportsNameWhatTheirFormHasNoPlaceFor)
{
    const auto folder = test::temporaryDirectory();
    ImportRequest request;
    request.datasetsDirectory = folder.path() / "datasets";
    request.files = {fs::path(KOALA_SOURCE_DIR) / "tests/data/made/summaries.made.jsonl"};
    const auto manifest = importDataset(request);
    ASSERT_TRUE(manifest.ok());
    const auto dataset = *Dataset::open(request.datasetsDirectory / manifest->slug);
    using Lost = std::map<std::string, std::uint64_t>;
    const auto lost = [&](const char* format) {
        return exportDataset(*dataset, format, folder.path() / "out")->lost;
    };
    EXPECT_EQ(lost("rows"), Lost{});
    EXPECT_EQ(lost("messages"), (Lost{{"feedback", 6}, {"pair", 6}, {"split", 6}, {"tags", 6}}));
    EXPECT_EQ(lost("koala-jsonl"), (Lost{{"pair", 6}, {"split", 6}, {"tags", 6}}));
}

} // namespace
} // namespace koala
