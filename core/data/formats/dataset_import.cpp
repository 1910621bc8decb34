#include "core/data/formats/dataset_import.h"

#include <cerrno>
#include <chrono>
#include <cstdio>

#include "core/base/sha256.h"
#include "core/base/time.h"
#include "core/base/utf8.h"
#include "core/data/formats/import_writer.h"
#include "core/data/formats/record_converter.h"

namespace koala {
namespace {

constexpr std::size_t kHeadCharacters = 200;

// An import that is killed does at most this many records again.
constexpr std::uint64_t kCheckpointRecords = 8192;
constexpr std::size_t kMostRejected = 65536; // with more, later checkpoints are not taken
constexpr std::size_t kBatchRecords = 256;
constexpr std::size_t kBatchBytes = std::size_t(4) << 20;

Error stopped()
{
    return cancelled("the import was cancelled; nothing was kept");
}

Result<std::string> hashFile(const fs::path& path, std::stop_token stop)
{
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
        std::fopen(path.c_str(), "rbe"), std::fclose);
    if (file == nullptr)
        return fileError("read", path, errno);
    Sha256 hash;
    std::string chunk(std::size_t(1) << 20, '\0');
    while (const std::size_t got = std::fread(chunk.data(), 1, chunk.size(), file.get())) {
        if (stop.stop_requested())
            return stopped();
        hash.update(std::string_view(chunk).substr(0, got));
    }
    if (std::ferror(file.get()))
        return fileError("read", path, errno);
    return hash.finishHex();
}

class Import {
public:
    Import(
        const ImportRequest& request, std::stop_token stop, const ImportProgressCallback& progress)
        : m_request(request), m_stop(std::move(stop)), m_callback(progress)
    {
    }

    Result<DatasetManifest> run()
    {
        KOALA_RETURN_IF_ERROR(prepare());
        Status status = write();
        if (!status.ok())
            return withRoom(std::move(status).error());
        report(true);
        return m_manifest;
    }

private:
    Status prepare()
    {
        if (m_request.files.empty())
            return invalidInput("no file was named to import");
        if (m_request.use != "training" && m_request.use != "evaluation")
            return invalidInput("a dataset is for \"training\" or \"evaluation\", not for \"" +
                                m_request.use + "\"");
        for (const fs::path& file : m_request.files) {
            std::error_code code;
            const std::uint64_t bytes = fs::file_size(file, code);
            if (!code)
                m_progress.totalBytes += bytes;
        }
        KOALA_RETURN_IF_ERROR(chooseImporter());
        m_converter.emplace(*m_importer, m_request.columns);
        KOALA_RETURN_IF_ERROR(createDirectories(m_request.datasetsDirectory));
        return chooseName();
    }

    Status chooseImporter()
    {
        const fs::path& first = m_request.files.front();
        KOALA_TRY(const Detection detection, detectFile(first));
        m_importer = !m_request.format.empty()   ? findImporter(m_request.format)
                     : m_request.columns.empty() ? detection.importer
                                                 : findImporter("columns");
        if (m_importer != nullptr)
            return {};
        if (m_request.format.empty() && !detection.otherKind.empty())
            return invalidInput(first.string() + " was not imported: " + detection.reason);
        if (m_request.format.empty())
            return invalidInput(
                "cannot tell what kind of data " + first.string() + " is: " + detection.reason);
        std::string known;
        for (const ImporterInfo& importer : importers())
            known += (known.empty() ? "" : ", ") + std::string(importer.id);
        return invalidInput("there is no format \"" + m_request.format + "\"; known are " + known);
    }

    Status chooseName()
    {
        fs::path stem = m_request.files.front().filename();
        while (stem.has_extension())
            stem = stem.stem();
        m_manifest.title = m_request.name.empty() ? stem.string() : m_request.name;
        const std::string base =
            m_request.slug.empty() ? slugify(m_manifest.title) : m_request.slug;
        m_manifest.slug = base;
        std::error_code code;
        for (int i = 2; fs::exists(m_request.datasetsDirectory / m_manifest.slug, code); ++i) {
            if (!m_request.name.empty() || !m_request.slug.empty())
                return invalidInput("there is already a dataset \"" + m_manifest.slug +
                                    "\"; choose another --name");
            m_manifest.slug = fmt::format("{}-{}", base, i);
        }
        return {};
    }

    Status write()
    {
        KOALA_TRY(ImportStaging staging,
            ImportStaging::open(m_request.datasetsDirectory,
                ImportIdentity::of(m_request, std::string(m_importer->id), m_manifest.slug)));
        KOALA_RETURN_IF_ERROR(openWriter(staging));
        const Status written = writeAll(staging.path());
        m_writer.reset(); // its files are closed before the folder moves or goes
        KOALA_RETURN_IF_ERROR(written);
        return staging.publish(m_request.datasetsDirectory / m_manifest.slug);
    }

