#include "core/data/dataset_indexing.h"

#include <future>

#include "core/data/dataset_index.h"
#include "core/data/index_tables.h"
#include "core/data/row_texts.h"
#include "core/data/row_traits.h"
#include "core/data/words.h"

namespace koala {
namespace {

struct IndexBlock {
    std::uint64_t first = 0; // row
    std::string traits;      // packed
    std::vector<std::string> terms;
};

// Reads the rows of a block: one thread prepares the next block while SQLite takes this one.
Result<IndexBlock> prepare(const Dataset& dataset, std::uint64_t first, const std::stop_token& stop)
{
    IndexBlock block;
    block.first = first;
    RowTexts texts;
    TermCollector terms;
    std::string line;
    std::string folded;
    const std::uint64_t end = std::min<std::uint64_t>(first + kBlockRows, dataset.size());
    for (std::uint64_t row = first; row < end; ++row) {
        if (stop.stop_requested())
            return cancelled("indexing was stopped; what is indexed stays");
        KOALA_RETURN_IF_ERROR(dataset.readLine(row, line));
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

Status write(Database& database, const IndexBlock& block)
{
    return database.transact([&](SQLite::Database& db) {
        SQLite::Statement words(db, "INSERT INTO words(rowid,terms) VALUES(?,?)");
        for (std::size_t i = 0; i < block.terms.size(); ++i) {
            words.bind(1, std::int64_t(block.first + i + 1));
            words.bindNoCopy(2, block.terms[i]);
            words.exec();
            words.reset();
        }
        SQLite::Statement traits(db, "INSERT INTO traits(block,data) VALUES(?,?)");
        traits.bind(1, std::int64_t(block.first / kBlockRows));
        traits.bindNoCopy(2, block.traits.data(), int(block.traits.size()));
        traits.exec();
    });
}

} // namespace

Status indexDataset(const fs::path& directory, std::stop_token stop,
    const std::function<void(const IndexingProgress&)>& progress)
{
    KOALA_TRY(const FileLock lock, FileLock::acquire(directory / ".index.lock"));
    KOALA_TRY(const std::shared_ptr<const Dataset> dataset, Dataset::open(directory));
    KOALA_TRY(Database database, openIndex(directory / kIndexFile, DatabaseMode::ReadWrite));
    const auto prepareLater = [&](std::uint64_t first) {
        return std::async(std::launch::async, prepare, std::cref(*dataset), first, stop);
    };
    std::uint64_t first = dataset->indexedRows();
    auto next = prepareLater(first);
    while (first < dataset->size()) {
        KOALA_TRY(const IndexBlock block, next.get());
        first += block.terms.size();
        if (first < dataset->size())
            next = prepareLater(first);
        KOALA_RETURN_IF_ERROR(write(database, block));
        if (progress)
            progress({first, dataset->size()});
    }
    return {};
}

} // namespace koala
