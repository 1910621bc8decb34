#include "core/data/dataset_index.h"

#include <charconv>

#include <utf8proc.h>

#include "core/base/ids.h"
#include "core/base/line_reader.h"
#include "core/base/utf8.h"
#include "core/data/permutation.h"

namespace koala {
namespace {

constexpr const char* kMigrations[] = {
    "CREATE TABLE rows(n INTEGER PRIMARY KEY, offset INTEGER NOT NULL, length INTEGER NOT NULL,"
    " uid INTEGER NOT NULL, prompt_group INTEGER NOT NULL, turns INTEGER NOT NULL,"
    " characters INTEGER NOT NULL, feedback INTEGER NOT NULL, rank INTEGER NOT NULL,"
    " held_out INTEGER NOT NULL, first TEXT NOT NULL)"};

Result<std::vector<RowFacts>> readIndex(const fs::path& path, std::uint64_t rows)
{
    KOALA_TRY(Database database, Database::open(path, kMigrations, DatabaseMode::ReadOnly));
    std::vector<RowFacts> facts;
    facts.reserve(rows);
    KOALA_RETURN_IF_ERROR(database.run([&](SQLite::Database& db) {
        SQLite::Statement query(db,
            "SELECT offset,length,uid,prompt_group,turns,characters,feedback,rank,"
            "held_out FROM rows ORDER BY n");
        while (query.executeStep()) {
            RowFacts row;
            row.offset = std::uint64_t(query.getColumn(0).getInt64());
            row.length = std::uint32_t(query.getColumn(1).getInt64());
            row.uid = std::uint64_t(query.getColumn(2).getInt64());
            row.promptGroup = std::uint64_t(query.getColumn(3).getInt64());
            row.turns = std::uint16_t(query.getColumn(4).getInt());
            row.characters = std::uint32_t(query.getColumn(5).getInt64());
            row.feedback = Feedback(query.getColumn(6).getInt());
            row.rank = std::int8_t(query.getColumn(7).getInt());
            row.givenHoldOut = query.getColumn(8).getInt() != 0;
            facts.push_back(row);
        }
    }));
    if (facts.size() != rows)
        return invalidInput(path.string() + " does not hold as many rows as the dataset");
    return facts;
}

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
            KOALA_RETURN_IF_ERROR(writer.add(facts, firstMessageOf(conversation)));
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

std::string firstMessageOf(const Conversation& conversation)
{
    for (const Turn& turn : conversation.turns) {
        if (turn.role != Role::User)
            continue;
        std::string line = elided(std::string_view(turn.text).substr(0, 2000), 200);
        for (char& c : line)
            if (static_cast<unsigned char>(c) < 0x20)
                c = ' ';
        return toValidUtf8(line);
    }
    return {};
}

struct DatasetIndexWriter::State {
    explicit State(Database opened) : database(std::move(opened)) {}
    Database database;
    std::unique_ptr<SQLite::Transaction> transaction;
    std::unique_ptr<SQLite::Statement> insert;
};

Result<DatasetIndexWriter> DatasetIndexWriter::create(const fs::path& path)
{
    KOALA_TRY(Database database, Database::open(path, kMigrations, DatabaseMode::ReadWrite));
    auto state = std::make_shared<State>(std::move(database));
    KOALA_RETURN_IF_ERROR(state->database.run([&](SQLite::Database& db) {
        db.exec("PRAGMA synchronous=OFF"); // the folder is synced as a whole before it appears
        state->transaction = std::make_unique<SQLite::Transaction>(db);
        state->insert = std::make_unique<SQLite::Statement>(db,
            "INSERT INTO "
            "rows(offset,length,uid,prompt_group,turns,characters,feedback,rank,held_out,first)"
            " VALUES(?,?,?,?,?,?,?,?,?,?)");
    }));
    return DatasetIndexWriter(std::move(state));
}

Status DatasetIndexWriter::add(const RowFacts& facts, const std::string& firstMessage)
{
    return m_state->database.run([&](SQLite::Database&) {
        SQLite::Statement& insert = *m_state->insert;
        insert.reset();
        insert.bind(1, std::int64_t(facts.offset));
        insert.bind(2, std::int64_t(facts.length));
        insert.bind(3, std::int64_t(facts.uid));
        insert.bind(4, std::int64_t(facts.promptGroup));
        insert.bind(5, int(facts.turns));
        insert.bind(6, std::int64_t(facts.characters));
        insert.bind(7, int(facts.feedback));
        insert.bind(8, int(facts.rank));
        insert.bind(9, int(facts.givenHoldOut));
        insert.bindNoCopy(10, firstMessage);
        insert.exec();
    });
}

Status DatasetIndexWriter::finish()
{
    return m_state->database.run([&](SQLite::Database&) {
        m_state->insert.reset();
        m_state->transaction->commit();
        m_state->transaction.reset();
    });
}

Result<std::vector<RowFacts>> loadDatasetIndex(
    const fs::path& directory, const DatasetManifest& manifest)
{
    Result<std::vector<RowFacts>> facts = readIndex(directory / kIndexFile, manifest.rows);
    if (facts.ok())
        return facts;
    KOALA_RETURN_IF_ERROR(
        rebuildIndex(directory).within("dataset " + manifest.slug + ": making its index again"));
    return readIndex(directory / kIndexFile, manifest.rows);
}

Result<std::vector<std::string>> loadFirstMessages(
    const fs::path& directory, std::uint64_t begin, std::uint64_t count)
{
    KOALA_TRY(Database database,
        Database::open(directory / kIndexFile, kMigrations, DatabaseMode::ReadOnly));
    std::vector<std::string> messages;
    KOALA_RETURN_IF_ERROR(database.run([&](SQLite::Database& db) {
        SQLite::Statement query(db, "SELECT first FROM rows WHERE n > ? ORDER BY n LIMIT ?");
        query.bind(1, std::int64_t(begin));
        query.bind(2, std::int64_t(count));
        while (query.executeStep())
            messages.push_back(query.getColumn(0).getString());
    }));
    return messages;
}

} // namespace koala
