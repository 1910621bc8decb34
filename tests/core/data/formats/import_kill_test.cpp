// Imports that are killed (reliability K2): nothing half-made is ever seen, and the next import of
// the same files goes on and gives the very same rows.
#include <random>

#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <zlib.h>

#include "core/data/formats/dataset_import.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

constexpr int kRecords = 40'000;
constexpr std::uint64_t kMostRedone = 10'000;

std::string task(int i)
{
    return i % 997 == 5 ? "{\"instruction\": broken}\n"
                        : fmt::format("{{\"instruction\":\"Count to {}\",\"input\":\"\","
                                      "\"output\":\"one, two … {}\"}}\n",
                              i, i);
}

std::string dialogue(int i)
{
    return fmt::format(
        "{}{{\"id\":\"d{}\",\"conversations\":[{{\"from\":\"human\",\"value\":\"Q {}\"}},"
        "{{\"from\":\"gpt\",\"value\":\"A\"}}]}}{}",
        i == 0 ? "[" : "", i, i, i + 1 == kRecords ? "]\n" : ",\n");
}

std::string pair(int i)
{
    return fmt::format("{{\"chosen\":\"\\n\\nHuman: {}\\n\\nAssistant: a\","
                       "\"rejected\":\"\\n\\nHuman: {}\\n\\nAssistant: b\"}}\n",
        i, i);
}

void writeFile(const fs::path& path, std::string (*record)(int), bool packed)
{
    std::string text;
    for (int i = 0; i < kRecords; ++i)
        text += record(i);
    if (!packed)
        return test::writeText(path, text);
    gzFile file = ::gzopen(path.c_str(), "wb1");
    ASSERT_EQ(::gzwrite(file, text.data(), unsigned(text.size())), int(text.size()));
    ASSERT_EQ(::gzclose(file), Z_OK);
}

