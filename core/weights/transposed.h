// core/weights/transposed.h: a matrix turned, value by value, whatever the values are.
#pragma once

#include <cstddef>
#include <cstdint>

namespace koala {

// `out` [columns, rows] from `in` [rows, columns]; values of 1, 2, 4 or 8 bytes; no overlap.
void transpose(const std::byte* in, std::byte* out, std::int64_t rows, std::int64_t columns,
    std::size_t valueBytes);

} // namespace koala
