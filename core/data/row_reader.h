// core/data/row_reader.h: the lines of a dataset for work that goes through many rows in order:
// neighbours in the file are read together. For core/data and the folders in it. One object a
// thread; the dataset must outlive it.
#pragma once

#include <string>
#include <string_view>

#include "core/data/dataset.h"

namespace koala {

class RowReader {
public:
    explicit RowReader(const Dataset& dataset) : m_dataset(dataset) {}
    // The line of a row, valid until the next call. Rows before `end` are expected to be asked for
    // soon, in order; any row may be.
    Result<std::string_view> line(std::uint64_t row, std::uint64_t end);

private:
    bool holds(const RowFacts& facts) const;
    std::uint64_t endOfRun(std::uint64_t row, std::uint64_t end) const;
    const Dataset& m_dataset;
    std::uint64_t m_begin = 0; // of m_bytes in rows.jsonl
    std::string m_bytes;
    std::string m_line; // of a row that stands elsewhere
};

} // namespace koala
