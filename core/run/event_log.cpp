#include "core/run/event_log.h"

#include "core/base/line_reader.h"
#include "core/base/time.h"

namespace koala {

fs::path eventLogFile(const fs::path& runDirectory)
{
    return runDirectory / "events.jsonl";
}

Result<std::unique_ptr<EventLogWriter>> EventLogWriter::open(const fs::path& runDirectory)
{
    const fs::path path = eventLogFile(runDirectory);
    KOALA_TRY(LineAppender file, LineAppender::open(path));
    std::int64_t nextSeq = 1;
    KOALA_TRY(LineReader reader, LineReader::open(path));
    for (Line line; reader.next(line);)
        if (const auto json = parseJson(line.text, "an event"); json.ok())
            nextSeq = std::max(nextSeq, integerOr(*json, "seq", 0) + 1);
    KOALA_RETURN_IF_ERROR(reader.status());
    return std::unique_ptr<EventLogWriter>(new EventLogWriter(std::move(file), nextSeq));
}

Status EventLogWriter::append(const EventBody& body)
{
    const std::lock_guard lock(m_mutex);
    KOALA_RETURN_IF_ERROR(m_file.append(toLine(toJson(Event{m_nextSeq, nowUtc(), body}))));
    ++m_nextSeq;
    return {};
}

Status EventLogWriter::sync()
{
    const std::lock_guard lock(m_mutex);
    return m_file.sync();
}

Result<std::vector<Event>> EventLogReader::poll(std::size_t limit)
{
    std::vector<Event> events;
    std::error_code code;
    const auto size = fs::file_size(m_path, code);
    if (code || size <= m_offset)
        return events;
    KOALA_TRY(LineReader reader, LineReader::open(m_path, m_offset));
    for (Line line; events.size() < limit && reader.next(line);) {
        if (!line.ended)
            break; // still being written
        const auto json = parseJson(line.text, "an event");
        auto event = json.ok() ? eventFromJson(*json, "an event") : Result<Event>(json.error());
        if (event.ok())
            events.push_back(std::move(event).value());
        else
            ++m_brokenLines;
        m_offset = reader.offset();
    }
    KOALA_RETURN_IF_ERROR(reader.status());
    return events;
}

} // namespace koala
