#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include "core/base/line_reader.h"
#include "core/base/utf8.h"
#include "core/data/conversation_line.h"
#include "core/data/dataset_index.h"
#include "core/data/index_tables.h"
#include "core/data/row_texts.h"
#include "core/data/row_traits.h"

namespace koala {
namespace {

// What a list shows of a message is its beginning.
std::string firstMessageOf(const RowTexts& texts)
{
    for (const RowText& turn : texts.turns()) {
        if (turn.role != Role::User)
            continue;
        std::string line = elided(turn.text.substr(0, 2000), 200);
        for (char& c : line)
            if (static_cast<unsigned char>(c) < 0x20)
                c = ' ';
        return toValidUtf8(line);
    }
    return {};
}

} // namespace

Result<std::shared_ptr<const Dataset>> Dataset::open(const fs::path& directory)
{
    KOALA_TRY(DatasetManifest manifest, readDatasetManifest(directory));
    const fs::path rows = directory / kRowsFile;
    const int descriptor = ::open(rows.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return fileError("read", rows, errno);
    std::shared_ptr<Dataset> dataset(new Dataset());
    dataset->m_descriptor = descriptor;
    dataset->m_directory = directory;
    dataset->m_manifest = std::move(manifest);
    KOALA_TRY(dataset->m_rows, loadDatasetIndex(directory, dataset->m_manifest));
    KOALA_RETURN_IF_ERROR(dataset->loadTraits());
    return std::shared_ptr<const Dataset>(std::move(dataset));
}

Dataset::~Dataset()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
    if (m_editedDescriptor >= 0)
        ::close(m_editedDescriptor);
}

Status Dataset::readLine(std::uint64_t row, std::string& line) const
{
    if (row >= m_rows.size())
        return invalidInput(fmt::format(
            "dataset {} has {} rows; there is no row {}", m_manifest.slug, m_rows.size(), row + 1));
    const RowFacts& facts = m_rows[row];
    const bool edited = facts.offset >= kEditedOffset;
    line.resize(facts.length);
    return readAt(edited, edited ? facts.offset - kEditedOffset : facts.offset, line);
}

Status Dataset::readRows(std::uint64_t offset, std::string& bytes) const
{
    return readAt(false, offset, bytes);
}

Status Dataset::readAt(bool edited, std::uint64_t offset, std::string& bytes) const
{
    std::size_t got = 0;
    while (got < bytes.size()) {
        const ssize_t count = ::pread(edited ? m_editedDescriptor : m_descriptor,
            bytes.data() + got, bytes.size() - got, off_t(offset + got));
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return fileError("read", edited ? m_directory / "cleaned" : m_directory / kRowsFile,
                count < 0 ? errno : EIO);
        got += std::size_t(count);
    }
    return {};
}

Result<Conversation> Dataset::read(std::uint64_t row) const
{
    std::string line;
    KOALA_RETURN_IF_ERROR(readLine(row, line));
    return conversationFromLine(line, m_manifest.slug, row);
}

Result<std::vector<std::string>> Dataset::firstMessages(
    std::uint64_t begin, std::uint64_t count) const
{
    std::vector<std::string> messages;
    std::string line;
    RowTexts texts;
    const std::uint64_t end = std::min(begin + count, size());
    for (std::uint64_t row = begin; row < end; ++row) {
        KOALA_RETURN_IF_ERROR(readLine(row, line));
        messages.push_back(texts.parse(line) ? firstMessageOf(texts) : std::string());
    }
    return messages;
}

Status Dataset::loadTraits()
{
    KOALA_TRY(Database database, openIndex(m_directory / kIndexFile, DatabaseMode::ReadOnly));
    std::unordered_map<std::string, std::uint16_t> places{{"", 0}};
    const auto place = [&](std::string_view language) {
        const auto [known, fresh] =
            places.try_emplace(std::string(language), std::uint16_t(m_languages.size()));
        if (fresh)
            m_languages.emplace_back(language);
        return known->second;
    };
    bool sound = true;
    KOALA_RETURN_IF_ERROR(database.run([&](SQLite::Database& db) {
        SQLite::Statement query(db, "SELECT block, data FROM traits ORDER BY block");
        while (sound && query.executeStep()) {
            const SQLite::Column data = query.getColumn(1);
            sound = query.getColumn(0).getInt64() * std::int64_t(kBlockRows) ==
                        std::int64_t(m_traits.size()) &&
                    unpackTraits(
                        {static_cast<const char*>(data.getBlob()), std::size_t(data.getBytes())},
                        [&](std::string_view language, std::uint32_t flags) {
                            m_traits.push_back({flags, place(language)});
                        });
        }
    }));
    if (!sound || m_traits.size() > m_rows.size()) // then everything is read from the texts
        m_traits.clear();
    return {};
}

Result<RowTraits> Dataset::traits(std::uint64_t row) const
{
    if (row < m_traits.size())
        return RowTraits{m_languages[m_traits[row].language], m_traits[row].flags};
    std::string line;
    KOALA_RETURN_IF_ERROR(readLine(row, line));
    RowTexts texts;
    if (!texts.parse(line))
        return invalidInput(fmt::format("dataset {} row {} is damaged", m_manifest.slug, row + 1));
    return traitsOf(texts);
}

Result<std::vector<QuarantinedRecord>> Dataset::quarantine(std::size_t limit) const
{
    std::vector<QuarantinedRecord> records;
    KOALA_TRY(LineReader reader, LineReader::open(m_directory / "quarantine.jsonl"));
    for (Line line; records.size() < limit && reader.next(line);) {
        const Json json = Json::parse(line.text, nullptr, false);
        if (!json.is_object())
            continue;
        records.push_back({std::uint64_t(integerOr(json, "line", 0)),
            std::uint64_t(integerOr(json, "offset", 0)), stringOr(json, "reason", ""),
            stringOr(json, "head", ""), stringOr(json, "dropped", "") == "turn"});
    }
    return records;
}

} // namespace koala
