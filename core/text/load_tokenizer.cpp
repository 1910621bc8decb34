#include <system_error>

#include "core/base/json.h"
#include "core/text/sentencepiece_tokenizer.h"
#include "core/text/tokenizer_sources.h"

namespace koala {
namespace {

constexpr std::uint64_t kLargestTokenizerJson = std::uint64_t(256) << 20;

// bos_token and eos_token of tokenizer_config.json: a string, or an object with "content".
std::string namedToken(const Json& config, const char* key)
{
    const Json& value = memberOr(config, key);
    return value.is_string() ? value.get<std::string>() : stringOr(value, "content", "");
}

Result<std::shared_ptr<const Tokenizer>> loadTokenizerJson(const fs::path& path)
{
    KOALA_TRY(const std::string text, readFile(path, kLargestTokenizerJson));
    KOALA_TRY(const Json json, parseJson(text, path.string()));
    KOALA_TRY(BpeSource source, bpeFromTokenizerJson(json, path.string()));
    KOALA_RETURN_IF_ERROR(nameSpecialTokens(source.vocabulary, path.parent_path()));
    return makeTokenizer(std::move(source), path.string());
}

Result<std::shared_ptr<const Tokenizer>> loadGguf(const fs::path& path)
{
    KOALA_TRY(const GgufHeader header, readGgufHeader(path));
    KOALA_TRY(BpeSource source, bpeFromGguf(header, path.string()));
    return makeTokenizer(std::move(source), path.string());
}

} // namespace

Status nameSpecialTokens(Vocabulary& vocabulary, const fs::path& folder)
{
    std::error_code code;
    for (const char* beside : {"tokenizer_config.json", "special_tokens_map.json"}) {
        const fs::path file = folder / beside;
        if (!fs::exists(file, code))
            continue;
        KOALA_TRY(const Json config, readJsonFile(file));
        const std::string bos = namedToken(config, "bos_token");
        const std::string eos = namedToken(config, "eos_token");
        for (std::size_t i = 0; i < vocabulary.pieces.size(); ++i) {
            if (vocabulary.kinds[i] != PieceKind::Control)
                continue;
            if (!bos.empty() && vocabulary.pieces[i] == bos)
                vocabulary.bos = TokenId(i);
            if (!eos.empty() && vocabulary.pieces[i] == eos)
                vocabulary.eos = TokenId(i);
        }
    }
    return {};
}

Result<std::shared_ptr<const Tokenizer>> loadTokenizer(const fs::path& path)
{
    std::error_code code;
    if (fs::is_directory(path, code)) {
        if (fs::exists(path / "tokenizer.model", code))
            return loadSentencePiece(path / "tokenizer.model");
        if (fs::exists(path / "tokenizer.json", code))
            return loadTokenizerJson(path / "tokenizer.json");
        return notFound(path.string() +
                        " holds neither tokenizer.model nor tokenizer.json; copy the "
                        "tokeniser that belongs to the model into it");
    }
    if (!fs::exists(path, code))
        return notFound(
            path.string() + " does not exist; check the path of the model or tokeniser");
    KOALA_TRY(const std::string head, readHead(path, 4));
    if (head == "GGUF")
        return loadGguf(path);
    if (path.extension() == ".json")
        return loadTokenizerJson(path);
    if (path.extension() == ".safetensors")
        return loadTokenizer(path.parent_path().empty() ? fs::path(".") : path.parent_path());
    return loadSentencePiece(path);
}

} // namespace koala
