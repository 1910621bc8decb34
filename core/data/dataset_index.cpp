#include "core/data/dataset_index.h"

#include <charconv>

#include <utf8proc.h>

#include "core/base/ids.h"
#include "core/base/line_reader.h"
#include "core/base/utf8.h"
#include "core/data/index_tables.h"
#include "core/data/permutation.h"

namespace koala {
namespace {

// A damaged or missing index is made again from rows.jsonl.
Status rebuildIndex(const fs::path& directory)
{
    const fs::path fresh = directory / fmt::format(".index-{}.sqlite", randomHex(8));
    const auto build = [&]() -> Status {
        KOALA_TRY(DatasetIndexWriter writer, DatasetIndexWriter::create(fresh));
        KOALA_TRY(LineReader reader, LineReader::open(directory / kRowsFile));
        for (Line line; reader.next(line);) {
            const std::string what =
                fmt::format("{} line {}", (directory / kRowsFile).string(), line.number);
            KOALA_TRY(const Json json, parseJson(line.text, what));
            KOALA_TRY(const Conversation conversation, conversationFromJson(json, what));
            RowFacts facts = factsOf(conversation);
            facts.offset = line.offset;
            facts.length = std::uint32_t(line.text.size());
            KOALA_RETURN_IF_ERROR(writer.add(facts));
        }
        KOALA_RETURN_IF_ERROR(reader.status());
        return writer.finish();
    };
    Status built = build();
    std::error_code code;
    if (built.ok())
        fs::rename(fresh, directory / kIndexFile, code);
    fs::remove(fresh, code);
    return built;
}

Result<std::vector<RowFacts>> readIndex(const fs::path& directory, std::uint64_t rows)
{
    const fs::path path = directory / kIndexFile;
    KOALA_TRY(Database database, openIndex(path, DatabaseMode::ReadOnly));
    std::vector<RowFacts> facts;
    facts.reserve(rows);
    bool sound = true;
    KOALA_RETURN_IF_ERROR(database.run([&](SQLite::Database& db) {
        SQLite::Statement query(db, "SELECT data FROM facts ORDER BY block");
        while (query.executeStep()) {
            const SQLite::Column data = query.getColumn(0);
            sound = unpackFacts(
                        {static_cast<const char*>(data.getBlob()), std::size_t(data.getBytes())},
                        facts) &&
                    sound;
        }
    }));
    std::uint64_t end = 0;
    for (const RowFacts& row : facts) {
        sound = sound && row.offset == end;
        end = row.offset + row.length + 1;
    }
    std::error_code code;
    if (!sound || facts.size() != rows || end != fs::file_size(directory / kRowsFile, code))
        return invalidInput(path.string() + " does not fit the rows of the dataset");
    return facts;
}

} // namespace

std::uint64_t promptGroupOf(std::string_view text)
{
    std::string key;
    key.reserve(text.size());
    bool blank = true;
    while (!text.empty()) {
        if (const auto byte = static_cast<unsigned char>(text.front()); byte < 0x80) { // most texts
            text.remove_prefix(1);
            const bool isBlank = byte == ' ' || (byte >= 9 && byte <= 13);
            if (!isBlank)
                key += byte >= 'A' && byte <= 'Z' ? char(byte - 'A' + 'a') : char(byte);
            else if (!blank)
                key += ' ';
            blank = isBlank;
            continue;
        }
        utf8proc_int32_t point = 0;
        auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
            utf8proc_ssize_t(text.size()), &point);
        if (length <= 0) {
            length = 1;
            point = 0xFFFD;
        }
        text.remove_prefix(std::size_t(length));
        const bool isBlank = (point >= 9 && point <= 13) || point == 0x85 ||
                             utf8proc_category(point) == UTF8PROC_CATEGORY_ZS || point == 0x2028 ||
                             point == 0x2029;
        if (isBlank) {
            if (!blank)
                key += ' ';
            blank = true;
            continue;
        }
        blank = false;
        utf8proc_uint8_t bytes[4];
        const auto written = utf8proc_encode_char(utf8proc_tolower(point), bytes);
        key.append(reinterpret_cast<const char*>(bytes), std::size_t(written));
    }
    while (!key.empty() && key.back() == ' ')
        key.pop_back();
    std::uint64_t hash = 0xcbf29ce484222325ull; // FNV-1a, mixed: the same on every machine
    for (const char c : key)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
    return mix64(hash ^ key.size());
}

std::uint64_t promptGroupOf(const Conversation& conversation)
{
    for (const Turn& turn : conversation.turns)
        if (turn.role == Role::User)
            return promptGroupOf(turn.text);
    return conversation.turns.empty() ? 0 : promptGroupOf(conversation.turns.front().text);
}

RowFacts factsOf(const Conversation& conversation)
{
    RowFacts facts;
    std::from_chars(
        conversation.uid.data(), conversation.uid.data() + conversation.uid.size(), facts.uid, 16);
    facts.promptGroup = promptGroupOf(conversation);
    facts.turns = std::uint16_t(std::min<std::size_t>(conversation.turns.size(), 0xFFFF));
    std::size_t characters = 0;
    for (const Turn& turn : conversation.turns)
        characters += turn.text.size();
    facts.characters = std::uint32_t(std::min<std::size_t>(characters, 0xFFFFFFFF));
    facts.feedback = conversation.feedback;
    facts.rank = conversation.pair ? std::int8_t(conversation.pair->rank) : std::int8_t(-1);
    const std::string& split = conversation.split;
    facts.givenHoldOut = split == "test" || split == "eval" || split == "validation" ||
                         split == "valid" || split == "held_out" || split == "dev";
    return facts;
}

Result<std::vector<RowFacts>> loadDatasetIndex(
    const fs::path& directory, const DatasetManifest& manifest)
{
    Result<std::vector<RowFacts>> facts = readIndex(directory, manifest.rows);
    if (facts.ok())
        return facts;
    KOALA_RETURN_IF_ERROR(
        rebuildIndex(directory).within("dataset " + manifest.slug + ": making its index again"));
    return readIndex(directory, manifest.rows);
}

} // namespace koala
