// core/data/dataset_index.h: the part of index.sqlite that is made with the dataset: where each row
// lies and what lists and mixtures ask of it. When it is missing or damaged it is made again from
// rows.jsonl. What is made behind it is in dataset_indexing.h. Private to core/data.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/data/dataset.h"
#include "core/db/database.h"

namespace koala {

inline constexpr const char* kIndexFile = "index.sqlite";
inline constexpr const char* kRowsFile = "rows.jsonl";

RowFacts factsOf(const Conversation& conversation);

class DatasetIndexWriter {
public:
    static Result<DatasetIndexWriter> create(const fs::path& path);
    // Goes on after the first `rows` rows of an index that was not finished; error if it has fewer.
    static Result<DatasetIndexWriter> resume(const fs::path& path, std::uint64_t rows);
    Status add(const RowFacts& facts);
    Status save();   // what was added so far is kept if the process is killed
    Status finish(); // the last call

private:
    struct State;
    explicit DatasetIndexWriter(std::shared_ptr<State> state) : m_state(std::move(state)) {}
    Status writeBlock();
    std::shared_ptr<State> m_state;
};

// The facts of all rows; builds the index first if it is not there or not sound.
Result<std::vector<RowFacts>> loadDatasetIndex(
    const fs::path& directory, const DatasetManifest& manifest);

} // namespace koala
