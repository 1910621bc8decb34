#include "core/data/mix/counts_file.h"

#include <cstring>

#include "core/base/sha256.h"

namespace koala {
namespace {

constexpr std::string_view kMagic = "KOALACT2";

// Magic, number of rows, all token counts, all trained counts; number of rows in parts, and of each
// its row, its number of parts and their counts; SHA-256 (hex) of what comes before.
std::string serialise(const RowTokens& counts)
{
    const std::uint64_t rows = counts.tokens.size();
    std::string bytes(kMagic);
    bytes.append(reinterpret_cast<const char*>(&rows), sizeof rows);
    for (const auto* column : {&counts.tokens, &counts.trained})
        bytes.append(
            reinterpret_cast<const char*>(column->data()), column->size() * sizeof(std::uint32_t));
    const auto append = [&](std::uint32_t value) {
        bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    };
    append(std::uint32_t(counts.parts.size()));
    for (const auto& [row, parts] : counts.parts) {
        append(row);
        append(std::uint32_t(parts.size()));
        for (const PartTokens& part : parts) {
            append(part.tokens);
            append(part.trained);
        }
    }
    return bytes + sha256Hex(bytes);
}

bool readParts(std::string_view bytes, RowTokens& counts)
{
    bool whole = true;
    const auto next = [&] {
        std::uint32_t value = 0;
        whole = whole && bytes.size() >= sizeof value;
        if (whole) {
            std::memcpy(&value, bytes.data(), sizeof value);
            bytes.remove_prefix(sizeof value);
        }
        return value;
    };
    const std::uint32_t rows = next();
    for (std::uint32_t i = 0; i < rows && whole; ++i) {
        const std::uint32_t row = next();
        const std::uint32_t parts = next();
        for (std::uint32_t p = 0; p < parts && whole; ++p) {
            PartTokens part;
            part.tokens = next();
            part.trained = next();
            counts.parts[row].push_back(part);
        }
    }
    return whole && bytes.empty();
}

} // namespace

std::shared_ptr<const RowTokens> readCounts(const fs::path& path, std::uint64_t rows)
{
    const Result<std::string> read = readFile(path);
    if (!read.ok())
        return nullptr;
    const std::string_view bytes = *read;
    const std::size_t columnBytes = std::size_t(rows) * sizeof(std::uint32_t);
    const std::size_t fixedBytes = kMagic.size() + sizeof rows + 2 * columnBytes + 4;
    if (bytes.size() < fixedBytes + 64)
        return nullptr;
    const std::size_t dataBytes = bytes.size() - 64;
    if (!bytes.starts_with(kMagic) ||
        std::memcmp(bytes.data() + kMagic.size(), &rows, sizeof rows) != 0 ||
        sha256Hex(bytes.substr(0, dataBytes)) != bytes.substr(dataBytes))
        return nullptr;
    auto counts = std::make_shared<RowTokens>();
    const char* data = bytes.data() + kMagic.size() + sizeof rows;
    for (auto* column : {&counts->tokens, &counts->trained}) {
        column->resize(std::size_t(rows));
        if (rows > 0)
            std::memcpy(column->data(), data, columnBytes);
        data += columnBytes;
    }
    return readParts(bytes.substr(fixedBytes - 4, dataBytes - fixedBytes + 4), *counts) ? counts
                                                                                        : nullptr;
}

void writeCounts(const fs::path& path, const RowTokens& counts)
{
    if (createDirectories(path.parent_path()).ok())
        (void)writeFileAtomically(path, serialise(counts));
}

} // namespace koala
