#include "core/data/formats/import_preview.h"

#include "core/data/formats/record_converter.h"
#include "core/data/formats/record_reader.h"

namespace koala {
namespace {

// The names of a flat record: one that holds no lists or objects.
std::vector<std::string> columnsOf(const Json& record)
{
    std::vector<std::string> columns;
    if (record.is_object())
        for (const auto& [name, value] : record.items()) {
            if (value.is_structured())
                return {};
            columns.push_back(name);
        }
    return columns;
}

} // namespace

Result<ImportPreview> previewImport(
    const fs::path& file, const std::string& format, const ColumnMap& columns, std::size_t limit)
{
    ImportPreview preview;
    KOALA_TRY(preview.detection, detectFile(file));
    if (!format.empty() || !columns.empty()) {
        const std::string id = columns.empty() ? format : "columns";
        preview.detection = {findImporter(id), "chosen by hand", ""};
        if (preview.detection.importer == nullptr)
            return invalidInput("there is no format \"" + id + "\"; see: koala data formats");
    }
    KOALA_TRY(const std::unique_ptr<RecordStream> stream, openRecordStream(file));
    RawRecord raw;
    bool first = true;
    while (preview.conversations.size() < limit && preview.problems.size() < limit &&
           stream->next(raw)) {
        if (std::exchange(first, false) && raw.problem.empty())
            if (const Result<Json> record = parseRecord(raw.text); record.ok())
                preview.columns = columnsOf(*record);
        if (preview.detection.importer == nullptr)
            break;
        ConvertedRow converted;
        bool isRecord = true;
        const Status status =
            RecordConverter(*preview.detection.importer, columns).convert(raw, converted, isRecord);
        if (!status.ok())
            preview.problems.push_back(
                fmt::format("line {}: {}", raw.line, status.error().message));
        if (!isRecord)
            stream->reject();
        for (Conversation& conversation : converted.conversations)
            if (preview.conversations.size() < limit)
                preview.conversations.push_back(std::move(conversation));
    }
    KOALA_RETURN_IF_ERROR(stream->status());
    return preview;
}

} // namespace koala
