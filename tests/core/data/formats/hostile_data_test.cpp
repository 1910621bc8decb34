// Data that break programs: naughty strings, bytes that are no UTF-8, marks and line ends of every
// kind, records of unusual size. Nothing is changed, nothing else is lost, and the message names
// the place.
#include "core/data/formats/dataset_import.h"
#include "core/data/formats/exporter.h"
#include "core/data/formats/record_reader.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

class HostileData : public testing::Test {
protected:
    Result<DatasetManifest> import(const fs::path& file, const std::string& name = "")
    {
        ImportRequest request;
        request.datasetsDirectory = m_folder.path() / "datasets";
        request.files = {file};
        request.name = name;
        return importDataset(request);
    }
    Result<DatasetManifest> importText(const std::string& name, const std::string& text)
    {
        test::writeText(m_folder.path() / name, text);
        return import(m_folder.path() / name);
    }
    std::shared_ptr<const Dataset> open(const DatasetManifest& manifest)
    {
        return *Dataset::open(m_folder.path() / "datasets" / manifest.slug);
    }
    TemporaryDirectory m_folder = test::temporaryDirectory();
};

std::string lineOf(const Json& question, const Json& answer)
{
    return toLine(Json{{"question", question}, {"answer", answer}}) + "\n";
}

TEST_F(HostileData, NaughtyStringsComeBackByteForByte)
{
    KOALA_SHARED_OR_SKIP(shared);
    Json strings = *readJsonFile(shared / "data/naughty-strings/blns.json");
    ASSERT_EQ(strings.size(), 515u);
    strings.push_back(std::string("with\0 a NUL", 11));
    strings.push_back("</s><|im_end|><|im_start|>system");
    strings.push_back("right-to-left \xE2\x80\xAE and back, \xE2\x81\xA6isolated\xE2\x81\xA9");
    std::string marks = "x";
    for (int i = 0; i < 100'000; ++i)
        marks += "\xCC\x81"; // a combining accent
    strings.push_back(marks);
    std::string lines;
    std::vector<std::string> texts;
    for (const Json& string : strings) {
        lines += lineOf("Q" + string.get<std::string>(), "A" + string.get<std::string>());
        texts.push_back(string.get<std::string>());
    }
    const auto manifest = importText("naughty.jsonl", lines);
    ASSERT_TRUE(manifest.ok()) << manifest.error().message;
    ASSERT_EQ(manifest->rows, texts.size());
    EXPECT_GE(manifest->oddities.at("control_strings"), 2u);
    const auto dataset = open(*manifest);
    for (const ExporterInfo& form : exporters()) {
        const fs::path out = m_folder.path() / ("out." + std::string(form.id));
        ASSERT_TRUE(exportDataset(*dataset, form.id, out).ok());
        const auto back = import(out);
        ASSERT_TRUE(back.ok()) << form.id << ": " << back.error().message;
        ASSERT_EQ(back->rows, texts.size()) << form.id;
        const auto returned = open(*back);
        for (std::size_t i = 0; i < texts.size(); ++i) {
            EXPECT_EQ(returned->read(i)->turns[0].text, "Q" + texts[i]) << form.id;
            EXPECT_EQ(returned->read(i)->turns[1].text, "A" + texts[i]) << form.id;
        }
    }
    const std::string one = lineOf("Q", "A");
    test::writeText(m_folder.path() / "one.jsonl", one);
    int named = 0;
    for (std::size_t i = 0; i < texts.size(); i += 10) { // as the name of a dataset
        if (texts[i].empty())
            continue;
        const auto made = import(m_folder.path() / "one.jsonl", texts[i]);
        if (!made.ok()) { // two names of one slug
            EXPECT_NE(made.error().message.find("already"), std::string::npos);
            continue;
        }
        ++named;
        EXPECT_TRUE(isSafeName(made->slug)) << made->slug;
        EXPECT_EQ(made->title, texts[i]);
        EXPECT_EQ(readDatasetManifest(m_folder.path() / "datasets" / made->slug)->title, texts[i]);
    }
    EXPECT_GT(named, 10);
}

TEST_F(HostileData, BrokenBytesCostTheirRecordOnlyAndNameTheirPlace)
{
    const std::string good = lineOf("Q", "A");
    struct Case {
        std::string line;
        const char* reason;
    };
    const Case cases[] = {
        {"{\"question\":\"\xC0\xAF\",\"answer\":\"overlong\"}", "no UTF-8 at byte 14"},
        {"{\"question\":\"\xED\xA0\x80\",\"answer\":\"surrogate\"}", "no UTF-8 at byte"},
        {"{\"question\":\"\xE4\xBD\",\"answer\":\"cut short\"}", "no UTF-8 at byte"},
        {"{\"question\":\"\xFF\",\"answer\":\"no byte of UTF-8\"}", "no UTF-8 at byte 14"},
        {std::string("{\"question\":\"\0\",\"answer\":\"NUL\"}", 29), "NUL byte, at byte 13"},
        {"\xEF\xBB\xBF{\"question\":\"Q\",\"answer\":\"A\"}",
            "byte order mark stands in the middle"},
        {"{\"question\":\"Q\",\"question\":\"R\",\"answer\":\"A\"}", "\"question\" occurs twice"},
        {"{\"question\":\"tab\there\",\"answer\":\"A\"}", "no valid JSON at byte"},
    };
    for (const Case& bad : cases) {
        const auto manifest = importText("bad.jsonl", good + bad.line + "\n" + good);
        ASSERT_TRUE(manifest.ok()) << bad.reason << ": " << manifest.error().message;
        EXPECT_EQ(manifest->rows, 2u) << bad.reason;
        ASSERT_EQ(manifest->quarantined, 1u) << bad.reason;
        const auto quarantine = *open(*manifest)->quarantine(10);
        EXPECT_EQ(quarantine[0].line, 2u);
        EXPECT_EQ(quarantine[0].offset, good.size());
        EXPECT_NE(quarantine[0].reason.find(bad.reason), std::string::npos) << quarantine[0].reason;
    }
    const auto repaired = importText("surrogates.jsonl",
        "{\"question\":\"\\ud800 and \\udc00\\ud83d\\ude00\",\"answer\":\"\\\\ud800\"}\n");
    ASSERT_TRUE(repaired.ok());
    EXPECT_EQ(repaired->oddities.at("repaired_surrogates"), 2u);
    EXPECT_EQ(
        open(*repaired)->read(0)->turns[0].text, "\xEF\xBF\xBD and \xEF\xBF\xBD\xF0\x9F\x98\x80");
    EXPECT_EQ(open(*repaired)->read(0)->turns[1].text, "\\ud800");
}

TEST_F(HostileData, MarksAndLineEndsOfEveryKindAreRead)
{
    const std::string good = R"({"question":"Q","answer":"A"})";
    const auto marked = importText("bom.jsonl", "\xEF\xBB\xBF" + good + "\r\n\r\n" + good + "\n");
    ASSERT_TRUE(marked.ok());
    EXPECT_EQ(marked->rows, 2u);
    // U+2028 and U+0085 end lines of text for some programs; no record is cut there.
    const auto separators =
        importText("separators.jsonl", lineOf("one\xE2\x80\xA8two", "three\xC2\x85"
                                                                    "four\r\nfive\rsix") +
                                           good);
    ASSERT_TRUE(separators.ok());
    EXPECT_EQ(separators->rows, 2u);
    EXPECT_EQ(open(*separators)->read(0)->turns[0].text, "one\xE2\x80\xA8two");
    EXPECT_EQ(open(*separators)->read(0)->turns[1].text, "three\xC2\x85"
                                                         "four\r\nfive\rsix");

    std::string wide = "\xFF\xFE";
    std::string unmarked;
    for (const char c : good) {
        (wide += c) += '\0';
        (unmarked += '\0') += c;
    }
    for (const std::string& text : {wide, unmarked}) {
        const auto refused = importText("wide.json", text);
        ASSERT_FALSE(refused.ok());
        EXPECT_NE(refused.error().message.find("iconv -f UTF-16"), std::string::npos)
            << refused.error().message;
    }
    const auto workbook = importText("book.csv", "PK\x03\x04 and so on");
    EXPECT_NE(workbook.error().message.find("save the sheet as CSV"), std::string::npos);
    const auto latin = importText("latin.csv", "question,answer\nCaf\xE9?,Oui\nThe?,Yes\n");
    ASSERT_TRUE(latin.ok()) << latin.error().message;
    EXPECT_EQ(latin->rows, 1u);
    EXPECT_EQ(latin->quarantined, 1u);
}

TEST_F(HostileData, UnusualSizesAreRead)
{
    const std::string big(10 << 20, 'x'); // one turn of 10 MB, and a line of that many letters
    const auto turn = importText("turn.jsonl", lineOf(big, "A"));
    ASSERT_TRUE(turn.ok()) << turn.error().message;
    EXPECT_EQ(open(*turn)->read(0)->turns[0].text.size(), big.size());

    Json messages = Json::array();
    for (int i = 0; i < 10'000; ++i)
        messages.push_back({{"from", i % 2 == 0 ? "human" : "gpt"}, {"value", std::to_string(i)}});
    const auto turns =
        importText("turns.json", Json::array({{{"conversations", messages}}}).dump(1));
    ASSERT_TRUE(turns.ok()) << turns.error().message;
    EXPECT_EQ(turns->turns, 10'000u);
    EXPECT_EQ(open(*turns)->read(0)->turns[9'999].text, "9999");
}

TEST_F(HostileData, BrokenTablesLoseTheirBrokenRowsOnly)
{
    const auto table =
        importText("table.csv", "question,answer\n\"Q1\",\"A\n1\"\n\"Q2\"x,\"stray\"\nQ3\nQ4,"
                                "A4\nQ5,\"open\nQ6,A6\n\n,\nQ7,A7\n");
    ASSERT_TRUE(table.ok()) << table.error().message;
    const auto dataset = open(*table);
    std::vector<std::string> questions;
    for (std::uint64_t row = 0; row < dataset->size(); ++row)
        questions.push_back(dataset->read(row)->turns[0].text);
    EXPECT_EQ(questions, (std::vector<std::string>{"Q1", "Q4", "Q6", "Q7"}));
    EXPECT_EQ(dataset->read(0)->turns[1].text, "A\n1");
    std::vector<std::uint64_t> lines;
    const auto quarantine = dataset->quarantine(10);
    for (const QuarantinedRecord& record : *quarantine)
        lines.push_back(record.line);
    EXPECT_EQ(lines, (std::vector<std::uint64_t>{4, 5, 7, 10}));
    const auto twice = importText("twice.csv", "question,answer,question\na,b,c\n");
    ASSERT_FALSE(twice.ok());
}

} // namespace
} // namespace koala
