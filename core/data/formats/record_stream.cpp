#include "core/data/formats/record_stream.h"

#include <algorithm>

#include "core/data/formats/byte_source.h"
#include "core/data/formats/csv_reader.h"
#include "core/data/formats/parquet_reader.h"
#include "core/data/formats/record_reader.h"
#include "core/data/formats/text_reader.h"

namespace koala {
namespace {

constexpr std::size_t kHeadBytes = std::size_t(64) << 10;

std::string_view withoutMark(std::string_view text)
{
    return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
}

// Every other byte of the first ones is NUL: text of two-byte units, with or without its mark.
bool looksLikeUtf16(std::string_view head)
{
    if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF"))
        return true;
    const std::string_view start = head.substr(0, std::min<std::size_t>(head.size(), 64));
    std::size_t nulls[2] = {};
    for (std::size_t i = 0; i < start.size(); ++i)
        nulls[i % 2] += std::size_t(start[i] == '\0');
    const std::size_t half = start.size() / 2;
    return half > 0 && (nulls[0] == half) != (nulls[1] >= half);
}

bool looksLikeJson(std::string_view text)
{
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos)
        return false;
    if (text[first] == '{' || text[first] == '[')
        return true;
    std::string_view line = text.substr(first, text.find('\n', first) - first);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' '))
        line.remove_suffix(1);
    return parseRecord(line).ok(); // JSON Lines of strings or numbers
}

Error unreadable(const fs::path& path, std::string_view what)
{
    return invalidInput(path.string() + " " + std::string(what));
}

} // namespace

Result<FileForm> formOf(std::string_view head, const fs::path& path)
{
    if (head.starts_with("PAR1"))
        return FileForm::Parquet;
    if (head.starts_with("\xD0\xCF\x11\xE0"))
        return unreadable(
            path, "is an old Office file; save the sheet as CSV (UTF-8) and import that");
    if (head.starts_with("ARROW1"))
        return unreadable(path, "is an Arrow file; write it as Parquet or JSON Lines, with Hugging "
                                "Face datasets: to_parquet or to_json");
    if (looksLikeUtf16(head))
        return unreadable(path, "is UTF-16, not UTF-8; convert it with: iconv -f UTF-16 -t UTF-8 "
                                "FILE > NEW");
    const std::string_view text = withoutMark(head);
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
        return unreadable(path, "is empty: there is nothing to import; choose another file");
    if (looksLikeJson(text))
        return FileForm::JsonRecords;
    if (std::count(text.begin(), text.end(), '\0') > 4)
        return unreadable(path, "is a binary file; data files are JSON, JSON Lines, CSV, text or "
                                "Parquet");
    return looksLikeCsv(text) ? FileForm::Csv : FileForm::Text;
}

Result<std::string> readUnpackedHead(const fs::path& path, std::size_t bytes)
{
    KOALA_TRY(std::unique_ptr<ByteSource> source, openByteSource(path));
    std::string head(bytes, '\0');
    std::size_t length = 0;
    while (length < bytes) {
        KOALA_TRY(const std::size_t got, source->read(head.data() + length, bytes - length));
        if (got == 0)
            break;
        length += got;
    }
    head.resize(length);
    return head;
}

Result<std::unique_ptr<RecordStream>> openRecordStream(const fs::path& path)
{
    KOALA_TRY(const std::string head, readUnpackedHead(path, kHeadBytes));
    KOALA_TRY(const FileForm form, formOf(head, path));
    if (form == FileForm::Parquet)
        return openParquet(path);
    KOALA_TRY(std::unique_ptr<ByteSource> source, openByteSource(path));
    using Stream = std::unique_ptr<RecordStream>;
    if (form == FileForm::Csv)
        return Stream(std::make_unique<CsvReader>(std::move(source), path));
    if (form == FileForm::Text)
        return Stream(std::make_unique<TextReader>(std::move(source)));
    return Stream(std::make_unique<RecordReader>(std::move(source)));
}

} // namespace koala
