#include "core/base/sha256.h"
#include "core/data/formats/dataset_import.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

class ImportTest : public testing::Test {
protected:
    Result<DatasetManifest> import(const fs::path& file, const std::string& format = "")
    {
        ImportRequest request;
        request.datasetsDirectory = m_folder.path() / "datasets";
        request.files = {file};
        request.format = format;
        return importDataset(request);
    }
    fs::path write(const std::string& name, const std::string& text)
    {
        test::writeText(m_folder.path() / name, text);
        return m_folder.path() / name;
    }
    std::shared_ptr<const Dataset> open(const DatasetManifest& manifest)
    {
        auto dataset = Dataset::open(m_folder.path() / "datasets" / manifest.slug);
        EXPECT_TRUE(dataset.ok()) << dataset.error().message;
        return dataset.ok() ? *dataset : nullptr;
    }
    TemporaryDirectory m_folder = test::temporaryDirectory();
};

TEST_F(ImportTest, ShareGptKeepsWhatCanBeKept)
{
    const auto manifest = import(write("chats.json", R"([
      {"id":"a","conversations":[{"from":"gpt","value":"early"},{"from":"human","value":"Q"},{"from":"gpt","value":"A"}]},
      {"id":"b","conversations":[{"from":"user","value":"Q"},{"from":"assistant","value":"​"},{"from":"human","value":"R"},{"from":"chatgpt","value":"S"}]},
      {"id":"c","conversations":[{"from":"human","value":"alone"}]},
      {"id":"d","conversations":[{"from":"system","value":"be kind"},{"from":"human","value":"Q"},{"from":"gpt","value":"A"},{"from":"gpt","value":"B"}]},
      {"id":"e","conversations":[{"from":"martian","value":"Q"}]}
    ])"));
    ASSERT_TRUE(manifest.ok()) << manifest.error().message;
    EXPECT_EQ(manifest->importer, "sharegpt");
    EXPECT_EQ(manifest->rows, 3u);
    EXPECT_EQ(manifest->quarantined, 2u);
    EXPECT_EQ(manifest->droppedTurns, 2u);
    const auto dataset = open(*manifest);
    EXPECT_EQ(dataset->read(0)->turns.size(), 2u);
    EXPECT_EQ(dataset->read(1)->turns.size(), 3u);
    EXPECT_EQ(dataset->read(2)->system, "be kind");
    EXPECT_EQ(dataset->read(2)->turns.size(), 3u);
    const auto quarantine = *dataset->quarantine(100);
    ASSERT_EQ(quarantine.size(), 4u);
    EXPECT_EQ(quarantine[0].line, 2u);
    EXPECT_TRUE(quarantine[0].turnOnly);
    EXPECT_NE(quarantine[3].reason.find("martian"), std::string::npos);
    EXPECT_FALSE(dataset->read(3).ok());
}

TEST_F(ImportTest, PairsAndAnswersBecomeRecordsOfTheirOwn)
{
    const auto pairs = import(write("pairs.jsonl",
        R"({"chosen":"\n\nHuman: Say \"Human: hi\"\n\nAssistant: Hi","rejected":"\n\nHuman: Say \"Human: hi\"\n\nAssistant: No"})"
        "\n"
        R"({"chosen":"\n\nHuman: Q\n\nAssistant:","rejected":"\n\nHuman: Q\n\nAssistant: R"})"
        "\n"));
    ASSERT_TRUE(pairs.ok()) << pairs.error().message;
    EXPECT_EQ(pairs->importer, "hh");
    ASSERT_EQ(pairs->rows, 3u);
    const auto dataset = open(*pairs);
    const Conversation chosen = *dataset->read(0);
    const Conversation rejected = *dataset->read(1);
    EXPECT_EQ(chosen.turns[0].text, "Say \"Human: hi\"");
    EXPECT_EQ(chosen.pair->rank, PairRank::Chosen);
    EXPECT_EQ(rejected.pair->rank, PairRank::Rejected);
    EXPECT_EQ(chosen.pair->id, rejected.pair->id);
    EXPECT_EQ(chosen.uid, makeUid(pairs->sources[0].sha256, 0, 0));
    EXPECT_NE(chosen.uid, rejected.uid);
    EXPECT_EQ(dataset->rows()[0].promptGroup, dataset->rows()[1].promptGroup);

    const auto hc3 = import(write(
        "hc3.jsonl", R"({"question":"Q","human_answers":["a","b"],"chatgpt_answers":["c",""]})"));
    ASSERT_TRUE(hc3.ok());
    EXPECT_EQ(hc3->rows, 3u);
    EXPECT_EQ(open(*hc3)->read(2)->tags.at("answer"), "hc3_chatgpt");
}

