#include "core/data/formats/dataset_import.h"

#include <cerrno>
#include <chrono>
#include <cstdio>

#include "core/base/sha256.h"
#include "core/base/time.h"
#include "core/base/utf8.h"
#include "core/data/conversation_line.h"
#include "core/data/dataset_index.h"
#include "core/data/formats/record_converter.h"

namespace koala {
namespace {

constexpr std::size_t kHeadCharacters = 200;

// A file written front to back; an error (a full disk) is kept and told at the end of each call.
class FileWriter {
public:
    static Result<FileWriter> create(const fs::path& path)
    {
        std::FILE* file = std::fopen(path.c_str(), "wbe");
        if (file == nullptr)
            return fileError("write", path, errno);
        std::setvbuf(file, nullptr, _IOFBF, std::size_t(1) << 20);
        return FileWriter(file, path);
    }
    Status write(std::string_view bytes)
    {
        if (std::fwrite(bytes.data(), 1, bytes.size(), m_file.get()) != bytes.size())
            return fileError("write", m_path, errno);
        m_size += bytes.size();
        return {};
    }
    Status close()
    {
        if (std::fflush(m_file.get()) != 0)
            return fileError("write", m_path, errno);
        m_file.reset();
        return {};
    }
    std::uint64_t size() const { return m_size; }

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    FileWriter(std::FILE* file, fs::path path) : m_file(file), m_path(std::move(path)) {}
    std::unique_ptr<std::FILE, Close> m_file;
    fs::path m_path;
    std::uint64_t m_size = 0;
};

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

// Folders of imports that were killed: nobody holds their lock any more.
void removeAbandoned(const fs::path& datasets)
{
    std::error_code code;
    for (const fs::directory_entry& entry : fs::directory_iterator(datasets, code)) {
        if (!entry.path().filename().string().starts_with(".import"))
            continue;
        const auto lock = FileLock::acquire(entry.path() / ".lock");
        if (lock.ok())
            (void)removeAll(entry.path());
    }
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
        KOALA_TRY(TemporaryDirectory staging,
            TemporaryDirectory::create(m_request.datasetsDirectory, ".import"));
        {
            KOALA_TRY(const FileLock lock, FileLock::acquire(staging.path() / ".lock"));
            KOALA_RETURN_IF_ERROR(writeAll(staging.path()));
            std::error_code code;
            fs::remove(staging.path() / ".lock", code);
            KOALA_RETURN_IF_ERROR(
                publishDirectory(staging.path(), m_request.datasetsDirectory / m_manifest.slug));
        }
        staging.release();
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
        KOALA_RETURN_IF_ERROR(createDirectories(m_request.datasetsDirectory));
        removeAbandoned(m_request.datasetsDirectory);
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
        const std::string base = slugify(m_manifest.title);
        m_manifest.slug = base;
        std::error_code code;
        for (int i = 2; fs::exists(m_request.datasetsDirectory / m_manifest.slug, code); ++i) {
            if (!m_request.name.empty())
                return invalidInput("there is already a dataset \"" + m_manifest.slug +
                                    "\"; choose another --name");
            m_manifest.slug = fmt::format("{}-{}", base, i);
        }
        return {};
    }

