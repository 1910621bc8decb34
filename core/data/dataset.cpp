#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include "core/base/line_reader.h"
#include "core/data/dataset_index.h"

namespace koala {
namespace {

std::string asciiLower(std::string_view text)
{
    std::string lower(text);
    for (char& c : lower)
        c = c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
    return lower;
}

bool holds(const Conversation& conversation, const std::string& lowerNeedle)
{
    if (asciiLower(conversation.system).find(lowerNeedle) != std::string::npos)
        return true;
    for (const Turn& turn : conversation.turns)
        if (asciiLower(turn.text).find(lowerNeedle) != std::string::npos)
            return true;
    return false;
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
            "dataset {} has {} rows; there is no row {}", m_manifest.slug, m_rows.size(), row));
    const RowFacts& facts = m_rows[row];
    const bool edited = facts.offset >= kEditedOffset;
    const std::uint64_t offset = edited ? facts.offset - kEditedOffset : facts.offset;
    line.resize(facts.length);
    std::size_t got = 0;
    while (got < line.size()) {
        const ssize_t count = ::pread(edited ? m_editedDescriptor : m_descriptor, line.data() + got,
            line.size() - got, off_t(offset + got));
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
    const std::string what = fmt::format("dataset {} row {}", m_manifest.slug, row);
    KOALA_TRY(const Json json, parseJson(line, what));
    return conversationFromJson(json, what);
}

Result<std::vector<std::string>> Dataset::firstMessages(
    std::uint64_t begin, std::uint64_t count) const
{
    if (!m_isView)
        return loadFirstMessages(m_directory, begin, count);
    std::vector<std::string> messages;
    for (std::uint64_t row = begin; row < std::min(begin + count, size()); ++row) {
        KOALA_TRY(const Conversation conversation, read(row));
        messages.push_back(firstMessageOf(conversation));
    }
    return messages;
}

Result<std::vector<std::uint64_t>> Dataset::search(
    const std::string& needle, std::size_t limit, std::stop_token stop) const
{
    std::vector<std::uint64_t> found;
    const std::string lower = asciiLower(needle);
    // The line holds texts escaped: compare it with the needle escaped in the same way first.
    const std::string escaped = toLine(Json(lower));
    const std::string inside = escaped.substr(1, escaped.size() - 2);
    std::string line;
    for (std::uint64_t row = 0; found.size() < limit && row < size(); ++row) {
        if (stop.stop_requested())
            return cancelled("the search was stopped");
        KOALA_RETURN_IF_ERROR(readLine(row, line));
        if (asciiLower(line).find(inside) == std::string::npos)
            continue;
        const Json json = Json::parse(line, nullptr, false);
        const auto conversation = conversationFromJson(json, "row");
        if (conversation.ok() && holds(*conversation, lower))
            found.push_back(row);
    }
    return found;
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
