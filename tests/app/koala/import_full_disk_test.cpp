// An import on a disk that fills up (reliability D1): it names the disk and what it needs, nothing
// half-made stays, what was there before is untouched, and with more room it succeeds.
#include <random>

#include "tests/app/koala/import_process.h"
#include "tests/support/long_tests.h"
#include "tests/support/small_disk.h"

namespace koala {
namespace {

using test::Ended;
using test::ImportProcess;
using test::Kind;
using test::namesIn;

constexpr int kSizes = 10;

// Text that does not pack well, so that the disk fills up step by step with packed files too.
std::string letters(int i)
{
    std::mt19937 random{std::mt19937::result_type(i)};
    std::string text;
    for (int n = 0; n < 400; ++n)
        text += char('!' + 2 + random() % 50);
    std::erase(text, '\\');
    return text;
}
std::string longTask(int i, int)
{
    return fmt::format(
        "{{\"instruction\":\"{}\",\"input\":\"\",\"output\":\"{}\"}}\n", i, letters(i));
}
const Kind kLongTasks[] = {{"alpaca", longTask, false}, {"alpaca", longTask, true}};

class ImportOnAFullDisk : public testing::TestWithParam<Kind> {
protected:
    static std::map<std::string, std::string> contentsOf(const fs::path& folder)
    {
        std::map<std::string, std::string> contents;
        for (const std::string& name : namesIn(folder))
            contents[name] = readFile(folder / name).valueOr("");
        return contents;
    }
    static std::uint64_t bytesIn(const fs::path& folder)
    {
        std::uint64_t bytes = 0;
        for (const std::string& name : namesIn(folder))
            bytes += fs::file_size(folder / name);
        return bytes;
    }
    // The number before " MiB" that follows `words`.
    static double mebibytesAfter(const std::string& message, const std::string& words)
    {
        const std::size_t at = message.find(words);
        return at == message.npos ? -1 : std::atof(message.c_str() + at + words.size());
    }
    TemporaryDirectory m_folder = test::memoryDirectory();
};

TEST_P(ImportOnAFullDisk, SaysWhatItNeedsAndLeavesNothing)
{
    const fs::path file = m_folder.path() / "source.json";
    test::writeRecords(file, GetParam(), test::longTests() ? 200'000 : 25'000);
    const ImportProcess roomy(m_folder.path() / "roomy");
    ASSERT_EQ(roomy.import(file).status, 0);
    const auto whole = readDatasetManifest(roomy.made());
    ASSERT_TRUE(whole.ok());
    const std::uint64_t needed = bytesIn(roomy.made());

    const auto disk = test::SmallDisk::mount(m_folder.path() / "small", 64 << 20);
    if (!disk)
        GTEST_SKIP() << "a disk of its own cannot be mounted here (not root, and no user name "
                        "spaces): "
                     << errnoText(errno);
    const ImportProcess small(m_folder.path() / "small");
    const fs::path before = m_folder.path() / "before.json";
    test::writeRecords(before, GetParam(), 50);
    ASSERT_EQ(small.run({"data", "import", before.string()}).status, 0);
    const auto existing = contentsOf(small.datasets() / "before");
    const std::uint64_t used = disk->used();

    for (int i = 1; i <= kSizes; ++i) {
        SCOPED_TRACE(fmt::format("room for {} of {}", i, kSizes + 1));
        disk->resize(used + needed * std::uint64_t(i) / (kSizes + 1));
        const Ended ended = small.import(file);
        EXPECT_EQ(ended.status, 1) << ended.words;
        EXPECT_NE(ended.words.find("koala: cannot "), std::string::npos) << ended.words;
        EXPECT_NE(ended.words.find(errnoText(ENOSPC)), std::string::npos) << ended.words;
        EXPECT_NE(ended.words.find("The disk of " + small.datasets().string() + " has "),
            std::string::npos)
            << ended.words;
        const double told = mebibytesAfter(ended.words, "takes about ") * (1 << 20);
        // Guessed from what was read; at first of a packed file that is little.
        EXPECT_GT(told, double(needed) * (i <= 3 ? 0.4 : 0.7)) << ended.words;
        EXPECT_LT(told, double(needed) * 2) << ended.words;
        EXPECT_EQ(namesIn(small.datasets()), std::set<std::string>{"before"});
        EXPECT_EQ(contentsOf(small.datasets() / "before"), existing);
    }
    disk->resize(used + needed * 3 / 2 + (8 << 20));
    const Ended ended = small.import(file);
    EXPECT_EQ(ended.status, 0) << ended.words;
    const auto made = readDatasetManifest(small.made());
    ASSERT_TRUE(made.ok());
    EXPECT_EQ(made->rowsSha256, whole->rowsSha256);
}

INSTANTIATE_TEST_SUITE_P(Kinds, ImportOnAFullDisk, testing::ValuesIn(kLongTasks),
    [](const auto& kind) { return std::string(kind.param.packed ? "packed" : "plain"); });

} // namespace
} // namespace koala
