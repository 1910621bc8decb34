// core/data/dataset.h: a dataset of a project, datasets/<slug>/ as contracts section 2 says: its
// manifest, its rows, what was set aside. rows.jsonl never changes once the folder is there; who
// makes one is core/data/formats/dataset_import.h.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/data/conversation.h"
#include "core/data/row_query.h"

namespace koala {

struct SourceFile {
    std::string path;
    std::uint64_t bytes = 0;
    std::string sha256;
};

struct DatasetManifest {
    std::string slug;
    std::string title;
    std::string importer; // the id of its kind (core/data/formats/importer.h)
    OrderedJson importerOptions = OrderedJson::object(); // e.g. {"columns":{"user":"question",…}}
    std::vector<SourceFile> sources;
    std::string licence; // "" unknown
    std::string terms;
    std::string use = "training"; // or "evaluation": mixtures refuse it
    std::uint64_t rows = 0;       // conversations kept
    std::uint64_t turns = 0;
    std::uint64_t sourceRows = 0; // records of the source files that gave at least one conversation
    std::uint64_t quarantined = 0; // records of the source files that gave none
    std::uint64_t droppedTurns = 0;
    std::map<std::string, std::uint64_t> oddities; // core/data/formats/oddities.h
    std::string created;
    std::string rowsSha256;
};
OrderedJson toJson(const DatasetManifest& manifest);
Result<DatasetManifest> datasetManifestFromJson(const Json& json, const std::string& what);
Result<DatasetManifest> readDatasetManifest(const fs::path& datasetDirectory);

// What lists, filters and mixtures need of a row without reading its text.
struct RowFacts {
    std::uint64_t offset = 0; // in rows.jsonl; above kEditedOffset in the edited lines of a view
    std::uint32_t length = 0;
    std::uint64_t uid = 0;         // the 16 hex digits as a number
    std::uint64_t promptGroup = 0; // equal for equal first user messages (promptGroupOf)
    std::uint16_t turns = 0;
    std::uint32_t characters = 0; // bytes of all texts
    Feedback feedback = Feedback::None;
    std::int8_t rank = -1;     // -1 no pair, else PairRank
    bool givenHoldOut = false; // the source's own split says test, eval, validation or held_out
};

// What is told from the texts of a row, behind the import (core/data/dataset_indexing.h).
struct RowTraits {
    std::string language;    // the record's own tag, else detected from the user's text; "" unknown
    std::uint32_t flags = 0; // RowFlag bits
};

// A dataset as its cleaning steps leave it (core/data/clean makes these): which rows, in order, and
// the lines that stand for edited ones.
inline constexpr std::uint64_t kEditedOffset = std::uint64_t(1) << 63;
struct EditedRow {
    std::uint64_t row = 0;    // in rows.jsonl
    std::uint64_t offset = 0; // in the file of edited lines
    std::uint32_t length = 0;
    std::uint16_t turns = 0;
    std::uint32_t characters = 0;
    std::uint64_t promptGroup = 0;
};
struct DatasetView {
    std::vector<std::uint32_t> rows; // of rows.jsonl, ascending
    fs::path editedLines;            // "" where no row is edited
    std::vector<EditedRow> edited;   // ascending
    std::string sha256;              // over the lines of the view
};

struct QuarantinedRecord {
    std::uint64_t line = 0;
    std::uint64_t offset = 0;
    std::string reason;
    std::string head;
    bool turnOnly = false; // the record was kept, only a turn of it was left out
};

// An imported dataset, open for reading. Thread-safe (reads by position).
class Dataset {
public:
    static Result<std::shared_ptr<const Dataset>> open(const fs::path& directory);
    // The same with other rows: manifest() counts those of the view and has its hash.
    static Result<std::shared_ptr<const Dataset>> openView(
        const fs::path& directory, const DatasetView& view);
    ~Dataset();
    const DatasetManifest& manifest() const { return m_manifest; }
    const fs::path& directory() const { return m_directory; }
    std::uint64_t size() const { return m_rows.size(); }
    const std::vector<RowFacts>& rows() const { return m_rows; }
    Result<Conversation> read(std::uint64_t row) const;
    // The line that holds the row, without its end.
    Status readLine(std::uint64_t row, std::string& line) const;
    // Fills `bytes` from a place of rows.jsonl on; for core/data/row_reader.h.
    Status readRows(std::uint64_t offset, std::string& bytes) const;
    // The number in rows.jsonl of a row of a view; of any other dataset the row itself.
    std::uint64_t rowNumber(std::uint64_t row) const { return m_isView ? m_rowNumbers[row] : row; }
    // The first user message, shortened: for lists.
    Result<std::vector<std::string>> firstMessages(std::uint64_t begin, std::uint64_t count) const;

    // The rows that pass, sorted as the query says. `part` is told of them while texts are read, if
    // they are sorted by position. Cancelled when `stop` says so; InvalidInput for a regular
    // expression or words that cannot be understood.
    Result<std::vector<std::uint32_t>> find(
        const RowQuery& query, std::stop_token stop = {}, const FoundRows& part = {}) const;
    DatasetFacets facets() const;
    // Rows whose words, language and flags were indexed when the dataset was opened; open it again
    // to see more.
    std::uint64_t indexedRows() const { return m_traits.size(); }
    // Of an indexed row at once; else from its text.
    Result<RowTraits> traits(std::uint64_t row) const;
    Result<std::vector<QuarantinedRecord>> quarantine(std::size_t limit) const;

private:
    struct CompactTraits {
        std::uint32_t flags = 0;
        std::uint16_t language = 0; // place in m_languages
    };
    Dataset() = default;
    Status loadTraits();
    Status readAt(bool edited, std::uint64_t offset, std::string& bytes) const;
    fs::path m_directory;
    DatasetManifest m_manifest;
    std::vector<RowFacts> m_rows;
    std::vector<CompactTraits> m_traits; // of the first rows, as far as the index reaches
    std::vector<std::string> m_languages{""};
    int m_descriptor = -1;
    bool m_isView = false;
    std::vector<std::uint32_t> m_rowNumbers; // of a view
    int m_editedDescriptor = -1;
};

// Equal first user messages (case and runs of blanks apart) are one prompt and share this number.
std::uint64_t promptGroupOf(std::string_view text);
std::uint64_t promptGroupOf(const Conversation& conversation);

} // namespace koala
