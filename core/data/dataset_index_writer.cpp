#include "core/data/dataset_index.h"
#include "core/data/index_tables.h"

namespace koala {

struct DatasetIndexWriter::State {
    explicit State(Database opened) : database(std::move(opened)) {}
    Database database;
    std::unique_ptr<SQLite::Transaction> transaction;
    std::unique_ptr<SQLite::Statement> insert;
    std::uint64_t rows = 0;
    std::string block; // packed facts of the last, incomplete block
};

namespace {

void begin(SQLite::Database& db, std::unique_ptr<SQLite::Transaction>& transaction)
{
    transaction = std::make_unique<SQLite::Transaction>(db);
}

} // namespace

Result<DatasetIndexWriter> DatasetIndexWriter::create(const fs::path& path)
{
    return resume(path, 0);
}

Result<DatasetIndexWriter> DatasetIndexWriter::resume(const fs::path& path, std::uint64_t rows)
{
    KOALA_TRY(Database database, openIndex(path, DatabaseMode::ReadWrite));
    auto state = std::make_shared<State>(std::move(database));
    const std::uint64_t block = rows / kBlockRows;
    std::vector<RowFacts> partial;
    bool sound = true;
    KOALA_RETURN_IF_ERROR(state->database.run([&](SQLite::Database& db) {
        db.exec("PRAGMA synchronous=OFF"); // the folder is synced as a whole before it appears
        SQLite::Statement last(db, "SELECT data FROM facts WHERE block=?");
        last.bind(1, std::int64_t(block));
        if (last.executeStep()) {
            const SQLite::Column data = last.getColumn(0);
            sound = unpackFacts(
                {static_cast<const char*>(data.getBlob()), std::size_t(data.getBytes())}, partial);
        }
        last.reset();
        sound = sound && partial.size() >= rows % kBlockRows &&
                db.execAndGet("SELECT count(*) FROM facts").getInt64() >= std::int64_t(block);
        begin(db, state->transaction);
        SQLite::Statement drop(db, "DELETE FROM facts WHERE block>=?");
        drop.bind(1, std::int64_t(block));
        drop.exec();
        state->insert = std::make_unique<SQLite::Statement>(
            db, "INSERT OR REPLACE INTO facts(block,data) VALUES(?,?)");
    }));
    if (!sound)
        return invalidInput(path.string() + " has fewer rows than it should");
    state->rows = block * kBlockRows;
    DatasetIndexWriter writer(std::move(state));
    for (std::size_t i = 0; i < rows % kBlockRows; ++i)
        KOALA_RETURN_IF_ERROR(writer.add(partial[i]));
    return writer;
}

Status DatasetIndexWriter::add(const RowFacts& facts)
{
    packFacts(facts, m_state->block);
    if (++m_state->rows % kBlockRows != 0)
        return {};
    KOALA_RETURN_IF_ERROR(writeBlock());
    m_state->block.clear();
    return {};
}

Status DatasetIndexWriter::writeBlock()
{
    return m_state->database.run([&](SQLite::Database&) {
        SQLite::Statement& insert = *m_state->insert;
        insert.reset();
        insert.bind(1, std::int64_t((m_state->rows - 1) / kBlockRows));
        insert.bindNoCopy(2, m_state->block.data(), int(m_state->block.size()));
        insert.exec();
        insert.reset();
    });
}

Status DatasetIndexWriter::save()
{
    if (!m_state->block.empty())
        KOALA_RETURN_IF_ERROR(writeBlock());
    return m_state->database.run([&](SQLite::Database& db) {
        m_state->transaction->commit();
        begin(db, m_state->transaction);
    });
}

Status DatasetIndexWriter::finish()
{
    if (!m_state->block.empty())
        KOALA_RETURN_IF_ERROR(writeBlock());
    return m_state->database.run([&](SQLite::Database&) {
        m_state->insert.reset();
        m_state->transaction->commit();
        m_state->transaction.reset();
    });
}

} // namespace koala
