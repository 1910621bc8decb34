// core/data/clean/cleaned_folder.h: datasets/<slug>/cleaned/, what the steps of a dataset leave:
// state.json (which rows and steps it is of), rows.bin, edited.bin, edited.jsonl, report.json, and
// files of steps. Private to core/data/clean.
#pragma once

#include <optional>
#include <string>

#include "core/data/clean/cleaning.h"

namespace koala {

// Everything that the result depends on, hashed: rows, enabled steps with all their options, the
// contents of the prompt sets that they name.
Result<std::string> cleaningKey(
    const DatasetManifest& manifest, const CleaningSteps& steps, const fs::path& project);

class CleanedFolderWriter {
public:
    // In `staging`, which exists.
    static Result<CleanedFolderWriter> create(const fs::path& staging);
    Status add(std::uint64_t row);
    Status addEdited(std::uint64_t row, const Conversation& conversation, std::string_view line);
    Status addFile(const std::string& name, const std::string& contents);
    // Replaces datasetDirectory/cleaned.
    Status publish(const fs::path& datasetDirectory, const std::string& key,
        const CleaningReport& report, fs::path stagingToMove);

private:
    explicit CleanedFolderWriter(fs::path staging) : m_staging(std::move(staging)) {}
    Status flush(bool all);
    fs::path m_staging;
    std::string m_rows;   // uint32 each
    std::string m_edited; // six uint64 each
    std::string m_lines;
    std::uint64_t m_linesBefore = 0; // bytes already written
};

// Nothing where it is missing, damaged or of another key.
std::optional<DatasetView> readCleanedView(
    const fs::path& datasetDirectory, const std::string& key);
std::optional<CleaningReport> readCleanedReport(
    const fs::path& datasetDirectory, const std::string& key);

} // namespace koala
