#include "core/base/json.h"
#include "core/base/utf8.h"
#include "core/text/tokenizer_sources.h"

namespace koala {
namespace {

constexpr std::int64_t kLargestVocabulary = 4'000'000;

Error damaged(const std::string& what, const std::string& reason)
{
    return invalidInput(what + ": " + reason + "; fetch or copy the file again");
}

Error unknownPart(const std::string& what, const std::string& part)
{
    return invalidInput(
        fmt::format("{}: its {} is of a kind that is not known here; byte-level BPE as GPT-2's "
                    "and SmolLM's, and BPE over \"▁\" pieces are",
            what, part));
}

Status readPieces(const Json& json, Vocabulary& vocabulary, const std::string& what)
{
    const Json& pieces = memberOr(memberOr(json, "model"), "vocab");
    if (!pieces.is_object() || pieces.empty())
        return damaged(what, "\"model\" has no \"vocab\"");
    std::vector<std::pair<std::string, std::int64_t>> placed;
    std::int64_t highest = -1;
    const auto place = [&](const std::string& piece, const Json& id) {
        const std::int64_t value = id.is_number_integer() ? id.get<std::int64_t>() : -1;
        placed.emplace_back(piece, value >= 0 && value < kLargestVocabulary ? value : -1);
        highest = std::max(highest, placed.back().second);
    };
    for (const auto& [piece, id] : pieces.items())
        place(piece, id);
    const Json& added = memberOr(json, "added_tokens");
    if (added.is_array())
        for (const Json& token : added)
            place(stringOr(token, "content", ""), memberOr(token, "id"));
    vocabulary.pieces.resize(std::size_t(highest + 1));
    vocabulary.kinds.assign(vocabulary.pieces.size(), PieceKind::Unused);
    for (const auto& [piece, id] : placed) {
        if (id < 0)
            return damaged(what, "the piece \"" + elided(piece, 40) + "\" has no valid id");
        vocabulary.pieces[std::size_t(id)] = piece;
        vocabulary.kinds[std::size_t(id)] =
            byteOfPiece(piece) >= 0 ? PieceKind::Byte : PieceKind::Normal;
    }
    if (added.is_array())
        for (const Json& token : added)
            vocabulary.kinds[std::size_t(integerOr(token, "id", 0))] =
                boolOr(token, "special", false) ? PieceKind::Control : PieceKind::UserDefined;
    return {};
}

Status readMerges(const Json& json, BpeSource& source, const std::string& what)
{
    const Json& merges = memberOr(memberOr(json, "model"), "merges");
    if (!merges.is_array())
        return damaged(what, "\"model\" has no \"merges\"");
    source.merges.reserve(merges.size());
    for (const Json& merge : merges) {
        if (merge.is_string()) {
            const auto& line = merge.get_ref<const std::string&>();
            const std::size_t blank = line.find(' ', 1);
            if (blank == std::string::npos || blank + 1 >= line.size())
                return damaged(what, "a merge is not two pieces");
            source.merges.emplace_back(line.substr(0, blank), line.substr(blank + 1));
        } else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() &&
                   merge[1].is_string()) {
            source.merges.emplace_back(merge[0].get<std::string>(), merge[1].get<std::string>());
        } else {
            return damaged(what, "a merge is not two pieces");
        }
    }
    return {};
}

// {"type":"Sequence","<list>":[…]} or one of its members alone.
std::vector<Json> partsOf(const Json& part, const char* list)
{
    if (part.is_null())
        return {};
    if (stringOr(part, "type", "") == "Sequence" && memberOr(part, list).is_array())
        return memberOr(part, list).get<std::vector<Json>>();
    return {part};
}

Status readPreTokenizer(const Json& json, BpeSource& source, const std::string& what)
{
    const std::vector<Json> parts = partsOf(memberOr(json, "pre_tokenizer"), "pretokenizers");
    source.form = parts.empty() ? BpeSource::Form::PieceByRank : BpeSource::Form::ByteLevel;
    bool byteLevel = false;
    for (const Json& part : parts) {
        const std::string type = stringOr(part, "type", "");
        if (type == "Digits" && boolOr(part, "individual_digits", false) && !byteLevel)
            source.digits = Digits::Apart;
        else if (type == "ByteLevel" && !boolOr(part, "add_prefix_space", false) &&
                 boolOr(part, "use_regex", true))
            byteLevel = true;
        else
            return unknownPart(what, "\"pre_tokenizer\"");
    }
    return parts.empty() || byteLevel ? Status() : Status(unknownPart(what, "\"pre_tokenizer\""));
}

Status readNormaliser(const Json& json, BpeSource& source, const std::string& what)
{
    source.pieceOptions.dummyPrefix = false;
    bool blanks = false;
    const std::vector<Json> parts = partsOf(memberOr(json, "normalizer"), "normalizers");
    for (const Json& part : parts) {
        const std::string type = stringOr(part, "type", "");
        if (type == "Prepend" && stringOr(part, "prepend", "") == "▁")
            source.pieceOptions.dummyPrefix = true;
        else if (type == "Replace" && stringOr(memberOr(part, "pattern"), "String", "") == " " &&
                 stringOr(part, "content", "") == "▁")
            blanks = true;
        else
            return unknownPart(what, "\"normalizer\"");
    }
    const bool byteLevel = source.form == BpeSource::Form::ByteLevel;
    if (byteLevel ? !parts.empty() : !blanks)
        return unknownPart(what, "\"normalizer\"");
    return {};
}

} // namespace

Result<BpeSource> bpeFromTokenizerJson(const Json& json, const std::string& what)
{
    const Json& model = memberOr(json, "model");
    if (!model.is_object() || stringOr(model, "type", "BPE") != "BPE")
        return unknownPart(what, "\"model\"");
    BpeSource source;
    KOALA_RETURN_IF_ERROR(readPieces(json, source.vocabulary, what));
    KOALA_RETURN_IF_ERROR(readMerges(json, source, what));
    KOALA_RETURN_IF_ERROR(readPreTokenizer(json, source, what));
    KOALA_RETURN_IF_ERROR(readNormaliser(json, source, what));
    Vocabulary& vocabulary = source.vocabulary;
    const std::string unknown = stringOr(model, "unk_token", "");
    for (std::size_t i = 0; i < vocabulary.pieces.size(); ++i)
        if (!unknown.empty() && vocabulary.pieces[i] == unknown)
            vocabulary.unknown = TokenId(i);
    return source;
}

Result<std::shared_ptr<const Tokenizer>> makeTokenizer(BpeSource source, const std::string& what)
{
    switch (source.form) {
    case BpeSource::Form::PieceByScore:
        return PieceBpe::byScore(
            std::move(source.vocabulary), source.scores, source.pieceOptions, what);
    case BpeSource::Form::PieceByRank:
        return PieceBpe::byRank(std::move(source.vocabulary), source.merges, source.pieceOptions);
    case BpeSource::Form::ByteLevel:
        break;
    }
    return ByteBpe::create(std::move(source.vocabulary), source.merges, source.digits, what);
}

} // namespace koala