    Status openWriter(ImportStaging& staging)
    {
        if (staging.checkpoint()) {
            Result<ImportWriter> writer =
                ImportWriter::open(staging.path(), staging.checkpoint(), m_manifest.slug);
            if (writer.ok()) {
                m_writer.emplace(std::move(*writer));
                goOnAt(*staging.checkpoint());
                return {};
            }
            KOALA_RETURN_IF_ERROR(staging.startOver());
        }
        KOALA_TRY(
            ImportWriter writer, ImportWriter::open(staging.path(), std::nullopt, m_manifest.slug));
        m_writer.emplace(std::move(writer));
        return {};
    }

    void goOnAt(const ImportCheckpoint& checkpoint)
    {
        m_manifest = checkpoint.manifest;
        m_firstReason = checkpoint.firstReason;
        m_resumed = checkpoint;
        m_progress.continuedAt = m_manifest.sourceRows + m_manifest.quarantined;
    }

    Status writeAll(const fs::path& staging)
    {
        m_manifest.importer = m_importer->id;
        m_manifest.licence = m_request.licence;
        m_manifest.terms = m_request.terms;
        if (!m_request.columns.empty())
            m_manifest.importerOptions["columns"] = m_request.columns.toJson();
        m_manifest.use = m_request.use;
        for (m_file = m_resumed ? m_resumed->file : 0; m_file < m_request.files.size(); ++m_file)
            KOALA_RETURN_IF_ERROR(readFileOf(m_request.files[m_file]));
        if (m_manifest.rows == 0)
            return invalidInput(
                fmt::format("{}: none of its {} records could be read as {}; the first reason: {}",
                    m_request.files.front().string(), m_manifest.quarantined, m_importer->title,
                    m_firstReason));
        KOALA_TRY(m_manifest.rowsSha256, m_writer->finish());
        KOALA_RETURN_IF_ERROR(writeJsonFile(
            staging / "steps.json", {{"version", 1}, {"steps", OrderedJson::array()},
                                        {"effective_sha256", m_manifest.rowsSha256}}));
        takeOverTerms();
        m_manifest.created = nowUtc();
        return writeJsonFile(staging / "manifest.json", toJson(m_manifest));
    }

    // What the data's own publication says, where nobody said otherwise.
    void takeOverTerms()
    {
        const PublishedSource* source =
            identifySource(m_request.published, m_manifest.sources.front().sha256, m_importer->id);
        if (source != nullptr && m_manifest.licence.empty())
            m_manifest.licence = source->licence;
        if (source != nullptr && m_manifest.terms.empty())
            m_manifest.terms = source->terms;
        if (source != nullptr && source->use == "evaluation")
            m_manifest.use = source->use;
        if (m_manifest.terms.empty())
            m_manifest.terms = m_importer->notice;
    }

    Status readFileOf(const fs::path& file)
    {
        const FileStamp stamp = stampOf(file);
        if (!m_resumed) {
            KOALA_TRY(const std::string sha256, hashFile(file, m_stop));
            m_manifest.sources.push_back({file.filename().string(), stamp.bytes, sha256});
        }
        m_rejected.clear();
        std::uint64_t row = 0;
        const Status status = readRecords(file, row);
        if (stampOf(file) != stamp)
            return ioError(fmt::format("{} was changed or removed while it was read (after record "
                                       "{}); nothing was kept. Import it when it is complete",
                file.string(), row));
        KOALA_RETURN_IF_ERROR(status);
        return pushBatch(row, false);
    }

    Status readRecords(const fs::path& file, std::uint64_t& row)
    {
        KOALA_TRY(const std::unique_ptr<RecordStream> reader, openRecordStream(file));
        KOALA_RETURN_IF_ERROR(skipDone(*reader, row));
        const std::string& sha256 = m_manifest.sources.back().sha256;
        for (RawRecord raw; reader->next(raw);) {
            if (m_stop.stop_requested())
                return stopped();
            KOALA_RETURN_IF_ERROR(addRecord(*reader, raw, sha256, row));
            ++row;
            m_progress.bytes = m_bytesBefore + reader->bytesRead();
            report(false);
            if (row % kCheckpointRecords == 0 || m_batch.conversations.size() >= kBatchRecords ||
                m_batch.bytes >= kBatchBytes)
                KOALA_RETURN_IF_ERROR(pushBatch(row, row % kCheckpointRecords == 0));
        }
        KOALA_RETURN_IF_ERROR(reader->status());
        m_bytesBefore += reader->bytesRead();
        return {};
    }