    Status writeAll(const fs::path& staging)
    {
        m_manifest.importer = m_importer->id;
        m_manifest.licence = m_request.licence;
        m_manifest.terms = m_request.terms;
        if (!m_request.columns.empty())
            m_manifest.importerOptions["columns"] = m_request.columns.toJson();
        m_manifest.use = m_request.use;
        KOALA_TRY(FileWriter rows, FileWriter::create(staging / kRowsFile));
        KOALA_TRY(FileWriter quarantine, FileWriter::create(staging / "quarantine.jsonl"));
        KOALA_TRY(DatasetIndexWriter index, DatasetIndexWriter::create(staging / kIndexFile));
        m_rows = &rows;
        m_quarantine = &quarantine;
        m_index = &index;
        for (const fs::path& file : m_request.files)
            KOALA_RETURN_IF_ERROR(readFileOf(file));
        if (m_manifest.rows == 0)
            return invalidInput(
                fmt::format("{}: none of its {} records could be read as {}; the first reason: {}",
                    m_request.files.front().string(), m_manifest.quarantined, m_importer->title,
                    m_firstReason));
        KOALA_RETURN_IF_ERROR(rows.close());
        KOALA_RETURN_IF_ERROR(quarantine.close());
        KOALA_RETURN_IF_ERROR(index.finish());
        m_manifest.rowsSha256 = m_hash.finishHex();
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
        KOALA_TRY(const std::string sha256, hashFile(file, m_stop));
        std::error_code code;
        m_manifest.sources.push_back({file.filename().string(), fs::file_size(file, code), sha256});
        KOALA_TRY(const std::unique_ptr<RecordStream> reader, openRecordStream(file));
        std::uint64_t row = 0;
        for (RawRecord raw; reader->next(raw); ++row) {
            if (m_stop.stop_requested())
                return stopped();
            KOALA_RETURN_IF_ERROR(addRecord(*reader, raw, sha256, row));
            m_progress.bytes = m_bytesBefore + reader->bytesRead();
            report(false);
        }
        KOALA_RETURN_IF_ERROR(reader->status());
        m_bytesBefore += reader->bytesRead();
        return {};
    }

    Status addRecord(
        RecordStream& reader, const RawRecord& raw, const std::string& sha256, std::uint64_t row)
    {
        ConvertedRow converted;
        bool isRecord = true;
        const Status status =
            RecordConverter(*m_importer, m_request.columns).convert(raw, converted, isRecord);
        if (!status.ok()) {
            std::string reason = status.error().message;
            if (reader.unclosed())
                reason = "the record is not closed; " + reason;
            KOALA_RETURN_IF_ERROR(quarantine(raw, reason, false));
            if (!isRecord)
                reader.reject();
            return {};
        }
        for (const auto& [name, number] : converted.oddities)
            m_manifest.oddities[name] += number;
        for (const std::string& dropped : converted.droppedTurns)
            KOALA_RETURN_IF_ERROR(quarantine(raw, dropped, true));
        ++m_manifest.sourceRows;
        for (std::uint32_t part = 0; part < converted.conversations.size(); ++part)
            KOALA_RETURN_IF_ERROR(write(converted.conversations[part], sha256, row, part));
        return {};
    }

    Status write(Conversation& conversation, const std::string& sha256, std::uint64_t row,
        std::uint32_t part)
    {
        conversation.uid = makeUid(sha256, row, part);
        conversation.source = m_manifest.slug;
        conversation.row = row;
        conversation.part = part;
        if (conversation.pair &&
            (conversation.pair->id.empty() || conversation.pair->id.starts_with('#')))
            conversation.pair->id.insert(0, makeUid(sha256, row, 0)); // "#2": one pair of several
        m_line.clear();
        appendLine(m_line, conversation);
        RowFacts facts = factsOf(conversation);
        facts.offset = m_rows->size();
        facts.length = std::uint32_t(m_line.size());
        m_line += '\n';
        m_hash.update(m_line);
        KOALA_RETURN_IF_ERROR(m_rows->write(m_line));
        KOALA_RETURN_IF_ERROR(m_index->add(facts));
        ++m_manifest.rows;
        m_manifest.turns += conversation.turns.size();
        return {};
    }

    Status quarantine(const RawRecord& raw, const std::string& reason, bool turnOnly)
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
        return m_quarantine->write(toLine(line) + "\n");
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
    Sha256 m_hash;
    FileWriter* m_rows = nullptr;
    FileWriter* m_quarantine = nullptr;
    DatasetIndexWriter* m_index = nullptr;
    std::string m_line;
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