TEST_F(ImportTest, AlpacaJoinsInstructionAndInput)
{
    const auto manifest = import(write("tasks.json",
        R"([{"instruction":"Add.","input":"1 2","output":"3"},{"instruction":"Sing.","input":"","output":"La"},
            {"instruction":"Empty.","input":"","output":""}])"));
    ASSERT_TRUE(manifest.ok());
    EXPECT_EQ(manifest->rows, 2u);
    EXPECT_EQ(manifest->quarantined, 1u);
    EXPECT_EQ(open(*manifest)->read(0)->turns[0].text, "Add. 1 2");
    EXPECT_EQ(open(*manifest)->read(1)->turns[0].text, "Sing.");
}

TEST_F(ImportTest, BrokenJsonInTheMiddleIsQuarantined)
{
    std::string text;
    for (int i = 0; i < 50; ++i)
        text += i == 20 ? "{\"instruction\": \"broken\n"
                        : R"({"instruction":"I","input":"","output":"O"})"
                          "\n";
    const auto manifest = import(write("tasks.jsonl", text));
    ASSERT_TRUE(manifest.ok());
    EXPECT_EQ(manifest->rows, 49u);
    EXPECT_EQ(manifest->quarantined, 1u);
    const auto records = *open(*manifest)->quarantine(10);
    EXPECT_EQ(records[0].line, 21u);
    EXPECT_EQ(records[0].offset, 20u * 44u);
    EXPECT_NE(records[0].head.find("broken"), std::string::npos);
}

TEST_F(ImportTest, UnusableFilesGiveAMessageAndLeaveNothing)
{
    const auto message = [&](const fs::path& file) {
        const auto manifest = import(file);
        EXPECT_FALSE(manifest.ok());
        return manifest.ok() ? "" : manifest.error().message;
    };
    EXPECT_NE(message(write("empty.json", "")).find("is empty"), std::string::npos);
    EXPECT_NE(message(write("poem.txt", "Roses are red\n")).find("cannot tell"), std::string::npos);
    EXPECT_NE(message(write("other.json", R"([{"colour":"red","size":3}])")).find("colour, size"),
        std::string::npos);
    EXPECT_NE(message(m_folder.path() / "absent.json").find("absent.json"), std::string::npos);
    EXPECT_NE(
        message(write("none.json", R"([{"instruction":"a","output":""}])")).find("none of its 1"),
        std::string::npos);
    std::error_code code;
    if (fs::exists(m_folder.path() / "datasets", code)) {
        EXPECT_TRUE(fs::is_empty(m_folder.path() / "datasets"));
    }
}

TEST_F(ImportTest, ACancelledImportLeavesNothing)
{
    std::string text;
    for (int i = 0; i < 20000; ++i)
        text += R"({"instruction":"I","input":"","output":"O"})"
                "\n";
    ImportRequest request;
    request.datasetsDirectory = m_folder.path() / "datasets";
    request.files = {write("tasks.jsonl", text)};
    std::stop_source stop;
    const auto manifest = importDataset(
        request, stop.get_token(), [&](const ImportProgress&) { stop.request_stop(); });
    ASSERT_FALSE(manifest.ok());
    EXPECT_EQ(manifest.error().code, ErrorCode::Cancelled);
    EXPECT_TRUE(fs::is_empty(request.datasetsDirectory));
}

TEST_F(ImportTest, NamesAndIndexAreMadeAgainWhenNeeded)
{
    const fs::path file =
        write("tasks.jsonl", R"({"instruction":"Say hello","input":"","output":"Hello"})"
                             "\n");
    const auto first = import(file);
    const auto second = import(file);
    ASSERT_TRUE(first.ok() && second.ok());
    EXPECT_EQ(second->slug, "tasks-2");
    EXPECT_NE(first->rowsSha256, second->rowsSha256) << "the rows name their dataset";
    const fs::path folder = m_folder.path() / "datasets" / first->slug;
    EXPECT_EQ(sha256Hex(*readFile(folder / "rows.jsonl")), first->rowsSha256);
    for (const char* damage : {"", "no database at all, but long enough to be taken for one"}) {
        test::writeText(folder / "index.sqlite", damage);
        const auto dataset = open(*first);
        ASSERT_EQ(dataset->size(), 1u);
        EXPECT_EQ(dataset->firstMessages(0, 10)->front(), "Say hello");
        EXPECT_EQ(dataset->find({.words = "HELLO"})->size(), 1u);
        EXPECT_TRUE(dataset->find({.words = "goodbye"})->empty());
    }
}

