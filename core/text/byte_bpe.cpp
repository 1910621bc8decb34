#include "core/text/byte_bpe.h"

#include <array>
#include <mutex>

#include <utf8proc.h>

#include "core/base/utf8.h"
#include "core/text/merge.h"

namespace koala {
namespace {

// The printable Latin-1 characters stand for themselves, the other bytes for 256, 257, …
const std::array<char32_t, 256>& byteCharacters()
{
    static const std::array<char32_t, 256> table = [] {
        std::array<char32_t, 256> made{};
        char32_t next = 256;
        for (char32_t byte = 0; byte < 256; ++byte) {
            const bool printable = (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) ||
                                   (byte >= 0xAE && byte <= 0xFF);
            made[byte] = printable ? byte : next++;
        }
        return made;
    }();
    return table;
}

std::uint64_t pairKey(TokenId left, TokenId right)
{
    return std::uint64_t(std::uint32_t(left)) << 32 | std::uint32_t(right);
}

struct Merge {
    std::uint64_t key = ~std::uint64_t(0);
    std::int32_t rank = 0;
    TokenId id = -1;
};

constexpr std::size_t kShards = 16;
constexpr std::size_t kShardWords = 8192;
constexpr std::size_t kLongestCachedWord = 48;

} // namespace

// Open addressing: one probe for most pairs, which is where the time of encoding goes.
struct ByteBpe::MergeTable {
    std::vector<Merge> slots;
    std::uint64_t mask = 0;

    static std::uint64_t hash(std::uint64_t key)
    {
        key *= 0x9E3779B97F4A7C15ull;
        return key ^ (key >> 29);
    }
    explicit MergeTable(std::size_t merges)
    {
        std::size_t size = 16;
        while (size < merges * 2 + 2)
            size *= 2;
        slots.resize(size);
        mask = size - 1;
    }
    void add(const Merge& merge)
    {
        std::uint64_t at = hash(merge.key) & mask;
        while (slots[at].id >= 0) {
            if (slots[at].key == merge.key)
                return; // the first of equal pairs has the better rank
            at = (at + 1) & mask;
        }
        slots[at] = merge;
    }
    const Merge* find(std::uint64_t key) const
    {
        for (std::uint64_t at = hash(key) & mask; slots[at].id >= 0; at = (at + 1) & mask)
            if (slots[at].key == key)
                return &slots[at];
        return nullptr;
    }
};

struct ByteBpe::Cache {
    struct Shard {
        std::mutex mutex;
        std::unordered_map<std::string, std::vector<TokenId>, TransparentHash, std::equal_to<>>
            words;
    };
    std::array<Shard, kShards> shards;
};

std::string spellBytes(std::string_view bytes)
{
    std::string spelled;
    for (const char byte : bytes) {
        utf8proc_uint8_t buffer[4];
        const auto length = utf8proc_encode_char(
            utf8proc_int32_t(byteCharacters()[static_cast<unsigned char>(byte)]), buffer);
        spelled.append(reinterpret_cast<const char*>(buffer), std::size_t(length));
    }
    return spelled;
}

std::optional<std::string> unspellBytes(std::string_view spelled)
{
    static const std::unordered_map<char32_t, char> inverse = [] {
        std::unordered_map<char32_t, char> made;
        for (std::size_t byte = 0; byte < 256; ++byte)
            made[byteCharacters()[byte]] = char(byte);
        return made;
    }();
    std::string bytes;
    while (!spelled.empty()) {
        utf8proc_int32_t point = 0;
        const auto length =
            utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(spelled.data()),
                utf8proc_ssize_t(spelled.size()), &point);
        const auto found = length > 0 ? inverse.find(char32_t(point)) : inverse.end();
        if (found == inverse.end())
            return std::nullopt;
        bytes += found->second;
        spelled.remove_prefix(std::size_t(length));
    }
    return bytes;
}

ByteBpe::ByteBpe(Vocabulary vocabulary, Digits digits)
    : VocabularyTokenizer(std::move(vocabulary)), m_digits(digits),
      m_cache(std::make_unique<Cache>())
{
}

ByteBpe::~ByteBpe() = default;

