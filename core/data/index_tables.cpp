#include "core/data/index_tables.h"

#include <bit>
#include <cstring>

namespace koala {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr const char* kMigrations[] = {
    // The first form had a table row a row; its content is made again from rows.jsonl.
    "CREATE TABLE rows(n INTEGER PRIMARY KEY)",
    "DROP TABLE rows;"
    "CREATE TABLE facts(block INTEGER PRIMARY KEY, data BLOB NOT NULL);"
    "CREATE TABLE traits(block INTEGER PRIMARY KEY, data BLOB NOT NULL);"
    "CREATE VIRTUAL TABLE words USING fts5(terms, content='', detail=none, columnsize=0,"
    " tokenize='ascii')"};

constexpr std::size_t kFactsBytes = 8 + 4 + 8 + 8 + 4 + 2 + 1 + 1;
constexpr std::size_t kLanguageBytes = 8;
constexpr std::size_t kTraitsBytes = kLanguageBytes + 4;

template <typename T>
void put(std::string& out, T value)
{
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <typename T>
T take(const char*& at)
{
    T value;
    std::memcpy(&value, at, sizeof value);
    at += sizeof value;
    return value;
}

} // namespace

Result<Database> openIndex(const fs::path& path, DatabaseMode mode)
{
    return Database::open(path, kMigrations, mode);
}

void packFacts(const RowFacts& facts, std::string& out)
{
    put(out, facts.offset);
    put(out, facts.length);
    put(out, facts.uid);
    put(out, facts.promptGroup);
    put(out, facts.characters);
    put(out, facts.turns);
    put(out, facts.rank);
    put(out, std::uint8_t(std::uint8_t(facts.feedback) | (facts.givenHoldOut ? 0x80 : 0)));
}

bool unpackFacts(std::string_view bytes, std::vector<RowFacts>& out)
{
    if (bytes.size() % kFactsBytes != 0)
        return false;
    for (const char *at = bytes.data(), *end = at + bytes.size(); at < end;) {
        RowFacts facts;
        facts.offset = take<std::uint64_t>(at);
        facts.length = take<std::uint32_t>(at);
        facts.uid = take<std::uint64_t>(at);
        facts.promptGroup = take<std::uint64_t>(at);
        facts.characters = take<std::uint32_t>(at);
        facts.turns = take<std::uint16_t>(at);
        facts.rank = take<std::int8_t>(at);
        const auto label = take<std::uint8_t>(at);
        if ((label & 0x7F) > std::uint8_t(Feedback::Negative) || facts.rank < -1 ||
            facts.rank > std::int8_t(PairRank::Tie))
            return false;
        facts.feedback = Feedback(label & 0x7F);
        facts.givenHoldOut = (label & 0x80) != 0;
        out.push_back(facts);
    }
    return true;
}

void packTraits(const RowTraits& traits, std::string& out)
{
    std::array<char, kLanguageBytes> language{};
    std::memcpy(
        language.data(), traits.language.data(), std::min(traits.language.size(), kLanguageBytes));
    out.append(language.data(), language.size());
    put(out, traits.flags);
}

bool unpackTraits(
    std::string_view bytes, const std::function<void(std::string_view, std::uint32_t)>& use)
{
    if (bytes.size() % kTraitsBytes != 0)
        return false;
    for (const char *at = bytes.data(), *end = at + bytes.size(); at < end;) {
        const std::string_view language(at, ::strnlen(at, kLanguageBytes));
        at += kLanguageBytes;
        use(language, take<std::uint32_t>(at));
    }
    return true;
}

} // namespace koala
