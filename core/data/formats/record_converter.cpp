#include "core/data/formats/record_converter.h"

#include "core/data/formats/oddities.h"
#include "core/data/formats/record_reader.h"

namespace koala {

Status RecordConverter::convert(const RawRecord& raw, ConvertedRow& out, bool& isRecord) const
{
    isRecord = raw.problem.empty();
    if (!isRecord)
        return invalidInput(raw.problem);
    RecordFlags flags;
    Result<Json> record = parseRecord(raw.text, &flags);
    isRecord = record.ok();
    if (!isRecord)
        return std::move(record).error();
    if (!m_columns.empty()) {
        KOALA_TRY(record, m_columns.apply(*record));
    }
    KOALA_RETURN_IF_ERROR(m_importer->convert(*record, out));
    countOddities(flags, out.oddities);
    for (Conversation& conversation : out.conversations) {
        if (conversation.split.empty())
            conversation.split = raw.split;
        countOddities(conversation, out.oddities);
    }
    return {};
}

} // namespace koala
