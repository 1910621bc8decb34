#include "core/data/formats/importer.h"

#include <array>

#include "core/base/utf8.h"
#include "core/data/formats/importers.h"
#include "core/data/formats/other_kinds.h"
#include "core/data/formats/record_reader.h"

namespace koala {
namespace {

constexpr std::size_t kHeadBytes = std::size_t(64) << 10;
constexpr std::size_t kSampleRecords = 20;

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

Detection kindOf(const HeadSample& head, FileForm form)
{
    for (const OtherKind& kind : otherKinds())
        if (const std::string reason = kind.recognise(head); !reason.empty())
            return {nullptr,
                fmt::format("{}: it is {}, not training data; {}", reason, kind.title, kind.use),
                std::string(kind.id)};
    for (const ImporterInfo& importer : importers())
        if (std::string reason = importer.recognise(head); !reason.empty())
            return {&importer, std::move(reason), ""};
    if (form == FileForm::Text)
        return {nullptr,
            "it is plain text without marks of who speaks; begin the lines of a transcript with "
            "\"User:\" and \"Assistant:\", and part its dialogues by lines of ---",
            ""};
    const std::string keys = keysOf(head);
    std::string reason =
        keys.empty() ? "its content is neither JSON records nor JSON Lines"
                     : "its records have the keys " + keys + ", which none of the known kinds has";
    return {nullptr,
        fmt::format("{}; name its columns with --columns user=…,assistant=…, or the kind with "
                    "--format ({})",
            reason, knownIds()),
        ""};
}

} // namespace

std::span<const ImporterInfo> importers()
{
    static const std::array all{koalaRowsImporter, identityImporter, koalaJsonlImporter,
        chatGptImporter, oasstImporter, hhImporter, webGptImporter, summariesImporter,
        comparisonsImporter, pairsImporter, ktoImporter, hc3Importer, tasksImporter, alpacaImporter,
        chatImporter, shareGptImporter, oigImporter, markedImporter, responseImporter,
        questionsImporter, columnsImporter};
    return all;
}

const ImporterInfo* findImporter(std::string_view id)
{
    for (const ImporterInfo& importer : importers())
        if (importer.id == id)
            return &importer;
    return nullptr;
}

Result<Detection> detectFile(const fs::path& path)
{
    KOALA_TRY(const std::string head, readUnpackedHead(path, kHeadBytes));
    KOALA_TRY(const FileForm form, formOf(head, path));
    KOALA_TRY(const std::unique_ptr<RecordStream> stream, openRecordStream(path));
    const HeadSample sample{head, sampleRecords(*stream, kSampleRecords, kHeadBytes)};
    KOALA_RETURN_IF_ERROR(stream->status());
    return kindOf(sample, form);
}

} // namespace koala