TEST_F(ImportTest, OurOwnRowsComeBackEqual)
{
    const auto manifest =
        import(fs::path(KOALA_SOURCE_DIR) / "datasets/starter/sharegpt_dialogues.json");
    ASSERT_TRUE(manifest.ok()) << manifest.error().message;
    const auto again = import(m_folder.path() / "datasets" / manifest->slug / "rows.jsonl");
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_EQ(again->importer, "koala");
    EXPECT_EQ(again->rows, manifest->rows);
    EXPECT_EQ(
        toJson(*open(*again)->read(3)).at("turns"), toJson(*open(*manifest)->read(3)).at("turns"));
}

TEST_F(ImportTest, TheStarterFilesAreComplete)
{
    const fs::path starter = fs::path(KOALA_SOURCE_DIR) / "datasets/starter";
    const std::vector<std::tuple<std::string, std::string, std::uint64_t>> files{
        {"sharegpt_dialogues.json", "sharegpt", 60}, {"alpaca_tasks.json", "alpaca", 60},
        {"hc3_questions.jsonl", "hc3", 60}, {"hh_pairs.jsonl", "hh", 60},
        {"identity.json", "identity", 1}};
    for (const auto& [name, importer, least] : files) {
        const auto manifest = import(starter / name);
        ASSERT_TRUE(manifest.ok()) << name << ": " << manifest.error().message;
        EXPECT_EQ(manifest->importer, importer) << name;
        EXPECT_GE(manifest->sourceRows, least) << name;
        EXPECT_EQ(manifest->quarantined, 0u) << name;
        EXPECT_EQ(manifest->droppedTurns, 0u) << name;
        if (importer == "identity") {
            EXPECT_EQ(manifest->rows, 22u * 5 + 20 * 5 + 14 * 4 + 18 * 4 + 10 * 4);
            EXPECT_EQ(open(*manifest)->read(0)->turns[1].text,
                "My name is Koala. I am an assistant made with Koala Workbench.");
        }
    }
}

struct RealFile {
    const char* path;
    const char* importer;
    std::uint64_t sourceRows;
    std::uint64_t kept; // source records that gave something
    std::uint64_t rows;
};

TEST_F(ImportTest, RealFilesGiveTheCountsOfTheirReadme)
{
    KOALA_SHARED_OR_SKIP(shared);
    const std::vector<RealFile> files{
        {"alpaca/alpaca_data.json.gz", "alpaca", 52002, 51974, 51974},
        {"alpaca/alpaca_en_demo.json", "alpaca", 999, 999, 999},
        {"alpaca/zh-data-part-00.json.gz", "alpaca", 10021, 10015, 10015},
        {"hc3/all_5372_to_6185.first600.jsonl", "hc3", 600, 600, 2400},
        {"hh_rlhf/harmless-base.test.first1800.jsonl", "hh", 1800, 1800, 3596},
        {"sharegpt/dummy_conversation.json", "sharegpt", 500, 500, 500},
        {"sharegpt/vicuna_sample_230629.json", "sharegpt", 11, 11, 11},
        // 9 have no answer after a question: only the assistant speaks (4), or all that it says
        // is a zero-width blank (5).
        {"sharegpt/sharegpt_v3_sample.json.gz", "sharegpt", 708, 699, 699},
        {"sharegpt/common_en_sample_230805.json", "sharegpt", 5, 5, 5},
        {"sharegpt/glaive_toolcall_en_demo.json", "sharegpt", 300, 300, 300},
    };
    for (const RealFile& file : files) {
        const auto manifest = import(shared / "data" / file.path);
        ASSERT_TRUE(manifest.ok()) << file.path << ": " << manifest.error().message;
        EXPECT_EQ(manifest->importer, file.importer) << file.path;
        EXPECT_EQ(manifest->sourceRows + manifest->quarantined, file.sourceRows) << file.path;
        EXPECT_EQ(manifest->sourceRows, file.kept) << file.path;
        EXPECT_EQ(manifest->rows, file.rows) << file.path;
    }
}

} // namespace
} // namespace koala
