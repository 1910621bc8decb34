#include <algorithm>

#include "core/text/gguf_vocabulary.h"
#include "core/text/sentencepiece_model.h"
#include "core/text/tokenizer_sources.h"

namespace koala {
namespace {

constexpr std::uint64_t kLargestTokenizer = std::uint64_t(256) << 20;

void addPieces(GgufMetadata& metadata, const Vocabulary& vocabulary)
{
    std::vector<std::int64_t> kinds;
    for (const PieceKind kind : vocabulary.kinds)
        kinds.push_back(std::int64_t(kind));
    metadata.emplace_back("tokenizer.ggml.tokens", vocabulary.pieces);
    metadata.emplace_back("tokenizer.ggml.token_type", std::move(kinds));
}

void addSpecials(GgufMetadata& metadata, const Vocabulary& vocabulary)
{
    const auto add = [&](const char* key, std::optional<TokenId> id) {
        if (id)
            metadata.emplace_back(key, std::int64_t(*id));
    };
    add("tokenizer.ggml.bos_token_id", vocabulary.bos);
    add("tokenizer.ggml.eos_token_id", vocabulary.eos);
    add("tokenizer.ggml.unknown_token_id", vocabulary.unknown);
}

Result<GgufMetadata> fromSentencePiece(const fs::path& path)
{
    KOALA_TRY(const std::string bytes, readFile(path, kLargestTokenizer));
    KOALA_TRY(const SentencePieceModel model, parseSentencePieceModel(bytes, path.string()));
    constexpr std::int64_t kBpe = 2;
    if (model.modelType != kBpe || !model.charsMap.empty() || !model.escapesBlanks ||
        model.blankAsSuffix)
        return invalidInput(
            path.string() +
            ": only byte pair encodings of texts as they are have a form in a GGUF");
    GgufMetadata metadata{{"tokenizer.ggml.model", std::string("llama")}};
    addPieces(metadata, model.vocabulary);
    metadata.emplace_back("tokenizer.ggml.scores", model.scores);
    addSpecials(metadata, model.vocabulary);
    metadata.emplace_back("tokenizer.ggml.add_bos_token", model.vocabulary.bos.has_value());
    metadata.emplace_back("tokenizer.ggml.add_space_prefix", model.dummyPrefix);
    metadata.emplace_back("tokenizer.ggml.remove_extra_whitespaces", model.removeExtraWhitespace);
    return metadata;
}

Result<GgufMetadata> fromTokenizerJson(const fs::path& path)
{
    KOALA_TRY(const std::string text, readFile(path, kLargestTokenizer));
    KOALA_TRY(const Json json, parseJson(text, path.string()));
    KOALA_TRY(BpeSource source, bpeFromTokenizerJson(json, path.string()));
    KOALA_RETURN_IF_ERROR(nameSpecialTokens(source.vocabulary, path.parent_path()));
    if (source.form != BpeSource::Form::ByteLevel)
        return invalidInput(path.string() + ": a vocabulary joined by rank has no form in a GGUF; "
                                            "put its tokenizer.model beside it");
    std::vector<std::string> merges;
    for (const auto& [left, right] : source.merges)
        merges.push_back(left + " " + right);
    GgufMetadata metadata{{"tokenizer.ggml.model", std::string("gpt2")},
        {"tokenizer.ggml.pre", std::string(source.digits == Digits::Apart ? "smollm" : "gpt-2")}};
    addPieces(metadata, source.vocabulary);
    metadata.emplace_back("tokenizer.ggml.merges", std::move(merges));
    addSpecials(metadata, source.vocabulary);
    metadata.emplace_back("tokenizer.ggml.add_bos_token", false);
    return metadata;
}

Result<GgufMetadata> fromGguf(const fs::path& path)
{
    KOALA_TRY(const GgufHeader header, readGgufHeader(path));
    GgufMetadata metadata;
    for (const auto& [key, value] : header.values)
        if (key.starts_with("tokenizer."))
            metadata.emplace_back(key, value);
    return metadata;
}

} // namespace

Result<GgufMetadata> ggufVocabularyOf(const fs::path& model)
{
    std::error_code code;
    if (!fs::is_directory(model, code)) {
        KOALA_TRY(const std::string head, readHead(model, 4));
        return head == "GGUF" ? fromGguf(model) : fromSentencePiece(model);
    }
    if (fs::exists(model / "tokenizer.model", code))
        return fromSentencePiece(model / "tokenizer.model");
    if (fs::exists(model / "tokenizer.json", code))
        return fromTokenizerJson(model / "tokenizer.json");
    return notFound(model.string() + " holds no tokeniser; copy the one that belongs to it there");
}

} // namespace koala
