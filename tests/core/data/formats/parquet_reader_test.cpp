// tests/data/made/dialogues.made.parquet: 1,200 ShareGPT rows in three row groups, written by
// pyarrow 26.0.1 (zstd, a dictionary column, lists of structs, one null).
#include "core/data/formats/dataset_import.h"
#include "core/data/formats/parquet_reader.h"
#include "core/data/formats/record_reader.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

fs::path madeFile()
{
    return fs::path(KOALA_SOURCE_DIR) / "tests/data/made/dialogues.made.parquet";
}

TEST(ParquetReader, IsToldByItsFirstBytesWhateverTheBuild)
{
    const auto form = formOf(*readUnpackedHead(madeFile(), 64), madeFile());
    ASSERT_TRUE(form.ok());
    EXPECT_EQ(*form, FileForm::Parquet);
    EXPECT_EQ(openParquet(madeFile()).ok(), readsParquet());
}

#ifdef KOALA_TEST_PARQUET

TEST(ParquetReader, GivesEveryRowAsARecord)
{
    const auto folder = test::temporaryDirectory();
    ImportRequest request;
    request.datasetsDirectory = folder.path() / "datasets";
    request.files = {madeFile()};
    const auto manifest = importDataset(request);
    ASSERT_TRUE(manifest.ok()) << manifest.error().message;
    EXPECT_EQ(manifest->importer, "sharegpt");
    EXPECT_EQ(manifest->rows, 1200u);
    EXPECT_EQ(manifest->quarantined, 0u);
    const auto dataset = Dataset::open(request.datasetsDirectory / manifest->slug);
    EXPECT_EQ((*dataset)->read(1199)->turns[0].text, "Question 1199, größer");
    EXPECT_EQ((*dataset)->read(700)->tags.at("model"), "made");

    const auto stream = openParquet(madeFile());
    ASSERT_TRUE(stream.ok());
    RawRecord raw;
    for (int i = 0; i < 4; ++i)
        ASSERT_TRUE((*stream)->next(raw));
    const Json fourth = *parseRecord(raw.text);
    EXPECT_EQ(fourth.at("score"), 3);
    EXPECT_EQ(fourth.at("good"), false);
    EXPECT_TRUE(fourth.at("ratio").is_null());
}

TEST(ParquetReader, DamagedFilesGiveAMessageAndNoCrash)
{
    const auto folder = test::temporaryDirectory();
    const std::string whole = *readFile(madeFile());
    const fs::path file = folder.path() / "damaged.parquet";
    for (const std::size_t length :
        {std::size_t(4), std::size_t(100), whole.size() / 2, whole.size() - 1}) {
        test::writeText(file, whole.substr(0, length));
        const auto stream = openRecordStream(file);
        ASSERT_FALSE(stream.ok()) << length;
        EXPECT_NE(stream.error().message.find("damaged.parquet"), std::string::npos);
    }
    for (std::size_t at = 10; at < whole.size(); at += whole.size() / 200) {
        std::string damaged = whole;
        damaged[at] = char(damaged[at] ^ 0x5A);
        test::writeText(file, damaged);
        const auto stream = openRecordStream(file);
        if (!stream.ok())
            continue;
        for (RawRecord raw; (*stream)->next(raw);)
            continue;
    }
}

#else

TEST(ParquetReader, ABuildWithoutArrowSaysSo)
{
    const auto stream = openRecordStream(madeFile());
    ASSERT_FALSE(stream.ok());
    EXPECT_NE(stream.error().message.find("this build"), std::string::npos);
    EXPECT_NE(stream.error().message.find("JSON Lines"), std::string::npos);
}

#endif

} // namespace
} // namespace koala