class KilledImport : public testing::Test {
protected:
    ImportRequest requestFor(const fs::path& file, const std::string& name)
    {
        ImportRequest request;
        request.datasetsDirectory = m_folder.path() / name;
        request.files = {file};
        request.name = "tasks";
        return request;
    }
    // Runs the import in a child which the kernel ends after so many microseconds of processor
    // time (SIGPROF, which nothing handles: as abrupt as SIGKILL, and at a moment that does not
    // hang on how busy the machine is). False when it was done before.
    static bool runAndKill(const ImportRequest& request, std::int64_t microseconds)
    {
        const pid_t child = ::fork();
        if (child == 0) {
            itimerval timer{};
            timer.it_value.tv_sec = microseconds / 1'000'000;
            timer.it_value.tv_usec = std::max<std::int64_t>(1, microseconds % 1'000'000);
            ::setitimer(ITIMER_PROF, &timer, nullptr);
            ::_exit(importDataset(request).ok() ? 0 : 1);
        }
        int status = 0;
        EXPECT_EQ(::waitpid(child, &status, 0), child);
        return WIFSIGNALED(status);
    }
    static std::int64_t processorMicroseconds()
    {
        rusage usage{};
        ::getrusage(RUSAGE_SELF, &usage);
        return std::int64_t(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1'000'000 +
               usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
    }
    // Rows that killed imports had written.
    static std::uint64_t rowsLeft(const fs::path& datasets)
    {
        std::uint64_t rows = 0;
        std::error_code code;
        for (const auto& entry : fs::directory_iterator(datasets, code))
            if (const auto text = readFile(entry.path() / "rows.jsonl"); text.ok())
                rows += std::uint64_t(std::ranges::count(*text, '\n'));
        return rows;
    }
    static std::size_t entriesOf(const fs::path& folder)
    {
        std::error_code code;
        return std::size_t(std::distance(fs::directory_iterator(folder, code), {}));
    }
    TemporaryDirectory m_folder = test::temporaryDirectory();
};

TEST_F(KilledImport, IsAbsentAndThenContinuedToTheSameRows)
{
    std::mt19937 random(42); // fixed: the same moments each time
    int kills = 0;
    int continued = 0;
    struct Kind {
        const char* format;
        std::string (*record)(int);
    };
    for (const auto& [format, record] :
        {Kind{"alpaca", task}, Kind{"sharegpt", dialogue}, Kind{"hh", pair}}) {
        for (const bool packed : {false, true}) {
            const std::string kind = fmt::format("{}{}", format, packed ? "-gz" : "");
            const fs::path file = m_folder.path() / (kind + ".json");
            writeFile(file, record, packed);
            const std::int64_t before = processorMicroseconds();
            const auto whole = importDataset(requestFor(file, kind + "-whole"));
            const std::int64_t cost = processorMicroseconds() - before;
            ASSERT_TRUE(whole.ok()) << whole.error().message;
            EXPECT_EQ(whole->importer, format);
            const ImportRequest request = requestFor(file, kind);
            const fs::path made = request.datasetsDirectory / "tasks";
            for (int attempt = 0; attempt < 6; ++attempt) {
                const bool killed = runAndKill(request, std::int64_t(random()) % (cost * 2 / 5));
                kills += killed;
                if (!fs::exists(made)) {
                    EXPECT_TRUE(killed);
                    continue;
                }
                const auto complete = readDatasetManifest(made); // killed after it had appeared
                ASSERT_TRUE(complete.ok());
                EXPECT_EQ(complete->rowsSha256, whole->rowsSha256);
                ASSERT_TRUE(removeAll(made).ok());
            }
            const std::uint64_t reached = rowsLeft(request.datasetsDirectory);
            std::uint64_t from = 0;
            const auto manifest = importDataset(
                request, {}, [&](const ImportProgress& progress) { from = progress.continuedAt; });
            ASSERT_TRUE(manifest.ok()) << kind << ": " << manifest.error().message;
            continued += from > 0;
            EXPECT_EQ(manifest->rowsSha256, whole->rowsSha256) << kind;
            EXPECT_EQ(manifest->quarantined, whole->quarantined) << kind;
            EXPECT_EQ(manifest->sourceRows, whole->sourceRows) << kind;
            const std::uint64_t partsARecord = whole->rows / whole->sourceRows;
            EXPECT_GE(from + kMostRedone, reached / partsARecord) << kind;
            EXPECT_EQ(entriesOf(request.datasetsDirectory), 1u) << "nothing temporary stays";
            const auto dataset = Dataset::open(request.datasetsDirectory / "tasks");
            ASSERT_TRUE(dataset.ok()) << dataset.error().message;
            EXPECT_EQ((*dataset)->size(), whole->rows);
            EXPECT_EQ(*readFile(request.datasetsDirectory / "tasks" / "quarantine.jsonl"),
                *readFile(m_folder.path() / (kind + "-whole") / "tasks" / "quarantine.jsonl"));
        }
    }
    EXPECT_GE(kills, 20);
    EXPECT_GE(continued, 2);
}

TEST_F(KilledImport, OfAFileThatChangedSinceBeginsAnew)
{
    const fs::path file = m_folder.path() / "tasks.jsonl";
    writeFile(file, task, false);
    const ImportRequest request = requestFor(file, "datasets");
    ASSERT_TRUE(runAndKill(request, 30'000));
    test::writeText(file, *readFile(file) + task(1));
    std::uint64_t from = 1;
    const auto manifest = importDataset(
        request, {}, [&](const ImportProgress& progress) { from = progress.continuedAt; });
    ASSERT_TRUE(manifest.ok()) << manifest.error().message;
    EXPECT_EQ(from, 0u);
    EXPECT_EQ(manifest->sourceRows + manifest->quarantined, std::uint64_t(kRecords) + 1);
    EXPECT_EQ(entriesOf(request.datasetsDirectory), 1u);
}

TEST_F(KilledImport, AFileThatChangesWhileItIsReadIsTold)
{
    const fs::path file = m_folder.path() / "tasks.jsonl";
    for (const bool vanishes : {false, true}) {
        writeFile(file, task, false);
        const ImportRequest request = requestFor(file, "datasets");
        bool done = false;
        const auto manifest = importDataset(request, {}, [&](const ImportProgress&) {
            if (std::exchange(done, true))
                return;
            if (vanishes)
                fs::remove(file);
            else
                test::writeText(file, task(1));
        });
        ASSERT_FALSE(manifest.ok());
        EXPECT_NE(
            manifest.error().message.find("tasks.jsonl was changed or removed"), std::string::npos)
            << manifest.error().message;
        EXPECT_EQ(entriesOf(request.datasetsDirectory), 0u);
    }
}

} // namespace
} // namespace koala
