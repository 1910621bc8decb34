#include "core/data/dataset_indexing.h"

#include <deque>
#include <future>

#include "core/data/dataset_index.h"
#include "core/data/index_tables.h"
#include "core/data/row_reader.h"
#include "core/data/row_texts.h"
#include "core/data/row_traits.h"
#include "core/data/words.h"

namespace koala {
namespace {

// A block is then one segment of the index and not ten, which would be merged again and again.
constexpr std::size_t kWordsHeldInMemory = std::size_t(64) << 20; // bytes
constexpr std::size_t kBlocksAhead = 3;

Error stopped()
{
    return cancelled("indexing was stopped; what is indexed stays");
}

struct IndexBlock {
    std::uint64_t first = 0; // row
    std::string traits;      // packed
    std::vector<std::string> terms;
};

// Reads the rows of a block. Two threads prepare the next blocks while SQLite takes this one.
Result<IndexBlock> prepare(const Dataset& dataset, std::uint64_t first, const std::stop_token& stop)
{
    IndexBlock block;
    block.first = first;
    RowTexts texts;
    TermCollector terms;
    RowReader reader(dataset);
    std::string folded;
    const std::uint64_t end = std::min<std::uint64_t>(first + kBlockRows, dataset.size());
    for (std::uint64_t row = first; row < end; ++row) {
        if (stop.stop_requested())
            return stopped();
        KOALA_TRY(const std::string_view line, reader.line(row, end));
        if (!texts.parse(line))
            return invalidInput(fmt::format("dataset {} row {} is damaged; import its source again",
                dataset.manifest().slug, row + 1));
        packTraits(traitsOf(texts), block.traits);
        terms.clear();
        const auto collect = [&](std::string_view text) {
            folded.clear();
            appendFolded(folded, text);
            terms.add(folded);
        };
        collect(texts.system());
        for (const RowText& turn : texts.turns())
            collect(turn.text);
        block.terms.push_back(terms.joined());
    }
    return block;
}

struct Stopped {}; // thrown: rolls the transaction back

void write(SQLite::Database& db, const IndexBlock& block, const std::stop_token& stop)
{
    SQLite::Statement words(db, "INSERT INTO words(rowid,terms) VALUES(?,?)");
    for (std::size_t i = 0; i < block.terms.size(); ++i) {
        if (stop.stop_requested())
            throw Stopped{};
        words.bind(1, std::int64_t(block.first + i + 1));
        words.bindNoCopy(2, block.terms[i]);
        words.exec();
        words.reset();
    }
    SQLite::Statement traits(db, "INSERT INTO traits(block,data) VALUES(?,?)");
    traits.bind(1, std::int64_t(block.first / kBlockRows));
    traits.bindNoCopy(2, block.traits.data(), int(block.traits.size()));
    traits.exec();
}

// A whole block or, when it is stopped meanwhile, nothing of it.
Status save(Database& database, const IndexBlock& block, const std::stop_token& stop)
{
    try {
        return database.transact([&](SQLite::Database& db) { write(db, block, stop); });
    } catch (const Stopped&) {
        return stopped();
    }
}

} // namespace

Status indexDataset(const fs::path& directory, std::stop_token stop,
    const std::function<void(const IndexingProgress&)>& progress)
{
    KOALA_TRY(const FileLock lock, FileLock::acquire(directory / ".index.lock"));
    KOALA_TRY(const std::shared_ptr<const Dataset> dataset, Dataset::open(directory));
    KOALA_TRY(Database database, openIndex(directory / kIndexFile, DatabaseMode::ReadWrite));
    KOALA_RETURN_IF_ERROR(database.run([](SQLite::Database& db) {
        db.exec(fmt::format(
            "INSERT INTO words(words, rank) VALUES('hashsize', {})", kWordsHeldInMemory));
    }));
    std::uint64_t next = dataset->indexedRows();
    std::deque<std::future<Result<IndexBlock>>> blocks;
    while (true) {
        for (; blocks.size() < kBlocksAhead && next < dataset->size(); next += kBlockRows)
            blocks.push_back(
                std::async(std::launch::async, prepare, std::cref(*dataset), next, stop));
        if (blocks.empty())
            return {};
        KOALA_TRY(const IndexBlock block, blocks.front().get());
        blocks.pop_front();
        KOALA_RETURN_IF_ERROR(save(database, block, stop));
        if (progress)
            progress({block.first + block.terms.size(), dataset->size()});
    }
}

} // namespace koala
