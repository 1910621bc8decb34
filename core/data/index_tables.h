// core/data/index_tables.h: the tables of a dataset's index.sqlite. Facts and traits of rows lie in
// blocks of kBlockRows packed entries (little-endian, no gaps), so that a million rows are opened
// in a tenth of a second; words are an FTS5 table without its texts, rowid = row + 1. A block of
// traits and the words of its rows are written in one transaction. Private to core/data.
#pragma once

#include <string_view>
#include <vector>

#include "core/data/dataset.h"
#include "core/db/database.h"

namespace koala {

inline constexpr std::size_t kBlockRows = 4096;

// facts(block, data), traits(block, data), words(terms).
Result<Database> openIndex(const fs::path& path, DatabaseMode mode);

void packFacts(const RowFacts& facts, std::string& out);
// False when the bytes are no whole number of entries.
bool unpackFacts(std::string_view bytes, std::vector<RowFacts>& out);

void packTraits(const RowTraits& traits, std::string& out);
// Calls use(language, flags) for each entry.
bool unpackTraits(
    std::string_view bytes, const std::function<void(std::string_view, std::uint32_t)>& use);

} // namespace koala
