// Files that break programs (reliability X2, X3, X5, X10): a string of a gibibyte, names that mean
// something to a shell, archives, and the oddities of real dialogues. What cannot be used is
// refused by name and costs nothing else; what can is kept letter for letter and counted.
#include <algorithm>

#include <fcntl.h>
#include <unistd.h>

#include <zlib.h>

#include "core/data/dataset_indexing.h"
#include "core/data/formats/dataset_import.h"
#include "core/data/row_query.h"
#include "tests/support/memory_directory.h"

namespace koala {
namespace {

class HostileFiles : public testing::Test {
protected:
    Result<DatasetManifest> import(const fs::path& file, const std::string& name = "")
    {
        ImportRequest request;
        request.datasetsDirectory = m_folder.path() / "datasets";
        request.files = {file};
        request.name = name;
        return importDataset(request);
    }
    std::shared_ptr<const Dataset> open(const DatasetManifest& manifest)
    {
        return *Dataset::open(m_folder.path() / "datasets" / manifest.slug);
    }
    static std::vector<std::string> naughtyStrings(const fs::path& shared)
    {
        const auto json = readJsonFile(shared / "data/naughty-strings/blns.json");
        return json->get<std::vector<std::string>>();
    }
    // The most memory this process has held since forgetPeak().
    static void forgetPeak() { std::ofstream("/proc/self/clear_refs") << "5"; }
    static std::uint64_t peakKibibytes()
    {
        std::ifstream status("/proc/self/status");
        for (std::string line; std::getline(status, line);)
            if (line.starts_with("VmHWM:"))
                return std::strtoull(line.c_str() + 6, nullptr, 10);
        return 0;
    }
    TemporaryDirectory m_folder = test::memoryDirectory();
};

const std::string kGood = "{\"question\":\"Q\",\"answer\":\"A\"}\n";

TEST_F(HostileFiles, AStringOfAGibibyteCostsItsRecordAndLittleMemory)
{
    const fs::path file = m_folder.path() / "huge.jsonl";
    test::writeText(file, kGood + "{\"question\":\"");
    const std::uint64_t end = fs::file_size(file) + (std::uint64_t(1) << 30);
    ASSERT_EQ(::truncate(file.c_str(), off_t(end)), 0); // a hole: zeros that take no room
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    const std::string rest = "\",\"answer\":\"A\"}\n" + kGood;
    ASSERT_EQ(::write(descriptor, rest.data(), rest.size()), ssize_t(rest.size()));
    ::close(descriptor);
    forgetPeak();
    const std::uint64_t before = peakKibibytes();
    const auto manifest = import(file);
    ASSERT_TRUE(manifest.ok()) << manifest.error().message;
    EXPECT_LT(peakKibibytes() - before, 400u << 10);
    EXPECT_EQ(manifest->rows, 2u);
    ASSERT_EQ(manifest->quarantined, 1u);
    const auto set = *open(*manifest)->quarantine(1);
    EXPECT_EQ(set[0].line, 2u);
    EXPECT_EQ(set[0].offset, kGood.size());
    EXPECT_NE(set[0].reason.find("64 MiB"), std::string::npos) << set[0].reason;
}

TEST_F(HostileFiles, AnyFileNameIsReadAndBecomesASafeFolder)
{
    KOALA_SHARED_OR_SKIP(shared);
    const fs::path sources = m_folder.path() / "sources";
    int imported = 0;
    for (const std::string& name : naughtyStrings(shared)) {
        if (name.empty() || name.size() > 200 || name.find('/') != name.npos ||
            name.find('\0') != name.npos)
            continue; // no name of a file
        const std::string whole = name + ".jsonl";
        test::writeText(sources / whole, kGood);
        const auto manifest = import(sources / whole);
        ASSERT_TRUE(manifest.ok()) << manifest.error().message;
        EXPECT_EQ(manifest->sources[0].path, whole);
        EXPECT_TRUE(isSafeName(manifest->slug)) << manifest->slug;
        ++imported;
    }
    EXPECT_GT(imported, 300);
    std::vector<std::string> here;
    for (const auto& entry : fs::directory_iterator(m_folder.path()))
        here.push_back(entry.path().filename().string());
    std::ranges::sort(here);
    EXPECT_EQ(here, (std::vector<std::string>{"datasets", "sources"})) << "nothing else is written";
}

TEST_F(HostileFiles, NaughtyStringsAreFoundByTheirLetters)
{
    KOALA_SHARED_OR_SKIP(shared);
    const std::vector<std::string> strings = naughtyStrings(shared);
    std::string lines;
    for (const std::string& string : strings)
        lines += toLine(Json{{"question", "Q " + string}, {"answer", "A"}}) + "\n";
    test::writeText(m_folder.path() / "naughty.jsonl", lines);
    const auto manifest = import(m_folder.path() / "naughty.jsonl");
    ASSERT_TRUE(manifest.ok()) << manifest.error().message;
    ASSERT_EQ(manifest->rows, strings.size());
    ASSERT_TRUE(indexDataset(m_folder.path() / "datasets" / manifest->slug).ok());
    const auto dataset = open(*manifest);
    for (std::uint32_t row = 0; row < strings.size(); ++row) {
        const std::string& string = strings[row];
        const auto byLetters = dataset->find({.regex = "\\QQ " + string + "\\E"});
        ASSERT_TRUE(byLetters.ok()) << string << ": " << byLetters.error().message;
        EXPECT_TRUE(std::ranges::binary_search(*byLetters, row)) << string;
        const auto byWords = dataset->find({.words = string});
        if (byWords.ok()) {
            EXPECT_TRUE(std::ranges::binary_search(*byWords, row)) << string;
        } else { // an open quote, or signs alone
            EXPECT_TRUE(string.find('"') != string.npos ||
                        byWords.error().message.find("names no word") != string.npos)
                << string << ": " << byWords.error().message;
        }
    }
}

std::string gzipped(const std::string& bytes, const fs::path& path)
{
    gzFile file = ::gzopen(path.c_str(), "wb");
    ::gzwrite(file, bytes.data(), unsigned(bytes.size()));
    ::gzclose(file);
    return *readFile(path);
}

TEST_F(HostileFiles, ArchivesAreNamedAndNothingIsUnpacked)
{
    std::string tar(10240, '\0');
    tar.replace(0, 17, "../../etc/passwd\0", 17);
    tar[156] = '2'; // a symbolic link
    tar.replace(257, 6, "ustar\0", 6);
    const std::string zip = std::string("PK\x03\x04\x14\0\0\0\0\0", 10) + std::string(16, '\0') +
                            std::string("\x0B\0\0\0", 4) + "../evil.txt";
    const fs::path packed = m_folder.path() / "packed";
    for (const auto& [name, bytes, kind] :
        {std::tuple("evil.tar", tar, "is a tar archive"), std::tuple("evil.zip", zip, "is a zip"),
            std::tuple("evil.tar.gz", gzipped(tar, packed), "is a tar archive"),
            std::tuple("evil.zip.gz", gzipped(zip, packed), "is a zip")}) {
        const fs::path file = m_folder.path() / name;
        test::writeText(file, bytes);
        const auto manifest = import(file);
        ASSERT_FALSE(manifest.ok()) << name;
        EXPECT_NE(manifest.error().message.find(kind), std::string::npos)
            << manifest.error().message;
        EXPECT_FALSE(fs::exists(m_folder.path() / "evil.txt"));
        std::error_code code;
        EXPECT_TRUE(fs::is_empty(m_folder.path() / "datasets", code) || code);
    }
}

TEST_F(HostileFiles, OdditiesOfRealDialoguesAreKeptAndCounted)
{
    const auto dialogue = [](const std::vector<std::pair<const char*, std::string>>& turns) {
        Json messages = Json::array();
        for (const auto& [from, value] : turns)
            messages.push_back({{"from", from}, {"value", value}});
        return Json{{"id", "x"}, {"conversations", messages}};
    };
    const std::string controls = "<s> </s> [INST] <|im_start|>system";
    const std::string prompt(18'598, 'p');
    const Json rows{dialogue({{"human", "Q"}, {"gpt", "2 / 2\n\nAnswer"}}),
        dialogue({{"human", "Q"}, {"gpt", "one<br>two"}}),
        dialogue({{"human", "Q"}, {"gpt", "<div class=\"markdown\"><p>A</p></div>"}}),
        dialogue({{"human", "Q"}, {"gpt", ""}, {"human", "Q2"}, {"gpt", "A2"}}),
        dialogue({{"human", "Q"}, {"gpt", "A"}, {"gpt", "and more"}}),
        dialogue({{"human", controls}, {"gpt", "A"}}), dialogue({{"human", prompt}, {"gpt", "A"}})};
    test::writeText(m_folder.path() / "odd.json", rows.dump());
    const auto manifest = import(m_folder.path() / "odd.json");
    ASSERT_TRUE(manifest.ok()) << manifest.error().message;
    EXPECT_EQ(manifest->importer, "sharegpt");
    EXPECT_EQ(manifest->sourceRows + manifest->quarantined, rows.size());
    EXPECT_EQ(manifest->oddities.at("page_counters"), 1u);
    EXPECT_EQ(manifest->oddities.at("markup"), 2u);
    EXPECT_EQ(manifest->oddities.at("control_strings"), 1u);
    EXPECT_GE(manifest->oddities.at("same_speaker_twice"), 1u);
    const auto dataset = open(*manifest);
    std::map<std::uint64_t, Conversation> byRow;
    for (std::uint64_t i = 0; i < dataset->size(); ++i)
        byRow.emplace(dataset->read(i)->row, *dataset->read(i));
    EXPECT_EQ(byRow.at(0).turns[1].text, "2 / 2\n\nAnswer");
    EXPECT_EQ(byRow.at(1).turns[1].text, "one<br>two");
    EXPECT_EQ(byRow.at(2).turns[1].text, "<div class=\"markdown\"><p>A</p></div>");
    EXPECT_EQ(byRow.at(5).turns[0].text, controls);
    EXPECT_EQ(byRow.at(6).turns[0].text, prompt);
    // The empty answer: kept out, and listed with its place.
    ASSERT_GE(manifest->droppedTurns + manifest->quarantined, 1u);
    const auto listed = *dataset->quarantine(10);
    EXPECT_TRUE(std::ranges::any_of(listed,
        [](const auto& record) { return record.reason.find("empty") != std::string::npos; }));
}

} // namespace
} // namespace koala
