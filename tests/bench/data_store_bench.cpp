// The store of datasets against its figures: import, opening and browsing. Run by hand:
//   data_store_bench REAL.json[.gz] FOLDER [MODEL [MEGABYTES [ROWS]]]
// makes MEGABYTES (2048) of JSON Lines from the ShareGPT records of the real file with new ids,
// imports and indexes them in FOLDER, tokens of MODEL (ChatML; "-" for none) included, then ROWS
// (1,000,000) of single short exchanges of the same records, which are browsed. FOLDER is made, and
// removed at the end. Words are searched that the records hold: the most frequent one, one of a
// single record, and both kinds together.
#include <cstdio>
#include <fstream>
#include <map>
#include <set>

#include <fmt/format.h>
#include <sys/resource.h>

#include "core/base/sha256.h"
#include "core/base/utf8.h"
#include "core/data/dataset_indexing.h"
#include "core/data/formats/dataset_import.h"
#include "core/data/formats/record_reader.h"
#include "core/data/mix/whole_rows.h"

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

// The `conversations` of each record.
Result<std::vector<Json>> readReal(const fs::path& real)
{
    std::vector<Json> records;
    KOALA_TRY(RecordReader reader, RecordReader::open(real));
    for (RawRecord raw; reader.next(raw);)
        if (Result<Json> record = parseRecord(raw.text); record.ok() && record->contains("id"))
            records.push_back(memberOr(*record, "conversations"));
    KOALA_RETURN_IF_ERROR(reader.status());
    return records;
}

// The first bytes of neighbouring messages of two speakers.
std::vector<Json> shortExchanges(const std::vector<Json>& records)
{
    constexpr std::size_t kCharacters = 160;
    std::vector<Json> exchanges;
    for (const Json& record : records)
        for (std::size_t i = 0; i + 1 < record.size(); ++i)
            if (stringOr(record[i], "from", "") == "human" &&
                stringOr(record[i + 1], "from", "") == "gpt") {
                Json pair = Json::array();
                for (const std::size_t at : {i, i + 1})
                    pair.push_back({{"from", record[at]["from"]},
                        {"value", elided(stringOr(record[at], "value", ""), kCharacters)}});
                exchanges.push_back(std::move(pair));
            }
    return exchanges;
}

// Writes records again and again, under new ids, until there are enough bytes or rows.
Result<std::uint64_t> generate(
    const std::vector<Json>& records, const fs::path& out, std::uint64_t bytes, std::uint64_t rows)
{
    std::vector<std::string> lines;
    for (const Json& record : records)
        lines.push_back(toLine(record));
    std::ofstream file(out, std::ios::binary);
    std::uint64_t made = 0;
    for (std::uint64_t written = 0; written < bytes && made < rows; ++made) {
        const std::string line = fmt::format(
            "{{\"id\":\"bench_{}\",\"conversations\":{}}}\n", made, lines[made % lines.size()]);
        file << line;
        written += line.size();
    }
    file.close();
    if (!file)
        return ioError(out.string() + " cannot be written");
    return made;
}

struct SearchWords {
    std::string common; // in most records
    std::string often;  // in one of ten
    std::string rare;   // in one
};

SearchWords wordsOf(const std::vector<Json>& records)
{
    std::map<std::string, std::size_t> counts;
    for (const Json& record : records) {
        std::set<std::string> seen;
        for (const Json& message : record) {
            std::string word;
            for (const char c : stringOr(message, "value", "") + " ") {
                if (c >= 'a' && c <= 'z') {
                    word += c;
                    continue;
                }
                if (c == ' ' && word.size() >= 3)
                    seen.insert(word);
                word.clear();
            }
        }
        for (const std::string& word : seen)
            ++counts[word];
    }
    SearchWords words;
    const std::size_t tenth = records.size() / 10;
    const auto farFromTenth = [&](const std::string& word) {
        const std::size_t count = counts[word];
        return count > tenth ? count - tenth : tenth - count;
    };
    for (const auto& [word, count] : std::map(counts)) {
        if (words.common.empty() || count > counts[words.common])
            words.common = word;
        if (words.often.empty() || farFromTenth(word) < farFromTenth(words.often))
            words.often = word;
        if (count == 1 && word.size() > words.rare.size() && word.size() < 16)
            words.rare = word;
    }
    return words;
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

Status search(const Dataset& dataset, const std::string& name, const RowQuery& query)
{
    Status status;
    std::size_t found = 0;
    const double seconds = timed([&] {
        auto rows = dataset.find(query);
        status = rows.ok() ? Status() : Status(rows.error());
        found = rows.ok() ? rows->size() : 0;
    });
    KOALA_RETURN_IF_ERROR(status);
    if (found == 0)
        return internalError(name + " finds nothing, so its time says nothing");
    row(fmt::format("{} ({} rows)", name, found), seconds, "s",
        query.regex.empty() ? "<= 0.5 s" : "streamed");
    return {};
}

Status browse(const fs::path& directory, const SearchWords& words)
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
                 {.minTurns = 2, .minCharacters = 200, .sort = RowSort::Length}},
             {"word search: " + words.common, {.words = words.common}},
             {"word search: " + words.rare, {.words = words.rare}},
             {"word search: " + words.common + " " + words.often,
                 {.words = words.common + " " + words.often}},
             {"regular expression, all texts", {.regex = "(?i)\\b" + words.rare + "\\b"}}})
        KOALA_RETURN_IF_ERROR(search(*dataset, name, query));
    return {};
}

