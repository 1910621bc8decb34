#include "core/text/piece_bpe.h"

#include "core/base/utf8.h"
#include "core/text/merge.h"

namespace koala {
namespace {

constexpr std::string_view kBlank = "▁";

std::uint64_t pairKey(TokenId left, TokenId right)
{
    return std::uint64_t(std::uint32_t(left)) << 32 | std::uint32_t(right);
}

std::size_t characterBytes(char first)
{
    const auto byte = static_cast<unsigned char>(first);
    return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

std::string normalised(std::string_view text, const PieceBpeOptions& options)
{
    if (options.collapseBlanks) {
        while (!text.empty() && text.front() == ' ')
            text.remove_prefix(1);
        while (!text.empty() && text.back() == ' ')
            text.remove_suffix(1);
    }
    std::string out;
    if (text.empty())
        return out;
    out.reserve(text.size() + text.size() / 2);
    if (options.dummyPrefix)
        out += kBlank;
    bool blankBefore = false;
    for (const char c : text) {
        if (c == ' ') {
            if (!(options.collapseBlanks && blankBefore))
                out += kBlank;
        } else {
            out += c;
        }
        blankBefore = c == ' ';
    }
    return out;
}

} // namespace

PieceBpe::PieceBpe(Vocabulary vocabulary, const PieceBpeOptions& options)
    : VocabularyTokenizer(std::move(vocabulary)), m_options(options), m_byteIds(256, -1)
{
    m_vocabulary.bytes.resize(m_vocabulary.pieces.size());
    for (std::size_t i = 0; i < m_vocabulary.pieces.size(); ++i) {
        const std::string& piece = m_vocabulary.pieces[i];
        const int byte = byteOfPiece(piece);
        switch (m_vocabulary.kinds[i]) {
        case PieceKind::Control:
            break;
        case PieceKind::Unknown:
            m_vocabulary.bytes[i] = " \xE2\x81\x87 "; // as sentencepiece shows it
            break;
        case PieceKind::Byte:
            if (byte >= 0) {
                m_vocabulary.bytes[i] = std::string(1, char(byte));
                m_byteIds[std::size_t(byte)] = TokenId(i);
            }
            break;
        default:
            m_vocabulary.bytes[i] = withBlanks(piece);
        }
    }
}

std::shared_ptr<const Tokenizer> PieceBpe::byScore(
    Vocabulary vocabulary, std::vector<double> scores, const PieceBpeOptions& options)
{
    vocabulary.buildIndex();
    auto made = std::shared_ptr<PieceBpe>(new PieceBpe(std::move(vocabulary), options));
    made->m_scores = std::move(scores);
    return made;
}

std::shared_ptr<const Tokenizer> PieceBpe::byRank(Vocabulary vocabulary,
    const std::vector<std::pair<std::string, std::string>>& merges, const PieceBpeOptions& options)
{
    vocabulary.buildIndex();
    auto made = std::shared_ptr<PieceBpe>(new PieceBpe(std::move(vocabulary), options));
    const PieceIndex& index = made->m_vocabulary.index;
    for (std::size_t rank = 0; rank < merges.size(); ++rank) {
        const auto left = index.find(merges[rank].first);
        const auto right = index.find(merges[rank].second);
        const auto both = index.find(merges[rank].first + merges[rank].second);
        if (left != index.end() && right != index.end() && both != index.end())
            made->m_ranks.emplace(
                pairKey(left->second, right->second), std::pair(std::int32_t(rank), both->second));
    }
    return made;
}

std::vector<TokenId> PieceBpe::encode(std::string_view given) const
{
    const std::string text =
        normalised(isValidUtf8(given) ? std::string(given) : toValidUtf8(given), m_options);
    const PieceIndex& index = m_vocabulary.index;
    const auto idOf = [&](std::string_view piece) -> TokenId {
        const auto found = index.find(piece);
        if (found == index.end())
            return -1;
        const PieceKind kind = m_vocabulary.kinds[std::size_t(found->second)];
        return kind == PieceKind::Normal || kind == PieceKind::UserDefined ? found->second : -1;
    };
    std::vector<MergeSymbol> symbols;
    symbols.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = characterBytes(text[at]);
        symbols.push_back({std::uint32_t(at), std::uint32_t(at + length),
            idOf(std::string_view(text).substr(at, length))});
        at += length;
    }
    if (!m_scores.empty()) {
        mergeSymbols(symbols,
            [&](const MergeSymbol& left, const MergeSymbol& right) -> std::optional<Joined> {
                const TokenId id =
                    idOf(std::string_view(text).substr(left.begin, right.end - left.begin));
                if (id < 0)
                    return std::nullopt;
                return Joined{-m_scores[std::size_t(id)], id};
            });
    } else {
        mergeSymbols(symbols,
            [&](const MergeSymbol& left, const MergeSymbol& right) -> std::optional<Joined> {
                const auto found = m_ranks.find(pairKey(left.id, right.id));
                if (found == m_ranks.end())
                    return std::nullopt;
                return Joined{double(found->second.first), found->second.second};
            });
    }
    std::vector<TokenId> ids;
    ids.reserve(symbols.size());
    for (const MergeSymbol& symbol : symbols) {
        if (symbol.id >= 0) {
            ids.push_back(symbol.id);
            continue;
        }
        for (std::uint32_t at = symbol.begin; at < symbol.end; ++at) {
            const TokenId byte = m_byteIds[static_cast<unsigned char>(text[at])];
            if (byte >= 0)
                ids.push_back(byte);
            else if (m_vocabulary.unknown && (ids.empty() || ids.back() != *m_vocabulary.unknown))
                ids.push_back(*m_vocabulary.unknown);
        }
    }
    return ids;
}

} // namespace koala
