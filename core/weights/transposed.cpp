#include "core/weights/transposed.h"

#include <algorithm>
#include <cstring>

#include "core/base/check.h"

namespace koala {
namespace {

// Square tiles keep both sides in the cache; rows alone would touch a new line for every value.
constexpr std::int64_t kTile = 64;

template <std::size_t Bytes>
void transposeValues(const std::byte* in, std::byte* out, std::int64_t rows, std::int64_t columns)
{
    for (std::int64_t top = 0; top < rows; top += kTile)
        for (std::int64_t left = 0; left < columns; left += kTile)
            for (std::int64_t row = top; row < std::min(top + kTile, rows); ++row)
                for (std::int64_t column = left; column < std::min(left + kTile, columns); ++column)
                    std::memcpy(out + static_cast<std::size_t>(column * rows + row) * Bytes,
                        in + static_cast<std::size_t>(row * columns + column) * Bytes, Bytes);
}

} // namespace

void transpose(const std::byte* in, std::byte* out, std::int64_t rows, std::int64_t columns,
    std::size_t valueBytes)
{
    switch (valueBytes) {
    case 1:
        return transposeValues<1>(in, out, rows, columns);
    case 2:
        return transposeValues<2>(in, out, rows, columns);
    case 4:
        return transposeValues<4>(in, out, rows, columns);
    case 8:
        return transposeValues<8>(in, out, rows, columns);
    default:
        KOALA_CHECK(false);
    }
}

} // namespace koala
