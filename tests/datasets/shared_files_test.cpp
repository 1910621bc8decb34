// Every real file beside the checkout, held against datasets/shared-files.tsv: what kind it is told
// to be, and where its rows went. To write the table again after a decided change:
//   KOALA_WRITE_SHARED_FILES=1 build/dev/tests/test_datasets --gtest_filter='SharedFiles.*'
// and look at every line that changed.
#include <fstream>
#include <map>
#include <set>

#include "core/data/formats/dataset_import.h"
#include "core/data/formats/exporter.h"
#include "core/data/formats/import_preview.h"
#include "core/data/formats/record_reader.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

constexpr const char* kHeader =
    "file\tkind\tcolumns\trows_in\trows_kept\tconversations\tquarantined\tleft_out\tnote";

struct Entry {
    std::string kind;
    std::string columns;
    std::string counts; // rows_in rows_kept conversations quarantined left_out, with tabs
    std::string note;
};

fs::path tablePath()
{
    return fs::path(KOALA_SOURCE_DIR) / "datasets/shared-files.tsv";
}

std::vector<std::string> split(const std::string& line)
{
    std::vector<std::string> cells(1);
    for (const char c : line)
        if (c == '\t')
            cells.emplace_back();
        else
            cells.back() += c;
    return cells;
}

std::map<std::string, Entry> readTable()
{
    std::map<std::string, Entry> table;
    std::ifstream in(tablePath());
    for (std::string line; std::getline(in, line);) {
        const std::vector<std::string> cells = split(line);
        if (line.starts_with('#') || line == kHeader || cells.size() < 9)
            continue;
        table[cells[0]] = {cells[1], cells[2],
            fmt::format("{}", fmt::join(cells.begin() + 3, cells.begin() + 8, "\t")), cells[8]};
    }
    return table;
}

// An entry "folder/" stands for all files below it.
const Entry* entryOf(const std::map<std::string, Entry>& table, const std::string& file)
{
    if (const auto found = table.find(file); found != table.end())
        return &found->second;
    for (const auto& [name, entry] : table)
        if (name.ends_with('/') && file.starts_with(name))
            return &entry;
    return nullptr;
}

// The records that the README of the files states, by file.
std::map<std::string, std::string> statedRecords(const fs::path& readme)
{
    std::map<std::string, std::string> records;
    std::ifstream in(readme);
    std::string folder;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with('`') && line.ends_with("/`"))
            folder = line.substr(1, line.size() - 2);
        if (!line.starts_with("| `"))
            continue;
        const std::string name = line.substr(3, line.find('`', 3) - 3);
        const std::size_t second = line.find(" | ");
        const std::size_t third = line.find(" | ", second + 3);
        const std::size_t fourth = line.find(" | ", third + 3);
        std::string count = line.substr(third + 3, fourth - third - 3);
        std::erase(count, ',');
        if (!count.empty() && count.find_first_not_of("0123456789") == std::string::npos)
            records[folder + name] = count;
    }
    return records;
}

std::string kindOf(const fs::path& file)
{
    const auto detection = detectFile(file);
    if (!detection.ok())
        return "nothing";
    EXPECT_FALSE(detection->reason.empty()) << file;
    if (detection->importer != nullptr)
        return std::string(detection->importer->id);
    return detection->otherKind.empty() ? "nothing" : detection->otherKind;
}

class SharedFiles : public testing::Test {
protected:
    // rows_in rows_kept conversations quarantined left_out; every row is found again in the dataset
    // or in its quarantine.
    std::string importedCounts(const fs::path& file, const std::string& columns)
    {
        ImportRequest request;
        request.datasetsDirectory = m_folder.path() / "datasets";
        request.files = {file};
        request.columns = *ColumnMap::parse(columns);
        const auto manifest = importDataset(request);
        if (!manifest.ok())
            return manifest.error().message;
        const fs::path directory = request.datasetsDirectory / manifest->slug;
        const auto dataset = Dataset::open(directory);
        EXPECT_TRUE(dataset.ok()) << file;
        std::set<std::uint64_t> rows;
        for (std::uint64_t row = 0; row < (*dataset)->size(); ++row)
            rows.insert((*dataset)->read(row)->row);
        EXPECT_EQ(rows.size(), manifest->sourceRows) << file;
        EXPECT_EQ((*dataset)->size(), manifest->rows) << file;
        std::uint64_t whole = 0;
        std::uint64_t turns = 0;
        const auto quarantine = (*dataset)->quarantine(1 << 20);
        EXPECT_TRUE(quarantine.ok()) << file;
        for (const QuarantinedRecord& record : *quarantine) {
            EXPECT_FALSE(record.reason.empty());
            ++(record.turnOnly ? turns : whole);
        }
        EXPECT_EQ(whole, manifest->quarantined) << file;
        EXPECT_EQ(turns, manifest->droppedTurns) << file;
        return fmt::format(
            "{}\t{}\t{}\t{}\t{}", rows.size() + whole, rows.size(), manifest->rows, whole, turns);
    }
    TemporaryDirectory m_folder = test::temporaryDirectory();
};

