// core/study/answer_set.h: what one model answered to a prompt set:
// answers/<prompt-set>/<answer-set>.jsonl of a project (contracts, section 6). Append-only: one
// process writes it (it holds <file>.lock meanwhile), anyone may read it at any moment. A last line
// without its end is still being written. Of several answers to one prompt and sample the last
// counts.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/json.h"

namespace koala {

struct AnswerModel {
    std::string name;
    std::string sha256;
    std::string adapterSha256; // "" without an adapter
    std::string endpoint;      // "" for an engine in the same process
};

struct AnswerSettings {
    double temperature = 0;
    double topP = 1;
    int topK = 0;
    int maxTokens = 0;
    std::uint64_t seed = 0;
    std::string templateName;
    std::string marker;
};

struct Answer {
    std::string promptId;
    int sample = 0;
    std::string text;
    std::string finishReason; // stop, length; answers that were cancelled or failed are not kept
    int tokens = 0;
    double seconds = 0;
    AnswerModel model;
    AnswerSettings settings;
    std::vector<std::int32_t> tokenIds;
};

OrderedJson toJson(const Answer& answer);
Result<Answer> answerFromJson(const Json& json, std::string_view what);

// Reads what has been added since the last call; for a set that grows while one looks at it.
class AnswerSetReader {
public:
    explicit AnswerSetReader(fs::path file) : m_file(std::move(file)) {}
    // Number of answers taken in. A file that is not there yet is an empty set. Bad lines are
    // counted.
    Result<std::size_t> poll();
    const Answer* find(std::string_view promptId, int sample = 0) const; // null if not answered
    std::size_t size() const { return m_answers.size(); }
    std::size_t badLines() const { return m_badLines; }
    const std::map<std::pair<std::string, int>, Answer, std::less<>>& answers() const
    {
        return m_answers;
    }
    const fs::path& file() const { return m_file; }

private:
    fs::path m_file;
    std::uint64_t m_offset = 0;
    std::size_t m_badLines = 0;
    std::map<std::pair<std::string, int>, Answer, std::less<>> m_answers;
};

// The only writer of one set.
class AnswerSetWriter {
public:
    // Makes folders as needed; Unavailable when another process is filling the same set.
    static Result<AnswerSetWriter> open(const fs::path& file);
    Status append(const Answer& answer); // durable when it returns

private:
    AnswerSetWriter(FileLock lock, LineAppender lines)
        : m_lock(std::move(lock)), m_lines(std::move(lines))
    {
    }
    FileLock m_lock;
    LineAppender m_lines;
};

// answers/<prompt-set>/<answer-set>.jsonl inside a project; the names must be safe.
Result<fs::path> answerSetFile(
    const fs::path& project, std::string_view promptSet, std::string_view answerSet);
// The answer sets of a prompt set, by name.
Result<std::vector<std::string>> listAnswerSets(
    const fs::path& project, std::string_view promptSet);

} // namespace koala
