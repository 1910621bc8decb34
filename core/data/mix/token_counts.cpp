#include "core/data/mix/token_counts.h"

#include <atomic>
#include <mutex>
#include <thread>

#include "core/base/sha256.h"
#include "core/data/mix/counts_file.h"
#include "core/data/row_reader.h"

namespace koala {
namespace {

constexpr std::uint64_t kRowsPerTask = 256;

fs::path countsFile(const fs::path& directory, const std::string& rowsSha256,
    const RecordRenderer& renderer, MarkerMode markers)
{
    const std::string key = sha256Hex(rowsSha256 + "\n" + renderer.key(markers));
    return directory / "counts" / (key.substr(0, 32) + ".bin");
}

// Counts made before that hold some of the rows wanted.
struct KnownCounts {
    std::shared_ptr<const RowTokens> counts;
    bool ofAllRows = false; // not of the view that the dataset is
    bool limited = false;   // by the limit that is asked for; else by none
};

std::vector<KnownCounts> readKnown(
    const Dataset& dataset, const RecordRenderer& renderer, MarkerMode markers)
{
    std::vector<KnownCounts> known;
    const auto add = [&](const DatasetManifest& rows, bool ofAllRows, bool limited) {
        RecordRenderer with = renderer;
        if (!limited) {
            with.maxTokens = kNoTokenLimit;
            with.tooLong = RecordRenderer().tooLong;
        }
        if (auto counts = readCounts(
                countsFile(dataset.directory(), rows.rowsSha256, with, markers), rows.rows))
            known.push_back({std::move(counts), ofAllRows, limited});
    };
    if (renderer.maxTokens < kNoTokenLimit)
        add(dataset.manifest(), false, false);
    const Result<DatasetManifest> all = readDatasetManifest(dataset.directory());
    if (all.ok() && all->rowsSha256 != dataset.manifest().rowsSha256) {
        add(*all, true, true);
        if (renderer.maxTokens < kNoTokenLimit)
            add(*all, true, false);
    }
    return known;
}

class Counting {
public:
    Counting(const Dataset& dataset, const RecordRenderer& renderer, MarkerMode markers,
        std::vector<KnownCounts> known, const std::function<void(std::uint64_t)>& progress,
        std::stop_token stop)
        : m_dataset(dataset), m_renderer(renderer), m_markers(markers), m_known(std::move(known)),
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
        if (takeKnown(row))
            return {};
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

    bool takeKnown(std::uint64_t row)
    {
        const bool edited = m_dataset.rows()[row].offset >= kEditedOffset;
        for (const KnownCounts& known : m_known) {
            if (known.ofAllRows && edited)
                continue;
            const std::uint64_t from = known.ofAllRows ? m_dataset.rowNumber(row) : row;
            if (!known.limited && known.counts->tokens[from] > m_renderer.maxTokens)
                continue;
            m_counts->tokens[row] = known.counts->tokens[from];
            m_counts->trained[row] = known.counts->trained[from];
            if (const auto parts = known.counts->parts.find(std::uint32_t(from));
                parts != known.counts->parts.end()) {
                const std::scoped_lock lock(m_mutex);
                m_counts->parts.emplace(std::uint32_t(row), parts->second);
            }
            return true;
        }
        return false;
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
    std::vector<KnownCounts> m_known;
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
    const fs::path file =
        countsFile(dataset.directory(), dataset.manifest().rowsSha256, renderer, markers);
    if (auto kept = readCounts(file, dataset.size()))
        return kept;
    auto counted = Counting(dataset, renderer, markers, readKnown(dataset, renderer, markers),
        progress, std::move(stop))
                       .run();
    if (!counted.ok())
        return std::move(counted).error().within("dataset " + dataset.manifest().slug);
    writeCounts(file, **counted);
    return counted;
}

} // namespace koala
