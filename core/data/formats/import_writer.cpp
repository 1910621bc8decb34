#include "core/data/formats/import_writer.h"

#include <cerrno>
#include <condition_variable>
#include <deque>

#include <fcntl.h>
#include <unistd.h>

#include "core/base/sha256.h"
#include "core/data/conversation_line.h"
#include "core/data/dataset_index.h"

namespace koala {
namespace {

constexpr std::size_t kMostWaiting = 4;
constexpr std::size_t kWriteBytes = std::size_t(1) << 20;

// A file written front to back, or from a place on where an earlier process stopped.
class FileWriter {
public:
    static Result<FileWriter> open(const fs::path& path, std::uint64_t size)
    {
        FileWriter writer(path);
        writer.m_descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
        if (writer.m_descriptor < 0 || ::ftruncate(writer.m_descriptor, off_t(size)) != 0 ||
            ::lseek(writer.m_descriptor, off_t(size), SEEK_SET) < 0)
            return fileError("write", path, errno);
        writer.m_size = size;
        return writer;
    }
    FileWriter(FileWriter&& other) noexcept
        : m_path(std::move(other.m_path)), m_pending(std::move(other.m_pending)),
          m_descriptor(std::exchange(other.m_descriptor, -1)), m_size(other.m_size)
    {
    }
    ~FileWriter()
    {
        if (m_descriptor >= 0)
            ::close(m_descriptor);
    }
    Status write(std::string_view bytes)
    {
        m_pending += bytes;
        m_size += bytes.size();
        return m_pending.size() < kWriteBytes ? Status() : flush();
    }
    Status flush()
    {
        for (std::string_view left = m_pending; !left.empty();) {
            const ssize_t written = ::write(m_descriptor, left.data(), left.size());
            if (written < 0 && errno == EINTR)
                continue;
            if (written <= 0)
                return fileError("write", m_path, written < 0 ? errno : ENOSPC);
            left.remove_prefix(std::size_t(written));
        }
        m_pending.clear();
        return {};
    }
    // Lets the disk begin, so that little is left to wait for at the end.
    void startWriteback() const
    {
        (void)::sync_file_range(m_descriptor, 0, 0, SYNC_FILE_RANGE_WRITE);
    }
    // Waits for the disk piece by piece, for as long as nobody asks to stop: a sync of the whole
    // could take many seconds and cannot be ended.
    Status waitForWriteback(const std::stop_token& stop) const
    {
        constexpr std::uint64_t kPiece = std::uint64_t(8) << 20;
        for (std::uint64_t at = 0; at < m_size && !stop.stop_requested(); at += kPiece)
            if (::sync_file_range(m_descriptor, off64_t(at), off64_t(kPiece),
                    SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
                        SYNC_FILE_RANGE_WAIT_AFTER) != 0 &&
                (errno == EIO || errno == ENOSPC || errno == EDQUOT)) // no later sync tells again
                return fileError("write", m_path, errno);
        return {};
    }
    std::uint64_t size() const { return m_size; }

private:
    explicit FileWriter(fs::path path) : m_path(std::move(path)) {}
    fs::path m_path;
    std::string m_pending;
    int m_descriptor = -1;
    std::uint64_t m_size = 0;
};

// Feeds the first `bytes` of the file to `hash`; false when it is shorter or nobody waits any more.
Result<bool> hashPrefix(
    const fs::path& path, std::uint64_t bytes, Sha256& hash, const std::stop_token& stop)
{
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
        std::fopen(path.c_str(), "rbe"), std::fclose);
    if (file == nullptr)
        return fileError("read", path, errno);
    std::string chunk(kWriteBytes, '\0');
    while (bytes > 0) {
        if (stop.stop_requested())
            return false;
        const std::size_t got = std::fread(
            chunk.data(), 1, std::size_t(std::min<std::uint64_t>(bytes, chunk.size())), file.get());
        if (got == 0)
            return false;
        hash.update(std::string_view(chunk).substr(0, got));
        bytes -= got;
    }
    return true;
}

} // namespace

class ImportWriter::Worker {
public:
    Worker(fs::path staging, std::string slug, FileWriter rows, FileWriter quarantine,
        DatasetIndexWriter index, Sha256 hash)
        : m_staging(std::move(staging)), m_slug(std::move(slug)), m_rows(std::move(rows)),
          m_quarantine(std::move(quarantine)), m_index(std::move(index)), m_hash(std::move(hash)),
          m_thread([this](const std::stop_token& stop) { run(stop); })
    {
    }

    Status push(ImportBatch batch)
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return m_waiting.size() < kMostWaiting || !m_status.ok(); });
        if (!m_status.ok())
            return m_status;
        m_waiting.push_back(std::move(batch));
        m_changed.notify_all();
        return {};
    }

    Result<std::string> finish(const std::stop_token& stop)
    {
        {
            std::unique_lock lock(m_mutex);
            m_changed.wait(
                lock, [this] { return (m_waiting.empty() && !m_busy) || !m_status.ok(); });
        }
        m_thread.request_stop();
        m_thread.join();
        KOALA_RETURN_IF_ERROR(m_status);
        KOALA_RETURN_IF_ERROR(m_rows.flush());
        KOALA_RETURN_IF_ERROR(m_quarantine.flush());
        KOALA_RETURN_IF_ERROR(m_index.finish());
        KOALA_RETURN_IF_ERROR(m_rows.waitForWriteback(stop));
        return m_hash.finishHex();
    }

