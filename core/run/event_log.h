// core/run/event_log.h: the append-only record of one run.
//
// <run>/events.jsonl holds one JSON object per line. One process writes it and only ever appends;
// anyone may read it at any moment, over ssh too. A last line without '\n' is still being written:
// readers leave it for the next poll. State is never stored apart, it is the fold of the events.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "core/base/files.h"
#include "core/run/events.h"

namespace koala {

fs::path eventLogFile(const fs::path& runDirectory);

// Thread-safe: the loop and its heartbeat write through one object.
class EventLogWriter {
public:
    // Opens for appending, cutting off a torn last line left by a crash; goes on counting `seq`.
    static Result<std::unique_ptr<EventLogWriter>> open(const fs::path& runDirectory);
    // Gives the event its number and time; returns once the line has reached the file.
    Status append(const EventBody& body);
    Status sync(); // to the disk: before and after a checkpoint, and at the end

private:
    EventLogWriter(LineAppender file, std::int64_t nextSeq)
        : m_file(std::move(file)), m_nextSeq(nextSeq)
    {
    }
    std::mutex m_mutex;
    LineAppender m_file;
    std::int64_t m_nextSeq;
};

// Reads what was added since the last poll. Not thread-safe; cheap when nothing is new.
class EventLogReader {
public:
    explicit EventLogReader(const fs::path& runDirectory) : m_path(eventLogFile(runDirectory)) {}
    // New whole events; none while the file does not exist yet. A broken line is left out and
    // counted. At most `limit` events a call, so that a long log does not hold its reader up.
    Result<std::vector<Event>> poll(std::size_t limit = 100000);
    std::uint64_t offset() const { return m_offset; }
    std::uint64_t brokenLines() const { return m_brokenLines; }

private:
    fs::path m_path;
    std::uint64_t m_offset = 0;
    std::uint64_t m_brokenLines = 0;
};

} // namespace koala