TEST_F(SharedFiles, EachIsToldApartAndEveryRowIsAccountedFor)
{
    KOALA_SHARED_OR_SKIP(shared);
    const std::map<std::string, Entry> table = readTable();
    const auto stated = statedRecords(shared / "data/README.md");
    ASSERT_GT(stated.size(), 60u);
    std::vector<std::string> files;
    for (const auto& found : fs::recursive_directory_iterator(shared / "data"))
        if (found.is_regular_file())
            files.push_back(fs::relative(found.path(), shared / "data").string());
    std::sort(files.begin(), files.end());
    std::string written;
    for (const std::string& file : files) {
        const Entry* entry = entryOf(table, file);
        const bool folder = entry != nullptr && !table.contains(file);
        const std::string columns = entry != nullptr ? entry->columns : "";
        const std::string kind = folder            ? "nothing"
                                 : columns.empty() ? kindOf(shared / "data" / file)
                                                   : "columns";
        const bool imported = findImporter(kind) != nullptr;
        const std::string counts =
            imported ? importedCounts(shared / "data" / file, columns) : "\t\t\t\t";
        if (!folder)
            written += fmt::format("{}\t{}\t{}\t{}\t{}\n", file, kind, columns, counts,
                entry != nullptr ? entry->note : "");
        if (std::getenv("KOALA_WRITE_SHARED_FILES") != nullptr)
            continue;
        ASSERT_NE(entry, nullptr) << file << " is not in " << tablePath();
        EXPECT_EQ(kind, entry->kind) << file;
        EXPECT_EQ(counts, entry->counts) << file;
        if (const auto count = stated.find(file); imported && count != stated.end()) {
            EXPECT_EQ(split(counts)[0], count->second) << file << ", as its README states";
        }
    }
    if (std::getenv("KOALA_WRITE_SHARED_FILES") != nullptr)
        test::writeText(tablePath(), std::string(kHeader) + "\n" + written); // less its head
    for (const auto& [name, entry] : table) {
        EXPECT_TRUE(fs::exists(shared / "data" / name)) << name << " is not there any more";
    }
}

TEST_F(SharedFiles, TheOdditiesThatTheirReadmeCountsAreListedOrCounted)
{
    KOALA_SHARED_OR_SKIP(shared);
    const fs::path file = shared / "data/sharegpt/sharegpt_v3_sample.json.gz";
    ImportRequest request;
    request.datasetsDirectory = m_folder.path() / "datasets";
    request.files = {file};
    const auto manifest = importDataset(request);
    ASSERT_TRUE(manifest.ok());
    const auto dataset = Dataset::open(request.datasetsDirectory / manifest->slug);
    const auto quarantine = (*dataset)->quarantine(1000);
    std::map<std::uint64_t, std::string> reasons; // by line
    for (const QuarantinedRecord& record : *quarantine)
        reasons[record.line] += record.reason + "\n";

    int beginWithAnswer = 0;
    int empty = 0;
    const auto stream = openRecordStream(file);
    for (RawRecord raw; (*stream)->next(raw);) {
        const Json record = *parseRecord(raw.text);
        const Json& messages = record.at("conversations");
        for (std::size_t i = 0; i < messages.size(); ++i) {
            const bool first = i == 0 && messages[i].at("from") == "gpt";
            const bool blank = messages[i].at("value") == "";
            beginWithAnswer += first;
            empty += blank;
            if (!first && !blank)
                continue;
            EXPECT_TRUE(reasons[raw.line].find(fmt::format("message {}", i)) != std::string::npos ||
                        reasons[raw.line].find("no answer") != std::string::npos)
                << "line " << raw.line << ": " << reasons[raw.line];
        }
    }
    EXPECT_EQ(beginWithAnswer, 239);
    EXPECT_EQ(empty, 4);
    EXPECT_EQ(manifest->oddities.at("share_prompt"), 25u);
    EXPECT_EQ(manifest->oddities.at("copy_code"), 1u);
    EXPECT_EQ(manifest->oddities.at("control_characters"), 1u);
    EXPECT_EQ(manifest->oddities.at("replacement_characters"), 1u);

    request.files = {shared / "data/alpaca/alpaca_data.json.gz"};
    EXPECT_EQ(importDataset(request)->oddities.at("control_characters"), 2u);
    request.files = {shared / "data/hh_rlhf/dolly_hhrlhf_train_small.jsonl"};
    EXPECT_EQ(importDataset(request)->oddities.at("alpaca_template"), 1000u);
}

