#include "core/data/formats/importer.h"

#include <array>

#include "core/base/utf8.h"
#include "core/data/formats/importers.h"
#include "core/data/formats/record_reader.h"

namespace koala {
namespace {

// What keys the first record has, for the message about an unknown kind.
std::string keysOf(const HeadSample& head)
{
    for (const Json& record : head.records) {
        if (!record.is_object() || record.empty())
            continue;
        std::string keys;
        int named = 0;
        for (const auto& [key, value] : record.items()) {
            if (++named > 8)
                return keys + ", …";
            keys += (keys.empty() ? "" : ", ") + elided(key, 40);
        }
        return keys;
    }
    return {};
}

std::string knownIds()
{
    std::string ids;
    for (const ImporterInfo& importer : importers())
        ids += (ids.empty() ? "" : ", ") + std::string(importer.id);
    return ids;
}

} // namespace

std::span<const ImporterInfo> importers()
{
    static const std::array<ImporterInfo, 6> all{koalaRowsImporter, identityImporter, hhImporter,
        hc3Importer, alpacaImporter, shareGptImporter};
    return all;
}

const ImporterInfo* findImporter(std::string_view id)
{
    for (const ImporterInfo& importer : importers())
        if (importer.id == id)
            return &importer;
    return nullptr;
}

Detection detectKind(std::string_view text)
{
    HeadSample head{text, sampleRecords(text, 20)};
    for (const ImporterInfo& importer : importers())
        if (std::string reason = importer.recognise(head); !reason.empty())
            return {&importer, std::move(reason)};
    const std::string keys = keysOf(head);
    std::string reason =
        keys.empty() ? "its content is neither JSON records nor JSON Lines"
                     : "its records have the keys " + keys + ", which none of the known kinds has";
    return {nullptr, reason + "; name the kind with --format (" + knownIds() + ")"};
}

Result<Detection> detectFile(const fs::path& path)
{
    KOALA_TRY(const std::string head, readUnpackedHead(path, 64 << 10));
    if (head.find_first_not_of(" \t\r\n") == std::string::npos)
        return invalidInput(
            path.string() + " is empty: there is nothing to import; choose another file");
    return detectKind(head);
}

} // namespace koala