// Imports `file`, and gives its folder. Without `megabytes` nothing is asked of the speed.
Result<fs::path> importFile(const fs::path& folder, const fs::path& file, double megabytes)
{
    ImportRequest request;
    request.datasetsDirectory = folder / "datasets";
    request.files = {file};
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
        "conversations/s", megabytes > 0 ? ">= 15000" : "");
    row("import, per processor second of its two threads",
        double(manifest->rows) / (processorSeconds() - processorBefore), "conversations/s", "");
    if (megabytes > 0) {
        row("import", megabytes / seconds, "MB/s", "");
        row("peak memory until here", peakMiB(), "MiB", "<= 1024");
    }
    return request.datasetsDirectory / manifest->slug;
}

Status indexRows(
    const fs::path& folder, const fs::path& directory, const std::string& model, bool asked)
{
    KOALA_TRY(const DatasetManifest manifest, readDatasetManifest(directory));
    std::shared_ptr<const Tokenizer> tokenizer;
    if (model != "-") {
        KOALA_TRY(tokenizer, loadTokenizer(model));
    }
    Status status;
    const double processorBefore = processorSeconds();
    const double words = timed([&] { status = indexDataset(directory); });
    KOALA_RETURN_IF_ERROR(status);
    const double tokens = timed([&] {
        if (tokenizer == nullptr)
            return;
        WholeRowOptions options;
        options.projectDirectory = folder;
        options.dataset = manifest.slug;
        const auto counted = countWholeRows(tokenizer, options);
        status = counted.ok() ? Status() : Status(counted.error());
    });
    KOALA_RETURN_IF_ERROR(status);
    const double processor = processorSeconds() - processorBefore;
    const std::string what = tokenizer ? "words, tokens, languages" : "words, languages, no tokens";
    row("index: " + what, double(manifest.rows) / (words + tokens), "conversations/s",
        asked && tokenizer ? ">= 5000" : "");
    row("index, per processor second of its threads", double(manifest.rows) / processor,
        "conversations/s", "");
    return {};
}

Status run(const fs::path& real, const fs::path& folder, const std::string& model,
    std::uint64_t megabytes, std::uint64_t rows)
{
    KOALA_RETURN_IF_ERROR(createDirectories(folder));
    const fs::path file = folder / "bench.jsonl";
    KOALA_TRY(const std::vector<Json> records, readReal(real));
    KOALA_TRY(const std::uint64_t made, generate(records, file, megabytes << 20, ~0ull));
    std::printf("%llu conversations in %llu MB\n", static_cast<unsigned long long>(made),
        static_cast<unsigned long long>(megabytes));
    row("read and hash the file alone (SHA-256)",
        double(megabytes) / timed([&] { (void)sha256File(file); }), "MB/s", "the limit");
    KOALA_TRY(const fs::path large, importFile(folder, file, double(megabytes)));
    KOALA_RETURN_IF_ERROR(indexRows(folder, large, model, true));
    KOALA_RETURN_IF_ERROR(removeAll(large));
    const std::vector<Json> exchanges = shortExchanges(records);
    KOALA_TRY(const std::uint64_t brief, generate(exchanges, file, ~0ull, rows));
    std::printf("%llu short exchanges\n", static_cast<unsigned long long>(brief));
    KOALA_TRY(const fs::path directory, importFile(folder, file, 0));
    KOALA_RETURN_IF_ERROR(indexRows(folder, directory, model, false));
    return browse(directory, wordsOf(exchanges));
}

} // namespace
} // namespace koala

int main(int argc, char** argv)
{
    using namespace koala;
    if (argc < 3) {
        std::fputs(
            "usage: data_store_bench REAL.json[.gz] FOLDER [MODEL [MEGABYTES [ROWS]]]\n", stderr);
        return 2;
    }
    const fs::path folder = argv[2];
    const Status status = run(argv[1], folder, argc > 3 ? argv[3] : "-",
        argc > 4 ? std::stoull(argv[4]) : 2048, argc > 5 ? std::stoull(argv[5]) : 1'000'000);
    std::error_code code;
    fs::remove_all(folder / "datasets", code);
    fs::remove(folder / "bench.jsonl", code);
    fs::remove(folder, code);
    if (!status.ok())
        std::fprintf(stderr, "%s\n", status.error().message.c_str());
    return status.ok() ? 0 : 1;
}