    // What a killed import had done of this file is cut into records once more, and no further.
    Status skipDone(RecordStream& reader, std::uint64_t& row)
    {
        if (!m_resumed)
            return {};
        m_rejected = m_resumed->rejected;
        auto rejected = m_rejected.begin();
        for (RawRecord raw; row < m_resumed->records; ++row) {
            if (m_stop.stop_requested())
                return stopped();
            if (!reader.next(raw))
                break;
            if (rejected != m_rejected.end() && *rejected == row) {
                reader.reject();
                ++rejected;
            }
        }
        m_resumed.reset();
        return reader.status();
    }

    Status addRecord(
        RecordStream& reader, const RawRecord& raw, const std::string& sha256, std::uint64_t row)
    {
        m_batch.sourceSha256 = sha256;
        m_batch.bytes += raw.text.size();
        ConvertedRow converted;
        bool isRecord = true;
        const Status status = m_converter->convert(raw, converted, isRecord);
        if (!status.ok()) {
            const std::string unclosed = reader.unclosed() ? "the record is not closed; " : "";
            quarantine(raw, unclosed + status.error().message, false);
            if (!isRecord) {
                m_rejected.push_back(row);
                reader.reject();
            }
            return {};
        }
        for (const auto& [name, number] : converted.oddities)
            m_manifest.oddities[name] += number;
        for (const std::string& dropped : converted.droppedTurns)
            quarantine(raw, dropped, true);
        ++m_manifest.sourceRows;
        for (std::uint32_t part = 0; part < converted.conversations.size(); ++part) {
            Conversation& conversation = converted.conversations[part];
            conversation.row = row;
            conversation.part = part;
            ++m_manifest.rows;
            m_manifest.turns += conversation.turns.size();
            m_batch.conversations.push_back(std::move(conversation));
        }
        return {};
    }

    Status pushBatch(std::uint64_t records, bool withCheckpoint)
    {
        if (withCheckpoint && m_rejected.size() <= kMostRejected)
            m_batch.checkpoint =
                ImportCheckpoint{m_manifest, m_file, records, m_rejected, 0, "", 0, m_firstReason};
        return m_writer->push(std::exchange(m_batch, {}));
    }

    void quarantine(const RawRecord& raw, const std::string& reason, bool turnOnly)
    {
        OrderedJson line{{"line", raw.line}, {"offset", raw.offset},
            {"reason", toValidUtf8(reason)},
            {"head",
                elided(toValidUtf8(raw.text.substr(0, kHeadCharacters * 4)), kHeadCharacters)}};
        if (turnOnly)
            line["dropped"] = "turn";
        if (m_request.files.size() > 1)
            line["source"] = m_manifest.sources.back().path;
        if (turnOnly)
            ++m_manifest.droppedTurns;
        else if (m_manifest.quarantined++ == 0)
            m_firstReason = fmt::format("line {}: {}", raw.line, reason);
        m_batch.quarantine += toLine(line) + "\n";
    }

    // A full disk is named, with what it has and what is needed.
    Error withRoom(Error error) const
    {
        const bool full = error.message.find(errnoText(ENOSPC)) != std::string::npos ||
                          error.message.find(errnoText(EDQUOT)) != std::string::npos;
        const auto space = diskSpace(m_request.datasetsDirectory);
        if (full && space.ok())
            error.message += fmt::format(". The disk of {} has {} MiB free; importing these files "
                                         "takes about {} MiB",
                m_request.datasetsDirectory.string(), space->freeBytes >> 20,
                (m_progress.totalBytes * 11 / 10 >> 20) + 1);
        return error;
    }

    void report(bool last)
    {
        if (!m_callback)
            return;
        const auto now = std::chrono::steady_clock::now();
        if (!last && now - m_reported < std::chrono::milliseconds(100))
            return;
        m_reported = now;
        m_progress.rows = m_manifest.rows;
        m_progress.quarantined = m_manifest.quarantined;
        if (last)
            m_progress.bytes = m_progress.totalBytes;
        m_callback(m_progress);
    }

    const ImportRequest& m_request;
    std::stop_token m_stop;
    const ImportProgressCallback& m_callback;
    const ImporterInfo* m_importer = nullptr;
    DatasetManifest m_manifest;
    std::optional<RecordConverter> m_converter;
    std::optional<ImportWriter> m_writer;
    std::optional<ImportCheckpoint> m_resumed; // until its file is reached
    ImportBatch m_batch;
    std::size_t m_file = 0;
    std::vector<std::uint64_t> m_rejected; // of this file
    std::string m_firstReason;
    ImportProgress m_progress;
    std::uint64_t m_bytesBefore = 0;
    std::chrono::steady_clock::time_point m_reported{};
};

} // namespace

Result<DatasetManifest> importDataset(
    const ImportRequest& request, std::stop_token stop, const ImportProgressCallback& progress)
{
    return Import(request, std::move(stop), progress).run();
}

} // namespace koala
