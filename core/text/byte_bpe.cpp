#include "core/text/byte_bpe.h"

#include <array>

#include <utf8proc.h>

#include "core/base/utf8.h"

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

} // namespace

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

ByteBpe::ByteBpe(Vocabulary vocabulary, MergeTable merges, Digits digits)
    : VocabularyTokenizer(std::move(vocabulary)), m_merges(std::move(merges)), m_digits(digits),
      m_byteIds(256, -1)
{
}

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
    MergeTable table(merges.size());
    const auto idOf = [](const Vocabulary& pieces, std::string_view spelled) {
        const auto found = pieces.index.find(spelled);
        return found == pieces.index.end() ? TokenId(-1) : found->second;
    };
    for (std::size_t rank = 0; rank < merges.size(); ++rank) {
        const auto& [left, right] = merges[rank];
        const TokenId both = idOf(vocabulary, left + right);
        if (idOf(vocabulary, left) >= 0 && idOf(vocabulary, right) >= 0 && both >= 0)
            table.add(idOf(vocabulary, left), idOf(vocabulary, right), {std::uint32_t(rank), both});
    }
    auto made =
        std::shared_ptr<ByteBpe>(new ByteBpe(std::move(vocabulary), std::move(table), digits));
    for (std::size_t byte = 0; byte < 256; ++byte) {
        const char value = char(byte);
        made->m_byteIds[byte] = idOf(made->m_vocabulary, spellBytes(std::string_view(&value, 1)));
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

void ByteBpe::addWord(
    std::string_view word, std::vector<TokenId>& symbols, std::vector<TokenId>& out) const
{
    const bool mayBeKnown = word.size() <= WordCache::kLongestWord;
    WordCache::Key key;
    if (mayBeKnown) {
        key = WordCache::keyOf(word);
        if (m_cache.find(key, out))
            return;
    }
    symbols.clear();
    for (const char byte : word)
        if (const TokenId id = m_byteIds[static_cast<unsigned char>(byte)]; id >= 0)
            symbols.push_back(id);
    mergeSymbols(symbols, m_merges);
    out.insert(out.end(), symbols.begin(), symbols.end());
    if (mayBeKnown)
        m_cache.keep(key, symbols.data(), symbols.size());
}

std::vector<TokenId> ByteBpe::encode(std::string_view text) const
{
    std::string repaired;
    if (!isValidUtf8(text)) {
        repaired = toValidUtf8(text);
        text = repaired;
    }
    std::vector<TokenId> ids;
    ids.reserve(text.size() / 3 + 1);
    std::vector<TokenId> symbols;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = wordEnd(text, at, m_digits);
        if (end - at > 1)
            addWord(text.substr(at, end - at), symbols, ids);
        else if (const TokenId id = m_byteIds[static_cast<unsigned char>(text[at])]; id >= 0)
            ids.push_back(id);
        at = end;
    }
    return ids;
}

} // namespace koala