private:
    void run(const std::stop_token& stop)
    {
        std::unique_lock lock(m_mutex);
        while (m_changed.wait(lock, stop, [this] { return !m_waiting.empty(); })) {
            if (stop.stop_requested())
                return; // an import that was given up: what waits is not wanted any more
            ImportBatch batch = std::move(m_waiting.front());
            m_waiting.pop_front();
            m_busy = true;
            lock.unlock();
            Status status = write(batch);
            lock.lock();
            m_busy = false;
            if (!status.ok())
                m_status = std::move(status);
            m_changed.notify_all();
            if (!m_status.ok())
                return;
        }
    }

    Status write(ImportBatch& batch)
    {
        for (Conversation& conversation : batch.conversations)
            KOALA_RETURN_IF_ERROR(writeRow(conversation, batch.sourceSha256));
        KOALA_RETURN_IF_ERROR(m_quarantine.write(batch.quarantine));
        return batch.checkpoint ? save(*batch.checkpoint) : Status();
    }

    Status writeRow(Conversation& conversation, const std::string& sourceSha256)
    {
        conversation.uid = makeUid(sourceSha256, conversation.row, conversation.part);
        conversation.source = m_slug;
        if (conversation.pair &&
            (conversation.pair->id.empty() || conversation.pair->id.starts_with('#')))
            conversation.pair->id.insert(
                0, makeUid(sourceSha256, conversation.row, 0)); // "#2": one pair of several
        m_line.clear();
        appendLine(m_line, conversation);
        RowFacts facts = factsOf(conversation);
        facts.offset = m_rows.size();
        facts.length = std::uint32_t(m_line.size());
        m_line += '\n';
        m_hash.update(m_line);
        KOALA_RETURN_IF_ERROR(m_rows.write(m_line));
        return m_index.add(facts);
    }

    // A kill may fall anywhere in here: what the last checkpoint.json speaks of is there.
    Status save(ImportCheckpoint& checkpoint)
    {
        KOALA_RETURN_IF_ERROR(m_rows.flush());
        KOALA_RETURN_IF_ERROR(m_quarantine.flush());
        KOALA_RETURN_IF_ERROR(m_index.save());
        m_rows.startWriteback();
        checkpoint.rowsBytes = m_rows.size();
        checkpoint.rowsSha256 = m_hash.hexSoFar();
        checkpoint.quarantineBytes = m_quarantine.size();
        return writeJsonFile(m_staging / kCheckpointFile, toJson(checkpoint));
    }

    fs::path m_staging;
    std::string m_slug;
    FileWriter m_rows;
    FileWriter m_quarantine;
    DatasetIndexWriter m_index;
    Sha256 m_hash;
    std::string m_line;
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::deque<ImportBatch> m_waiting;
    bool m_busy = false;
    Status m_status;
    std::jthread m_thread; // the last member: stopped and joined before the others go
};

Result<ImportWriter> ImportWriter::open(const fs::path& staging,
    const std::optional<ImportCheckpoint>& checkpoint, std::string slug,
    const std::stop_token& stop)
{
    Sha256 hash;
    std::uint64_t rowsBytes = 0;
    std::uint64_t quarantineBytes = 0;
    std::uint64_t rows = 0;
    if (checkpoint) {
        KOALA_TRY(
            const bool there, hashPrefix(staging / kRowsFile, checkpoint->rowsBytes, hash, stop));
        std::error_code code;
        if (!there || hash.hexSoFar() != checkpoint->rowsSha256 ||
            fs::file_size(staging / "quarantine.jsonl", code) < checkpoint->quarantineBytes || code)
            return invalidInput(staging.string() + " does not hold what its checkpoint says");
        rowsBytes = checkpoint->rowsBytes;
        quarantineBytes = checkpoint->quarantineBytes;
        rows = checkpoint->manifest.rows;
    }
    KOALA_TRY(FileWriter rowsFile, FileWriter::open(staging / kRowsFile, rowsBytes));
    KOALA_TRY(
        FileWriter quarantine, FileWriter::open(staging / "quarantine.jsonl", quarantineBytes));
    KOALA_TRY(DatasetIndexWriter index, DatasetIndexWriter::resume(staging / kIndexFile, rows));
    return ImportWriter(std::make_unique<Worker>(staging, std::move(slug), std::move(rowsFile),
        std::move(quarantine), std::move(index), std::move(hash)));
}

ImportWriter::ImportWriter(std::unique_ptr<Worker> worker) : m_worker(std::move(worker)) {}
ImportWriter::ImportWriter(ImportWriter&&) noexcept = default;
ImportWriter::~ImportWriter() = default;

Status ImportWriter::push(ImportBatch batch)
{
    return m_worker->push(std::move(batch));
}

Result<std::string> ImportWriter::finish(const std::stop_token& stop)
{
    return m_worker->finish(stop);
}

} // namespace koala
