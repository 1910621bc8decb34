#include "core/data/formats/record_reader.h"

#include <zlib.h>

#include "tests/support/temporary.h"

namespace koala {
namespace {

struct Read {
    std::vector<std::string> good;
    std::vector<std::uint64_t> goodLines;
    std::vector<std::string> bad;
    std::vector<std::uint64_t> badLines;
};

Read readAll(RecordReader reader)
{
    Read read;
    for (RawRecord raw; reader.next(raw);) {
        const bool ok = raw.problem.empty() && parseRecord(raw.text).ok();
        (ok ? read.good : read.bad).emplace_back(raw.text);
        (ok ? read.goodLines : read.badLines).push_back(raw.line);
        if (!ok)
            reader.reject();
    }
    EXPECT_TRUE(reader.status().ok());
    return read;
}

Read readText(const std::string& text)
{
    return readAll(RecordReader(memorySource(text)));
}

TEST(RecordReader, ReadsArraysLinesAndValues)
{
    const std::vector<std::string> want{R"({"a":1})", R"({"a":"}],{\""})"};
    EXPECT_EQ(readText(R"([{"a":1},{"a":"}],{\""}])").good, want);
    EXPECT_EQ(
        readText("\xEF\xBB\xBF[\r\n  {\"a\":1} ,\r\n  {\"a\":\"}],{\\\"\"}\r\n]\r\n").good, want);
    const Read lines = readText("{\"a\":1}\n\n{\"a\":\"}],{\\\"\"}\r\n");
    EXPECT_EQ(lines.good, want);
    EXPECT_EQ(lines.goodLines, (std::vector<std::uint64_t>{1, 3}));
    EXPECT_EQ(readText("{\n \"a\":\n 1\n}\n{\"a\":2}").good.size(), 2u);
    EXPECT_TRUE(readText("").good.empty());
    EXPECT_TRUE(readText(" \n ").bad.empty());
}

TEST(RecordReader, OneBrokenElementCostsNoOther)
{
    const Read pretty =
        readText("[\n {\n  \"id\": 1\n },\n {\n  \"id\": \"open\n },\n {\n  \"id\": 3\n }\n]\n");
    EXPECT_EQ(pretty.good.size(), 2u);
    EXPECT_EQ(pretty.bad.size(), 1u);
    EXPECT_EQ(pretty.badLines, std::vector<std::uint64_t>{5});
    EXPECT_EQ(pretty.goodLines, (std::vector<std::uint64_t>{2, 8}));
    const Read compact =
        readText(R"([{"id":1,"x":[1]},{"id":2,"x":[1},{"id":3,"x":[2]},{"id":4}])");
    EXPECT_EQ(compact.good.size(), 3u);
    EXPECT_EQ(compact.bad.size(), 1u);
    const Read lines = readText("{\"id\":1}\n{\"id\":\n{\"id\":3}\n");
    EXPECT_EQ(lines.good.size(), 2u);
    EXPECT_EQ(lines.badLines, std::vector<std::uint64_t>{2});
    const Read cut = readText(R"([{"id":1},{"id":2},{"id":)");
    EXPECT_EQ(cut.good.size(), 2u);
    EXPECT_EQ(cut.bad.size(), 1u);
}

TEST(RecordReader, RefusesWhatTwoReadersWouldReadDifferently)
{
    EXPECT_FALSE(parseRecord(R"({"a":1,"a":2})").ok());
    EXPECT_FALSE(parseRecord("{\"a\":\"\xff\"}").ok());
    EXPECT_FALSE(parseRecord(std::string(500, '[') + std::string(500, ']')).ok());
    EXPECT_TRUE(parseRecord(R"([{"a":1},{"a":2}])").ok());
}

TEST(RecordReader, BigFilesComeInPieces)
{
    std::string text = "[";
    for (int i = 0; i < 3000; ++i)
        text += (i == 0 ? "" : ",\n") +
                ("{\"n\":" + std::to_string(i) + ",\"t\":\"" + std::string(1000, 'x') + "\"}");
    const Read read = readText(text + "]");
    EXPECT_EQ(read.good.size(), 3000u);
    EXPECT_EQ(read.goodLines.back(), 3000u);
}

TEST(RecordReader, GzipIsUnpackedOnTheWay)
{
    const auto folder = test::temporaryDirectory();
    const fs::path file = folder.path() / "x.json.gz";
    gzFile out = gzopen(file.c_str(), "wb");
    const std::string text = "[{\"a\":1},{\"a\":2}]";
    gzwrite(out, text.data(), unsigned(text.size()));
    gzclose(out);
    auto reader = RecordReader::open(file);
    ASSERT_TRUE(reader.ok());
    EXPECT_EQ(readAll(std::move(*reader)).good.size(), 2u);
    const std::string bytes = *readFile(file);
    test::writeText(file, std::string_view(bytes).substr(0, bytes.size() - 9));
    auto cut = RecordReader::open(file);
    ASSERT_TRUE(cut.ok());
    for (RawRecord raw; cut->next(raw);)
        continue;
    ASSERT_FALSE(cut->status().ok());
    EXPECT_NE(cut->status().error().message.find("cut short"), std::string::npos);
}

} // namespace
} // namespace koala
