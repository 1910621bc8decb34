#include "core/data/row_reader.h"

#include "core/data/formats/dataset_import.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

class RowReaderTest : public testing::Test {
protected:
    // Rows of 100 bytes up to far more than is read at once.
    void SetUp() override
    {
        std::string rows;
        for (std::size_t i = 0; i < kRows; ++i)
            rows += R"({"turns":[{"role":"user","text":")" + std::to_string(i) +
                    std::string(i % 17 == 0 ? 300'000 : i % 5 * 700, 'x') +
                    R"("},{"role":"assistant","text":"a"}]})" + "\n";
        ImportRequest request;
        request.datasetsDirectory = m_folder.path() / "datasets";
        request.files = {m_folder.path() / "rows.jsonl"};
        request.format = "koala";
        test::writeText(request.files[0], rows);
        const auto manifest = importDataset(request);
        ASSERT_TRUE(manifest.ok()) << manifest.error().message;
        m_directory = request.datasetsDirectory / manifest->slug;
    }
    static void expectTheSame(const Dataset& dataset, RowReader& reader, std::uint64_t row)
    {
        std::string alone;
        ASSERT_TRUE(dataset.readLine(row, alone).ok());
        const auto line = reader.line(row, dataset.size());
        ASSERT_TRUE(line.ok()) << line.error().message;
        EXPECT_EQ(*line, alone) << row;
    }
    static constexpr std::size_t kRows = 300;
    TemporaryDirectory m_folder = test::temporaryDirectory();
    fs::path m_directory;
};

TEST_F(RowReaderTest, GivesTheLinesThatAreReadAlone)
{
    const auto dataset = *Dataset::open(m_directory);
    RowReader reader(*dataset);
    for (std::uint64_t row = 0; row < kRows; ++row)
        expectTheSame(*dataset, reader, row);
    for (const std::uint64_t row : {299u, 3u, 4u, 2u, 34u, 0u, 298u})
        expectTheSame(*dataset, reader, row);
    EXPECT_FALSE(reader.line(kRows, kRows + 1).ok());
}

TEST_F(RowReaderTest, TakesRowsThatAViewLeavesOutOrEdits)
{
    DatasetView view;
    view.editedLines = m_folder.path() / "edited";
    const std::string edited = R"({"turns":[{"role":"user","text":"edited"}]})";
    test::writeText(view.editedLines, "....." + edited);
    view.edited.push_back({.row = 8, .offset = 5, .length = std::uint32_t(edited.size())});
    for (std::uint32_t row = 1; row < kRows; row += row % 3 == 1 ? 1 : 6)
        view.rows.push_back(row);
    const auto dataset = Dataset::openView(m_directory, view);
    ASSERT_TRUE(dataset.ok()) << dataset.error().message;
    RowReader reader(**dataset);
    bool sawEdited = false;
    for (std::uint64_t row = 0; row < (*dataset)->size(); ++row) {
        expectTheSame(**dataset, reader, row);
        sawEdited = sawEdited || reader.line(row, row + 1).value() == edited;
    }
    EXPECT_TRUE(sawEdited);
}

TEST_F(RowReaderTest, SaysWhenTheFileHasLostItsEnd)
{
    const auto dataset = *Dataset::open(m_directory);
    RowReader reader(*dataset);
    fs::resize_file(m_directory / "rows.jsonl", 1'000'000);
    EXPECT_TRUE(reader.line(0, kRows).ok());
    EXPECT_FALSE(reader.line(kRows - 1, kRows).ok());
    EXPECT_TRUE(reader.line(1, 2).ok()) << "what is there can still be read";
}

} // namespace
} // namespace koala
