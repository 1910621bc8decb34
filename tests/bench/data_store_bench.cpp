// The store of datasets against its figures: import, opening and browsing. Run by hand:
//   data_store_bench REAL.json[.gz] FOLDER [MEGABYTES]
// makes MEGABYTES (2048) of JSON Lines from the ShareGPT records of the real file with new ids,
// imports them into FOLDER and browses the dataset; FOLDER is made, and removed at the end.
#include <cstdio>
#include <fstream>

#include <fmt/format.h>
#include <sys/resource.h>

#include "core/base/sha256.h"
#include "core/data/dataset_indexing.h"
#include "core/data/formats/dataset_import.h"
#include "core/data/formats/record_reader.h"

namespace koala {
namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point begin)
{
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Of all threads: on a machine that others use as well, this tells what the work costs.
double processorSeconds()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

double peakMiB()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return double(usage.ru_maxrss) / 1024;
}

void row(const std::string& work, double value, const std::string& unit, const std::string& bound)
{
    std::printf(
        "| %-52s | %10.3f %-16s | %-18s |\n", work.c_str(), value, unit.c_str(), bound.c_str());
    std::fflush(stdout);
}

Result<std::uint64_t> generate(const fs::path& real, const fs::path& out, std::uint64_t bytes)
{
    std::vector<std::string> records;
    KOALA_TRY(RecordReader reader, RecordReader::open(real));
    for (RawRecord raw; reader.next(raw);)
        if (Result<Json> record = parseRecord(raw.text); record.ok() && record->contains("id"))
            records.push_back(toLine(memberOr(*record, "conversations")));
    KOALA_RETURN_IF_ERROR(reader.status());
    std::ofstream file(out, std::ios::binary);
    std::uint64_t made = 0;
    for (std::uint64_t written = 0; written < bytes; ++made) {
        const std::string line = fmt::format(
            "{{\"id\":\"bench_{}\",\"conversations\":{}}}\n", made, records[made % records.size()]);
        file << line;
        written += line.size();
    }
    file.close();
    if (!file)
        return ioError(out.string() + " cannot be written");
    return made;
}

template <typename Work>
double timed(Work work)
{
    const auto begin = Clock::now();
    work();
    return secondsSince(begin);
}

Status showPage(const Dataset& dataset, std::uint64_t row)
{
    KOALA_RETURN_IF_ERROR(dataset.firstMessages(row, 50));
    return {};
}

Status browse(const fs::path& directory)
{
    std::shared_ptr<const Dataset> dataset;
    Status status;
    const double open = timed([&] {
        auto opened = Dataset::open(directory);
        if (!opened.ok()) {
            status = opened.error();
            return;
        }
        dataset = *opened;
        status = showPage(*dataset, 0);
    });
    KOALA_RETURN_IF_ERROR(status);
    row(fmt::format("open {} rows and show the first page", dataset->size()), open, "s",
        "<= 0.3 s");
    row("show the last page", timed([&] {
        status = showPage(*dataset, dataset->size() - std::min<std::uint64_t>(50, dataset->size()));
    }),
        "s", "<= 0.3 s");
    KOALA_RETURN_IF_ERROR(status);
    for (const auto& [name, query] : std::vector<std::pair<std::string, RowQuery>>{
             {"filter by turns and length, sorted",
                 {.minTurns = 4, .minCharacters = 2000, .sort = RowSort::Length}},
             {"word search: panda", {.words = "panda"}},
             {"regular expression, all texts", {.regex = "(?i)red\\s+pandas?"}}}) {
        std::size_t found = 0;
        const double seconds = timed([&] {
            auto rows = dataset->find(query);
            status = rows.ok() ? Status() : Status(rows.error());
            found = rows.ok() ? rows->size() : 0;
        });
        KOALA_RETURN_IF_ERROR(status);
        row(fmt::format("{} ({} rows)", name, found), seconds, "s",
            query.regex.empty() ? "<= 0.5 s" : "streamed");
    }
    return {};
}

Status run(const fs::path& real, const fs::path& folder, std::uint64_t megabytes)
{
    KOALA_RETURN_IF_ERROR(createDirectories(folder));
    ImportRequest request;
    request.datasetsDirectory = folder / "datasets";
    request.files = {folder / "bench.jsonl"};
    KOALA_TRY(const std::uint64_t records, generate(real, request.files[0], megabytes << 20));
    std::printf("%llu conversations in %llu MB\n", static_cast<unsigned long long>(records),
        static_cast<unsigned long long>(megabytes));
    row("read and hash the file alone (SHA-256)",
        double(megabytes) / timed([&] { (void)sha256File(request.files[0]); }), "MB/s",
        "the limit");
    std::optional<DatasetManifest> manifest;
    Status status;
    const double processorBefore = processorSeconds();
    const double seconds = timed([&] {
        auto imported = importDataset(request);
        status = imported.ok() ? Status() : Status(imported.error());
        if (imported.ok())
            manifest = *imported;
    });
    KOALA_RETURN_IF_ERROR(status);
    row("import: rows and offsets", double(manifest->sourceRows + manifest->quarantined) / seconds,
        "conversations/s", ">= 15000");
    row("import, per processor second of its two threads",
        double(manifest->rows) / (processorSeconds() - processorBefore), "conversations/s", "");
    row("import", double(megabytes) / seconds, "MB/s", "");
    row("peak memory until here", peakMiB(), "MiB", "<= 1024");
    const fs::path directory = request.datasetsDirectory / manifest->slug;
    const double processorIndexing = processorSeconds();
    const double indexing = timed([&] { status = indexDataset(directory); });
    KOALA_RETURN_IF_ERROR(status);
    row("index: words, language tags, flags", double(manifest->rows) / indexing, "conversations/s",
        ">= 5000");
    row("index, per processor second of its two threads",
        double(manifest->rows) / (processorSeconds() - processorIndexing), "conversations/s", "");
    return browse(directory);
}

} // namespace
} // namespace koala

int main(int argc, char** argv)
{
    using namespace koala;
    if (argc < 3) {
        std::fputs("usage: data_store_bench REAL.json[.gz] FOLDER [MEGABYTES]\n", stderr);
        return 2;
    }
    const fs::path folder = argv[2];
    const Status status = run(argv[1], folder, argc > 3 ? std::stoull(argv[3]) : 2048);
    std::error_code code;
    fs::remove_all(folder / "datasets", code);
    fs::remove(folder / "bench.jsonl", code);
    fs::remove(folder, code);
    if (!status.ok())
        std::fprintf(stderr, "%s\n", status.error().message.c_str());
    return status.ok() ? 0 : 1;
}
