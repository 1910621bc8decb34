#include "core/weights/rope_layout.h"

#include <cstring>

namespace koala {

std::vector<std::int64_t> halfSplitFromInterleaved(std::int64_t heads, std::int64_t headSize)
{
    std::vector<std::int64_t> order;
    order.reserve(static_cast<std::size_t>(heads * headSize));
    for (std::int64_t head = 0; head < heads; ++head)
        for (std::int64_t part = 0; part < 2; ++part)
            for (std::int64_t pair = 0; pair < headSize / 2; ++pair)
                order.push_back(head * headSize + 2 * pair + part);
    return order;
}

std::vector<std::int64_t> interleavedFromHalfSplit(std::int64_t heads, std::int64_t headSize)
{
    std::vector<std::int64_t> order;
    order.reserve(static_cast<std::size_t>(heads * headSize));
    for (std::int64_t head = 0; head < heads; ++head)
        for (std::int64_t pair = 0; pair < headSize / 2; ++pair)
            for (std::int64_t part = 0; part < 2; ++part)
                order.push_back(head * headSize + part * (headSize / 2) + pair);
    return order;
}

void gatherRows(const std::byte* in, std::byte* out, const std::vector<std::int64_t>& order,
    std::size_t rowBytes)
{
    for (const std::int64_t row : order) {
        std::memcpy(out, in + static_cast<std::size_t>(row) * rowBytes, rowBytes);
        out += rowBytes;
    }
}

} // namespace koala
