// core/data/clean/cleaning_run.h: the passes over a dataset's rows that its steps need. Steps that
// judge rows one by one share a pass, and one that gathers may end it; rows are read and judged by
// several threads and what they say is taken in the order of the rows, so the result depends on
// nothing else. Private to core/data/clean.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>

#include "core/data/clean/cleaned_folder.h"
#include "core/data/clean/edited_lines.h"
#include "core/data/clean/step.h"
#include "core/data/row_reader.h"

namespace koala {

class CleaningRun final : public CleaningRows {
public:
    // `scratch` is a folder for edited lines.
    CleaningRun(const Dataset& dataset, const CleaningOptions& options, EditedLines edits);
    Status addStep(const CleaningStep& step, std::unique_ptr<Step> work);
    Status runSteps();
    // Hashes the effective rows and writes them to `folder`, if there is one.
    Status finish(CleanedFolderWriter* folder);
    CleaningReport& report() { return m_report; }

    bool isKept(std::uint64_t row) const override { return m_kept[row] != 0; }
    Result<Conversation> read(std::uint64_t row) const override;
    bool stopRequested() const override { return m_options.stop.stop_requested(); }
    std::stop_token stop() const override { return m_options.stop; }

private:
    struct Group { // the steps of one pass
        std::size_t begin = 0;
        std::size_t end = 0;                  // of those that judge row by row
        std::optional<std::size_t> gathering; // the one after them
        bool seesTaken = false;
    };
    struct Chunk { // what the steps of a pass say of some rows
        struct OfStep {
            std::vector<std::uint64_t> taken;
            std::vector<std::uint64_t> putBack;
            std::uint64_t edited = 0;
            std::uint64_t tagged = 0;
            std::vector<StepExample> examples;
        };
        std::vector<OfStep> steps;
        std::vector<std::pair<std::uint64_t, std::string>> lines; // of edited and tagged rows
        std::vector<std::uint64_t> tagged;
        std::vector<std::uint64_t> changed;
        std::uint64_t end = 0;
    };
    Status runGroup(const Group& group);
    void work(const Group& group);
    Result<Chunk> judgeChunk(
        const Group& group, RowReader& reader, std::uint64_t begin, std::uint64_t end);
    void judgeRow(const Group& group, std::uint64_t row, Conversation conversation, Chunk& chunk);
    Status commit(const Group& group, std::uint64_t index, Chunk chunk);
    Status commitOne(const Group& group, Chunk& chunk);
    Status decide(std::size_t step);
    void countGroup(const Group& group, std::uint64_t before);
    // As the steps before left it; valid until the next call with the same reader and line.
    Result<std::string_view> readLine(
        std::uint64_t row, std::uint64_t end, RowReader& reader, std::string& line) const;
    void tell(std::size_t step, std::uint64_t rows);

    const Dataset& m_dataset;
    const CleaningOptions& m_options;
    std::vector<std::unique_ptr<Step>> m_steps;
    CleaningReport m_report;
    std::vector<std::uint8_t> m_kept;
    std::vector<std::uint8_t> m_tagged;
    std::vector<std::uint8_t> m_changed;  // the texts
    std::vector<std::uint64_t> m_putBack; // by step
    EditedLines m_edits;

    std::mutex m_mutex; // of what follows, and of all above while threads work
    std::map<std::uint64_t, Chunk> m_waiting;
    std::uint64_t m_nextCommit = 0;
    std::optional<Error> m_error;
    std::atomic<bool> m_failed = false;
    std::atomic<std::uint64_t> m_nextChunk = 0;
    std::chrono::steady_clock::time_point m_told;
};

} // namespace koala