Result<std::shared_ptr<const Tokenizer>> ByteBpe::create(Vocabulary vocabulary,
    const std::vector<std::pair<std::string, std::string>>& merges, Digits digits,
    const std::string& what)
{
    vocabulary.buildIndex();
    vocabulary.bytes.resize(vocabulary.pieces.size());
    for (std::size_t i = 0; i < vocabulary.pieces.size(); ++i) {
        if (vocabulary.kinds[i] == PieceKind::Control)
            continue;
        const std::optional<std::string> bytes = vocabulary.kinds[i] == PieceKind::Normal
                                                     ? unspellBytes(vocabulary.pieces[i])
                                                     : std::nullopt;
        vocabulary.bytes[i] = bytes ? *bytes : vocabulary.pieces[i];
    }
    auto made = std::shared_ptr<ByteBpe>(new ByteBpe(std::move(vocabulary), digits));
    made->m_merges = std::make_unique<MergeTable>(merges.size());
    const PieceIndex& index = made->m_vocabulary.index;
    const auto idOf = [&](std::string_view spelled) {
        const auto found = index.find(spelled);
        return found == index.end() ? TokenId(-1) : found->second;
    };
    for (std::size_t rank = 0; rank < merges.size(); ++rank) {
        const auto& [left, right] = merges[rank];
        const Merge merge{pairKey(idOf(left), idOf(right)), std::int32_t(rank), idOf(left + right)};
        if (idOf(left) >= 0 && idOf(right) >= 0 && merge.id >= 0)
            made->m_merges->add(merge);
    }
    made->m_byteIds.assign(256, -1);
    for (std::size_t byte = 0; byte < 256; ++byte) {
        const char value = char(byte);
        made->m_byteIds[byte] = idOf(spellBytes(std::string_view(&value, 1)));
        if (made->m_byteIds[byte] < 0 && made->m_vocabulary.unknown)
            made->m_byteIds[byte] = *made->m_vocabulary.unknown;
        if (made->m_byteIds[byte] < 0 && byte >= ' ' && byte < 0x7F)
            return invalidInput(
                fmt::format("{}: the vocabulary has no piece for the character '{}' and none "
                            "for unknown ones; the file is damaged, fetch it again",
                    what, char(byte)));
    }
    return std::shared_ptr<const Tokenizer>(std::move(made));
}

void ByteBpe::encodeWord(std::string_view word, std::vector<TokenId>& out) const
{
    std::vector<MergeSymbol> symbols;
    symbols.reserve(word.size());
    for (std::uint32_t i = 0; i < word.size(); ++i)
        if (const TokenId id = m_byteIds[static_cast<unsigned char>(word[i])]; id >= 0)
            symbols.push_back({i, i + 1, id});
    mergeSymbols(symbols, [&](const MergeSymbol& left, const MergeSymbol& right) {
        const Merge* merge = m_merges->find(pairKey(left.id, right.id));
        return merge != nullptr ? std::optional<Joined>(Joined{double(merge->rank), merge->id})
                                : std::nullopt;
    });
    for (const MergeSymbol& symbol : symbols)
        out.push_back(symbol.id);
}

std::vector<TokenId> ByteBpe::encode(std::string_view text) const
{
    std::string repaired;
    if (!isValidUtf8(text)) {
        repaired = toValidUtf8(text);
        text = repaired;
    }
    std::vector<std::string_view> words;
    words.reserve(text.size() / 4 + 1);
    splitWords(text, m_digits, words);
    std::vector<TokenId> ids;
    ids.reserve(text.size() / 3 + 1);
    for (const std::string_view word : words) {
        if (word.size() == 1) {
            if (const TokenId id = m_byteIds[static_cast<unsigned char>(word.front())]; id >= 0)
                ids.push_back(id);
            continue;
        }
        if (word.size() > kLongestCachedWord) {
            encodeWord(word, ids);
            continue;
        }
        Cache::Shard& shard = m_cache->shards[std::hash<std::string_view>{}(word) % kShards];
        {
            const std::scoped_lock lock(shard.mutex);
            if (const auto found = shard.words.find(word); found != shard.words.end()) {
                ids.insert(ids.end(), found->second.begin(), found->second.end());
                continue;
            }
        }
        const std::size_t before = ids.size();
        encodeWord(word, ids);
        const std::scoped_lock lock(shard.mutex);
        if (shard.words.size() >= kShardWords)
            shard.words.clear();
        shard.words.emplace(std::string(word),
            std::vector<TokenId>(ids.begin() + std::ptrdiff_t(before), ids.end()));
    }
    return ids;
}

} // namespace koala
