// core/data/dataset_index.h: index.sqlite of a dataset: where each row lies and what lists and
// mixtures ask of it. Made with the dataset; when it is missing or damaged it is made again from
// rows.jsonl. Private to core/data.
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
// The first user message on one line, at most 200 characters.
std::string firstMessageOf(const Conversation& conversation);

class DatasetIndexWriter {
public:
    static Result<DatasetIndexWriter> create(const fs::path& path);
    Status add(const RowFacts& facts, const std::string& firstMessage);
    Status finish();

private:
    struct State;
    explicit DatasetIndexWriter(std::shared_ptr<State> state) : m_state(std::move(state)) {}
    std::shared_ptr<State> m_state;
};

// The facts of all rows; builds the index first if it is not there or not sound.
Result<std::vector<RowFacts>> loadDatasetIndex(
    const fs::path& directory, const DatasetManifest& manifest);
Result<std::vector<std::string>> loadFirstMessages(
    const fs::path& directory, std::uint64_t begin, std::uint64_t count);

} // namespace koala
