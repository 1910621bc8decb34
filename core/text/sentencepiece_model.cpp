#include "core/text/sentencepiece_model.h"

#include <cmath>
#include <cstring>

#include "core/base/utf8.h"
#include "core/text/piece_joins.h"

namespace koala {
namespace {

// The wire format of protocol buffers, as much of it as these files use.
class WireReader {
public:
    explicit WireReader(std::string_view bytes) : m_rest(bytes) {}
    struct Field {
        std::uint32_t number = 0;
        std::uint32_t wire = 0; // 0 varint, 1 eight bytes, 2 bytes, 5 four bytes
        std::uint64_t value = 0;
        std::string_view bytes;
    };
    bool next(Field& field)
    {
        if (m_rest.empty() || m_broken)
            return false;
        std::uint64_t key = 0;
        m_broken = !varint(key) || key >> 3 == 0 || key >> 3 > 0x1FFFFFFF;
        if (m_broken)
            return false;
        field = {std::uint32_t(key >> 3), std::uint32_t(key & 7), 0, {}};
        std::uint64_t length = 0;
        switch (field.wire) {
        case 0:
            m_broken = !varint(field.value);
            break;
        case 1:
            m_broken = !take(8, field.bytes);
            break;
        case 2:
            m_broken = !varint(length) || !take(length, field.bytes);
            break;
        case 5:
            m_broken = !take(4, field.bytes);
            break;
        default:
            m_broken = true;
        }
        return !m_broken;
    }
    bool broken() const { return m_broken; }

private:
    bool varint(std::uint64_t& value)
    {
        value = 0;
        for (unsigned shift = 0; shift < 64 && !m_rest.empty(); shift += 7) {
            const auto byte = static_cast<unsigned char>(m_rest.front());
            m_rest.remove_prefix(1);
            value |= std::uint64_t(byte & 0x7F) << shift;
            if ((byte & 0x80) == 0)
                return true;
        }
        return false;
    }
    bool take(std::uint64_t count, std::string_view& out)
    {
        if (count > m_rest.size())
            return false;
        out = m_rest.substr(0, std::size_t(count));
        m_rest.remove_prefix(std::size_t(count));
        return true;
    }
    std::string_view m_rest;
    bool m_broken = false;
};

float floatOf(std::string_view bytes)
{
    float value = 0;
    if (bytes.size() == sizeof value)
        std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}

std::uint32_t wordAt(std::string_view bytes, std::size_t at)
{
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

Error broken(const std::string& what, const std::string& reason)
{
    return invalidInput(what + " is not a usable sentencepiece model: " + reason +
                        "; fetch or copy the file again");
}

Status readPiece(std::string_view bytes, SentencePieceModel& model, const std::string& what)
{
    std::string piece;
    float score = 0;
    std::uint64_t kind = 1;
    WireReader reader(bytes);
    for (WireReader::Field field; reader.next(field);) {
        if (field.number == 1 && field.wire == 2)
            piece = field.bytes;
        else if (field.number == 2 && field.wire == 5)
            score = floatOf(field.bytes);
        else if (field.number == 3 && field.wire == 0)
            kind = field.value;
    }
    const std::size_t id = model.vocabulary.pieces.size();
    if (reader.broken())
        return broken(what, fmt::format("piece {} is damaged", id));
    if (piece.empty())
        return broken(what, fmt::format("piece {} has no text", id));
    if (kind < 1 || kind > 6 || !std::isfinite(score) || !isValidUtf8(piece))
        return broken(
            what, fmt::format("piece {} (\"{}\") has an impossible kind, score or spelling", id,
                      elided(toValidUtf8(piece), 40)));
    if (kind == 6 && byteOfPiece(piece) < 0)
        return broken(
            what, fmt::format("piece {} (\"{}\") should be a byte", id, elided(piece, 40)));
    model.vocabulary.pieces.push_back(std::move(piece));
    model.vocabulary.kinds.push_back(PieceKind(kind));
    model.scores.push_back(double(score));
    return {};
}

struct Ids {
    std::int64_t bos = 1;
    std::int64_t eos = 2;
};

Status readTrainer(
    std::string_view bytes, SentencePieceModel& model, Ids& ids, const std::string& what)
{
    WireReader reader(bytes);
    for (WireReader::Field field; reader.next(field);) {
        if (field.wire != 0)
            continue;
        const auto signedValue = std::int64_t(std::int32_t(std::uint32_t(field.value)));
        if (field.number == 3)
            model.modelType = signedValue;
        else if (field.number == 24)
            model.blankAsSuffix = field.value != 0;
        else if (field.number == 35)
            model.byteFallback = field.value != 0;
        else if (field.number == 41)
            ids.bos = signedValue;
        else if (field.number == 42)
            ids.eos = signedValue;
    }
    if (reader.broken())
        return broken(what, "its training settings are damaged");
    if (model.modelType < 1 || model.modelType > 4)
        return broken(what, fmt::format("it has the unknown model type {}", model.modelType));
    return {};
}

Status readNormaliser(std::string_view bytes, SentencePieceModel& model, const std::string& what)
{
    WireReader reader(bytes);
    for (WireReader::Field field; reader.next(field);) {
        if (field.number == 2 && field.wire == 2)
            model.charsMap = field.bytes;
        else if (field.number == 3 && field.wire == 0)
            model.dummyPrefix = field.value != 0;
        else if (field.number == 4 && field.wire == 0)
            model.removeExtraWhitespace = field.value != 0;
        else if (field.number == 5 && field.wire == 0)
            model.escapesBlanks = field.value != 0;
    }
    return reader.broken() ? Status(broken(what, "its normalisation settings are damaged"))
                           : Status();
}

// The map is a double array followed by texts that end in NUL. The library walks the array without
// looking at its size, so every step that a key could take must stay inside.
bool charsMapIsSound(std::string_view map)
{
    if (map.empty())
        return true;
    if (map.size() < 8)
        return false;
    const std::uint64_t trieBytes = wordAt(map, 0);
    if (trieBytes == 0 || trieBytes % 4 != 0 || trieBytes + 4 >= map.size() || map.back() != '\0')
        return false;
    const std::uint64_t units = trieBytes / 4;
    const std::uint64_t textBytes = map.size() - 4 - trieBytes;
    for (std::uint64_t i = 0; i < units; ++i) {
        const std::uint32_t unit = wordAt(map, std::size_t(4 + i * 4));
        if ((unit & 0x80000000u) != 0) {
            if ((unit & 0x7FFFFFFFu) >= textBytes)
                return false;
            continue;
        }
        const std::uint64_t offset = std::uint64_t(unit >> 10) << ((unit & (1u << 9)) >> 6);
        if (((i ^ offset) | 0xFF) >= units)
            return false;
    }
    return true;
}

Status checkVocabulary(SentencePieceModel& model, const Ids& ids, const std::string& what)
{
    Vocabulary& vocabulary = model.vocabulary;
    if (vocabulary.pieces.empty())
        return broken(what, "it holds no pieces");
    vocabulary.buildIndex();
    if (vocabulary.index.size() != vocabulary.pieces.size())
        return broken(what, "some pieces occur twice");
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < vocabulary.kinds.size(); ++i) {
        bytes += vocabulary.kinds[i] == PieceKind::Byte;
        if (vocabulary.kinds[i] != PieceKind::Unknown)
            continue;
        if (vocabulary.unknown)
            return broken(what, "it has two unknown pieces");
        vocabulary.unknown = TokenId(i);
    }
    if (!vocabulary.unknown)
        return broken(what, "it has no unknown piece");
    if (model.byteFallback ? bytes != 256 : bytes != 0)
        return broken(what, fmt::format("it has {} byte pieces where {} are needed", bytes,
                                model.byteFallback ? 256 : 0));
    const auto control = [&](std::int64_t id, std::string_view name) -> std::optional<TokenId> {
        if (id >= 0 && vocabulary.isControl(TokenId(id)))
            return TokenId(id);
        return vocabulary.specialId(name);
    };
    vocabulary.bos = control(ids.bos, "<s>");
    vocabulary.eos = control(ids.eos, "</s>");
    return {};
}

} // namespace

bool SentencePieceModel::isPlainBpe() const
{
    if (modelType != 2 || !byteFallback || !charsMap.empty() || removeExtraWhitespace ||
        !escapesBlanks || blankAsSuffix)
        return false;
    for (std::size_t i = 0; i < vocabulary.pieces.size(); ++i) {
        const PieceKind kind = vocabulary.kinds[i];
        if (kind == PieceKind::UserDefined || kind == PieceKind::Unused ||
            vocabulary.pieces[i].size() > kLongestPiece)
            return false;
        // The library takes a lone character for the control piece that is spelled so.
        if (kind != PieceKind::Normal && countCodePoints(vocabulary.pieces[i]) == 1)
            return false;
    }
    return true;
}

Result<SentencePieceModel> parseSentencePieceModel(std::string_view bytes, const std::string& what)
{
    SentencePieceModel model;
    Ids ids;
    WireReader reader(bytes);
    for (WireReader::Field field; reader.next(field);) {
        if (field.wire != 2)
            continue;
        if (field.number == 1)
            KOALA_RETURN_IF_ERROR(readPiece(field.bytes, model, what));
        else if (field.number == 2)
            KOALA_RETURN_IF_ERROR(readTrainer(field.bytes, model, ids, what));
        else if (field.number == 3)
            KOALA_RETURN_IF_ERROR(readNormaliser(field.bytes, model, what));
    }
    if (reader.broken())
        return broken(
            what, model.vocabulary.pieces.empty() ? "it is of another kind" : "it is cut short");
    KOALA_RETURN_IF_ERROR(checkVocabulary(model, ids, what));
    if (!charsMapIsSound(model.charsMap))
        return broken(what, "its normalisation table is damaged");
    return model;
}

} // namespace koala
