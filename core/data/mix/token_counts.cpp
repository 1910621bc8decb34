#include "core/data/mix/token_counts.h"

#include <atomic>
#include <cstring>
#include <mutex>
#include <thread>

#include "core/base/sha256.h"
#include "core/data/row_reader.h"

namespace koala {
namespace {

constexpr std::string_view kMagic = "KOALACT2";
constexpr std::uint64_t kRowsPerTask = 256;

// Magic, number of rows, all token counts, all trained counts; number of rows in parts, and of each
// its row, its number of parts and their counts; SHA-256 (hex) of what comes before.
std::string serialise(const RowTokens& counts)
{
    const std::uint64_t rows = counts.tokens.size();
    std::string bytes(kMagic);
    bytes.append(reinterpret_cast<const char*>(&rows), sizeof rows);
    for (const auto* column : {&counts.tokens, &counts.trained})
        bytes.append(
            reinterpret_cast<const char*>(column->data()), column->size() * sizeof(std::uint32_t));
    const auto append = [&](std::uint32_t value) {
        bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    };
    append(std::uint32_t(counts.parts.size()));
    for (const auto& [row, parts] : counts.parts) {
        append(row);
        append(std::uint32_t(parts.size()));
        for (const PartTokens& part : parts) {
            append(part.tokens);
            append(part.trained);
        }
    }
    return bytes + sha256Hex(bytes);
}

bool readParts(std::string_view bytes, RowTokens& counts)
{
    bool whole = true;
    const auto next = [&] {
        std::uint32_t value = 0;
        whole = whole && bytes.size() >= sizeof value;
        if (whole) {
            std::memcpy(&value, bytes.data(), sizeof value);
            bytes.remove_prefix(sizeof value);
        }
        return value;
    };
    const std::uint32_t rows = next();
    for (std::uint32_t i = 0; i < rows && whole; ++i) {
        const std::uint32_t row = next();
        const std::uint32_t parts = next();
        for (std::uint32_t p = 0; p < parts && whole; ++p) {
            PartTokens part;
            part.tokens = next();
            part.trained = next();
            counts.parts[row].push_back(part);
        }
    }
    return whole && bytes.empty();
}

std::shared_ptr<const RowTokens> readCounts(const fs::path& path, std::uint64_t rows)
{
    const Result<std::string> read = readFile(path);
    if (!read.ok())
        return nullptr;
    const std::string_view bytes = *read;
    const std::size_t columnBytes = std::size_t(rows) * sizeof(std::uint32_t);
    const std::size_t fixedBytes = kMagic.size() + sizeof rows + 2 * columnBytes + 4;
    if (bytes.size() < fixedBytes + 64)
        return nullptr;
    const std::size_t dataBytes = bytes.size() - 64;
    if (!bytes.starts_with(kMagic) ||
        std::memcmp(bytes.data() + kMagic.size(), &rows, sizeof rows) != 0 ||
        sha256Hex(bytes.substr(0, dataBytes)) != bytes.substr(dataBytes))
        return nullptr;
    auto counts = std::make_shared<RowTokens>();
    const char* data = bytes.data() + kMagic.size() + sizeof rows;
    for (auto* column : {&counts->tokens, &counts->trained}) {
        column->resize(std::size_t(rows));
        if (rows > 0)
            std::memcpy(column->data(), data, columnBytes);
        data += columnBytes;
    }
    return readParts(bytes.substr(fixedBytes - 4, dataBytes - fixedBytes + 4), *counts) ? counts
                                                                                        : nullptr;
}

fs::path countsFile(const Dataset& dataset, const RecordRenderer& renderer, MarkerMode markers)
{
    const std::string key = sha256Hex(dataset.manifest().rowsSha256 + "\n" + renderer.key(markers));
    return dataset.directory() / "counts" / (key.substr(0, 32) + ".bin");
}

class Counting {
public:
    // `whole` are the counts without a limit, or none.
    Counting(const Dataset& dataset, const RecordRenderer& renderer, MarkerMode markers,
        std::shared_ptr<const RowTokens> whole, const std::function<void(std::uint64_t)>& progress,
        std::stop_token stop)
        : m_dataset(dataset), m_renderer(renderer), m_markers(markers), m_whole(std::move(whole)),
          m_progress(progress), m_stop(std::move(stop)), m_counts(std::make_shared<RowTokens>())
    {
        m_counts->tokens.resize(dataset.size());
        m_counts->trained.resize(dataset.size());
    }