// What every form must bring back: who says what, and the system message.
Json textsOf(const Conversation& conversation)
{
    Json texts = Json::array({conversation.system});
    for (const Turn& turn : conversation.turns)
        texts.push_back({roleName(turn.role), turn.text});
    return texts;
}

// The first records of a file as a file: a hundred say as much of a form as ten thousand.
fs::path beginningOf(const fs::path& file, const fs::path& folder)
{
    const auto stream = openRecordStream(file);
    EXPECT_TRUE(stream.ok()) << file;
    const std::vector<Json> records = sampleRecords(**stream, 100, 1 << 22);
    EXPECT_FALSE(records.empty()) << file;
    const fs::path beginning = folder / "beginning.json";
    test::writeText(beginning, Json(records).dump());
    return beginning;
}

TEST_F(SharedFiles, WhatIsExportedComesBack)
{
    KOALA_SHARED_OR_SKIP(shared);
    const std::map<std::string, std::string> importerOf{{"rows", "koala"},
        {"koala-jsonl", "koala-jsonl"}, {"sharegpt", "sharegpt"}, {"alpaca", "alpaca"},
        {"messages", "chat"}};
    ASSERT_EQ(importerOf.size(), exporters().size());
    std::map<std::string, std::uint64_t> written;
    for (const auto& [file, entry] : readTable()) {
        if (findImporter(entry.kind) == nullptr)
            continue;
        ImportRequest request;
        request.datasetsDirectory = m_folder.path() / "datasets";
        request.files = {beginningOf(shared / "data" / file, m_folder.path())};
        request.columns = *ColumnMap::parse(entry.columns);
        const auto manifest = importDataset(request);
        ASSERT_TRUE(manifest.ok()) << file << ": " << manifest.error().message;
        const auto dataset = Dataset::open(request.datasetsDirectory / manifest->slug);
        for (const auto& [format, importer] : importerOf) {
            const fs::path out = m_folder.path() / ("out." + format);
            const auto outcome = exportDataset(**dataset, format, out);
            ASSERT_TRUE(outcome.ok()) << file << " " << format;
            written[format] += outcome->rows;
            EXPECT_EQ(outcome->rows + outcome->leftOut, (*dataset)->size());
            EXPECT_EQ(outcome->reason.empty(), outcome->leftOut == 0);
            if (outcome->rows == 0)
                continue;
            EXPECT_EQ(kindOf(out), importer) << file << ": its export is told to be another kind";
            const auto back = previewImport(out, "", {}, outcome->rows + 1);
            ASSERT_TRUE(back.ok()) << file << " " << format << ": " << back.error().message;
            EXPECT_EQ(back->conversations.size(), outcome->rows) << file << " " << format;
            EXPECT_THAT(back->problems, testing::IsEmpty()) << file << " " << format;
            std::uint64_t next = 0;
            for (std::uint64_t row = 0; row < (*dataset)->size(); ++row) {
                if (next >= back->conversations.size())
                    break;
                const Conversation before = *(*dataset)->read(row);
                const Conversation& after = back->conversations[next];
                const bool same = textsOf(before) == textsOf(after);
                next += same;
                if (same && format == "rows") {
                    EXPECT_EQ(toJson(before).at("feedback"), toJson(after).at("feedback"));
                    EXPECT_EQ(before.pair.has_value(), after.pair.has_value());
                    EXPECT_EQ(before.tags, after.tags);
                    EXPECT_EQ(before.meta, after.meta);
                }
                if (same && format == "koala-jsonl") {
                    const bool bad = before.pair ? before.pair->rank == PairRank::Rejected
                                                 : before.feedback == Feedback::Negative;
                    EXPECT_EQ(bad, after.feedback == Feedback::Negative);
                }
            }
            EXPECT_EQ(next, outcome->rows) << file << " " << format << ": some came back changed";
        }
    }
    for (const auto& [format, rows] : written)
        EXPECT_GT(rows, 1000u) << format;
}

} // namespace
} // namespace koala
