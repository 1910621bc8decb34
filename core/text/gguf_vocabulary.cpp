#include "core/text/tokenizer_sources.h"

namespace koala {
namespace {

Error missing(const std::string& what, std::string_view key)
{
    return invalidInput(
        fmt::format("{} has no \"{}\", so its texts cannot be encoded; use a GGUF that "
                    "holds its vocabulary",
            what, key));
}

std::optional<TokenId> idAt(
    const GgufHeader& header, std::string_view key, const Vocabulary& vocabulary)
{
    const auto value = header.integer(key);
    if (!value || *value < 0 || std::uint64_t(*value) >= vocabulary.pieces.size())
        return std::nullopt;
    return TokenId(*value);
}

} // namespace

Result<BpeSource> bpeFromGguf(const GgufHeader& header, const std::string& what)
{
    const std::string* model = header.string("tokenizer.ggml.model");
    if (model == nullptr)
        return missing(what, "tokenizer.ggml.model");
    const auto* tokens = header.strings("tokenizer.ggml.tokens");
    if (tokens == nullptr || tokens->empty())
        return missing(what, "tokenizer.ggml.tokens");
    BpeSource source;
    Vocabulary& vocabulary = source.vocabulary;
    vocabulary.pieces = *tokens;
    vocabulary.kinds.assign(tokens->size(), PieceKind::Normal);
    if (const auto* kinds = header.integers("tokenizer.ggml.token_type")) {
        if (kinds->size() != tokens->size())
            return invalidInput(
                what + ": tokenizer.ggml.token_type and tokens have different lengths; the "
                       "file is damaged, fetch it again");
        for (std::size_t i = 0; i < kinds->size(); ++i)
            if ((*kinds)[i] >= 1 && (*kinds)[i] <= 6)
                vocabulary.kinds[i] = PieceKind((*kinds)[i]);
    }
    vocabulary.bos = idAt(header, "tokenizer.ggml.bos_token_id", vocabulary);
    vocabulary.eos = idAt(header, "tokenizer.ggml.eos_token_id", vocabulary);
    vocabulary.unknown = idAt(header, "tokenizer.ggml.unknown_token_id", vocabulary);

    if (*model == "llama") {
        const auto* scores = header.numbers("tokenizer.ggml.scores");
        if (scores == nullptr || scores->size() != tokens->size())
            return missing(what, "tokenizer.ggml.scores");
        source.form = BpeSource::Form::PieceByScore;
        source.scores = *scores;
        source.pieceOptions.dummyPrefix =
            header.boolean("tokenizer.ggml.add_space_prefix").value_or(true);
        source.pieceOptions.collapseBlanks =
            header.boolean("tokenizer.ggml.remove_extra_whitespaces").value_or(false);
        return source;
    }
    if (*model != "gpt2")
        return invalidInput(
            fmt::format("{} has a vocabulary of kind \"{}\"; kinds \"gpt2\" and \"llama\" are "
                        "known",
                what, *model));
    const std::string* pre = header.string("tokenizer.ggml.pre");
    if (pre != nullptr && *pre == "smollm")
        source.digits = Digits::Apart;
    else if (pre != nullptr && *pre != "gpt-2" && *pre != "default")
        return invalidInput(fmt::format(
            "{} cuts texts by the rule \"{}\"; \"smollm\" and \"gpt-2\" are known", what, *pre));
    const auto* merges = header.strings("tokenizer.ggml.merges");
    if (merges == nullptr)
        return missing(what, "tokenizer.ggml.merges");
    source.merges.reserve(merges->size());
    for (const std::string& merge : *merges) {
        const std::size_t blank = merge.find(' ', 1);
        if (blank == std::string::npos || blank + 1 >= merge.size())
            return invalidInput(
                what + ": a merge is not two pieces; the file is damaged, fetch it again");
        source.merges.emplace_back(merge.substr(0, blank), merge.substr(blank + 1));
    }
    return source;
}

} // namespace koala