    Result<std::shared_ptr<const RowTokens>> run()
    {
        const unsigned threads = m_dataset.size() < 2 * kRowsPerTask
                                     ? 1
                                     : std::clamp(std::thread::hardware_concurrency(), 1u, 8u);
        {
            std::vector<std::jthread> workers;
            for (unsigned i = 1; i < threads; ++i)
                workers.emplace_back([this] { work(); });
            work();
        }
        if (m_error)
            return *m_error;
        return std::shared_ptr<const RowTokens>(m_counts);
    }

private:
    void work()
    {
        RowTexts texts;
        RowReader reader(m_dataset);
        while (!m_failed) {
            const std::uint64_t begin = m_next.fetch_add(kRowsPerTask);
            if (begin >= m_dataset.size())
                return;
            const std::uint64_t end =
                std::min<std::uint64_t>(begin + kRowsPerTask, m_dataset.size());
            if (m_stop.stop_requested())
                return failWith(cancelled("counting tokens was stopped"));
            for (std::uint64_t row = begin; row < end; ++row)
                if (const Status status = countRow(row, end, texts, reader); !status.ok())
                    return failWith(status.error());
            const std::uint64_t done = m_done += end - begin;
            if (m_progress)
                m_progress(done);
        }
    }

    Status countRow(std::uint64_t row, std::uint64_t end, RowTexts& texts, RowReader& reader)
    {
        if (m_whole && m_whole->tokens[row] <= m_renderer.maxTokens) { // nothing to leave out
            m_counts->tokens[row] = m_whole->tokens[row];
            m_counts->trained[row] = m_whole->trained[row];
            return {};
        }
        KOALA_TRY(const std::string_view line, reader.line(row, end));
        if (!texts.parse(line))
            return invalidInput(fmt::format("row {} is damaged; import its source again", row + 1));
        KOALA_TRY(const std::vector<Rendered> parts,
            m_renderer.renderParts(texts, m_dataset.rows()[row], m_markers));
        std::vector<PartTokens> counted;
        for (const Rendered& rendered : parts) {
            PartTokens part;
            part.tokens = std::uint32_t(rendered.tokens.size());
            for (const RenderedToken& token : rendered.tokens)
                part.trained += token.trained;
            m_counts->tokens[row] += part.tokens;
            m_counts->trained[row] += part.trained;
            counted.push_back(part);
        }
        if (counted.size() > 1) {
            const std::scoped_lock lock(m_mutex);
            m_counts->parts.emplace(std::uint32_t(row), std::move(counted));
        }
        return {};
    }

    void failWith(const Error& error)
    {
        const std::scoped_lock lock(m_mutex);
        if (!m_error)
            m_error = error;
        m_failed = true;
    }

    const Dataset& m_dataset;
    const RecordRenderer& m_renderer;
    MarkerMode m_markers;
    std::shared_ptr<const RowTokens> m_whole;
    const std::function<void(std::uint64_t)>& m_progress;
    std::stop_token m_stop;
    std::shared_ptr<RowTokens> m_counts;
    std::atomic<std::uint64_t> m_next{0};
    std::atomic<std::uint64_t> m_done{0};
    std::atomic<bool> m_failed{false};
    std::mutex m_mutex;
    std::optional<Error> m_error;
};

} // namespace

Result<std::shared_ptr<const RowTokens>> countTokens(const Dataset& dataset,
    const RecordRenderer& renderer, MarkerMode markers,
    const std::function<void(std::uint64_t rows)>& progress, std::stop_token stop)
{
    const fs::path file = countsFile(dataset, renderer, markers);
    if (auto kept = readCounts(file, dataset.size()))
        return kept;
    std::shared_ptr<const RowTokens> whole;
    if (renderer.maxTokens < kNoTokenLimit) {
        RecordRenderer unlimited = renderer;
        unlimited.maxTokens = kNoTokenLimit;
        unlimited.tooLong = RecordRenderer().tooLong;
        whole = readCounts(countsFile(dataset, unlimited, markers), dataset.size());
    }
    auto counted =
        Counting(dataset, renderer, markers, std::move(whole), progress, std::move(stop)).run();
    if (!counted.ok())
        return std::move(counted).error().within("dataset " + dataset.manifest().slug);
    // A folder that may not be written only costs counting again next time.
    if (createDirectories(file.parent_path()).ok())
        (void)writeFileAtomically(file, serialise(**counted));
    return counted;
}

} // namespace koala
