#include "core/text/tokenizer_files.h"

#include "core/base/json.h"
#include "core/text/tokenizer_sources.h"

namespace koala {
namespace {

// Jinja of the templates that transformers can show; "" for those that it cannot without our code.
std::string jinjaOf(std::optional<TemplateId> id)
{
    if (!id)
        return "";
    switch (*id) {
    case TemplateId::ChatMl:
        return "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + "
               "message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}"
               "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
    case TemplateId::Koala:
        return "{{ bos_token + 'BEGINNING OF CONVERSATION:' }}{% for message in messages %}"
               "{% if message['role'] == 'assistant' %}{{ ' GPT:' + message['content'] + eos_token "
               "}}"
               "{% else %}{{ ' USER: ' + message['content'] }}{% endif %}{% endfor %}"
               "{% if add_generation_prompt %}{{ ' GPT:' }}{% endif %}";
    default:
        return "";
    }
}

OrderedJson addedToken(std::int64_t id, const std::string& piece)
{
    return {{"id", id}, {"content", piece}, {"single_word", false}, {"lstrip", false},
        {"rstrip", false}, {"normalized", false}, {"special", true}};
}

OrderedJson preTokenizer(Digits digits)
{
    OrderedJson steps = OrderedJson::array();
    if (digits == Digits::Apart)
        steps.push_back({{"type", "Digits"}, {"individual_digits", true}});
    steps.push_back({{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true},
        {"use_regex", true}});
    return {{"type", "Sequence"}, {"pretokenizers", std::move(steps)}};
}

Status writeByteLevel(const BpeSource& source, const fs::path& folder)
{
    OrderedJson added = OrderedJson::array();
    OrderedJson vocabulary = OrderedJson::object();
    for (std::size_t i = 0; i < source.vocabulary.pieces.size(); ++i) {
        vocabulary[source.vocabulary.pieces[i]] = i;
        if (source.vocabulary.isControl(TokenId(i)))
            added.push_back(addedToken(std::int64_t(i), source.vocabulary.pieces[i]));
    }
    OrderedJson merges = OrderedJson::array();
    for (const auto& [left, right] : source.merges)
        merges.push_back(left + " " + right);
    OrderedJson json;
    json["version"] = "1.0";
    json["truncation"] = nullptr;
    json["padding"] = nullptr;
    json["added_tokens"] = std::move(added);
    json["normalizer"] = nullptr;
    json["pre_tokenizer"] = preTokenizer(source.digits);
    json["post_processor"] = nullptr;
    json["decoder"] = {{"type", "ByteLevel"}, {"add_prefix_space", true}, {"trim_offsets", true},
        {"use_regex", true}};
    json["model"] = {{"type", "BPE"}, {"dropout", nullptr}, {"unk_token", nullptr},
        {"continuing_subword_prefix", nullptr}, {"end_of_word_suffix", nullptr},
        {"fuse_unk", false}, {"byte_fallback", false}, {"vocab", std::move(vocabulary)},
        {"merges", std::move(merges)}};
    return writeJsonFile(folder / "tokenizer.json", json);
}

Status writeConfig(
    const BpeSource& source, std::optional<TemplateId> chatTemplate, const fs::path& folder)
{
    const Vocabulary& vocabulary = source.vocabulary;
    OrderedJson json;
    json["tokenizer_class"] = "PreTrainedTokenizerFast";
    json["clean_up_tokenization_spaces"] = false;
    if (vocabulary.bos)
        json["bos_token"] = vocabulary.pieces[std::size_t(*vocabulary.bos)];
    if (vocabulary.eos)
        json["eos_token"] = vocabulary.pieces[std::size_t(*vocabulary.eos)];
    if (const std::string jinja = jinjaOf(chatTemplate); !jinja.empty())
        json["chat_template"] = jinja;
    return writeJsonFile(folder / "tokenizer_config.json", json);
}

OrderedJson plainConfig(bool isSentencePiece)
{
    return {{"tokenizer_class", isSentencePiece ? "LlamaTokenizer" : "PreTrainedTokenizerFast"},
        {"bos_token", "<s>"}, {"eos_token", "</s>"}, {"unk_token", "<unk>"},
        {"clean_up_tokenization_spaces", false}};
}

Status copySentencePiece(
    const fs::path& model, std::optional<TemplateId> chatTemplate, const fs::path& folder)
{
    KOALA_RETURN_IF_ERROR(copyFile(model, folder / "tokenizer.model"));
    OrderedJson json = plainConfig(true);
    if (const std::string jinja = jinjaOf(chatTemplate); !jinja.empty())
        json["chat_template"] = jinja;
    return writeJsonFile(folder / "tokenizer_config.json", json);
}

Status copyFromFolder(
    const fs::path& model, std::optional<TemplateId> chatTemplate, const fs::path& folder)
{
    std::error_code code;
    for (const char* name :
        {"tokenizer.model", "tokenizer.json", "special_tokens_map.json", "added_tokens.json"})
        if (fs::exists(model / name, code))
            KOALA_RETURN_IF_ERROR(copyFile(model / name, folder / name));
    OrderedJson json = OrderedJson::object();
    if (fs::exists(model / "tokenizer_config.json", code)) {
        KOALA_TRY(const Json given, readJsonFile(model / "tokenizer_config.json"));
        for (const auto& [key, value] : given.items())
            json[key] = value;
    } else {
        json = plainConfig(fs::exists(model / "tokenizer.model", code));
    }
    if (const std::string jinja = jinjaOf(chatTemplate); !jinja.empty())
        json["chat_template"] = jinja;
    return writeJsonFile(folder / "tokenizer_config.json", json);
}

} // namespace

Status writeTokenizerFiles(
    const fs::path& model, std::optional<TemplateId> chatTemplate, const fs::path& folder)
{
    std::error_code code;
    if (fs::is_directory(model, code))
        return copyFromFolder(model, chatTemplate, folder);
    KOALA_TRY(const std::string head, readHead(model, 4));
    if (head != "GGUF")
        return copySentencePiece(model, chatTemplate, folder);
    KOALA_TRY(const GgufHeader header, readGgufHeader(model));
    KOALA_TRY(const BpeSource source, bpeFromGguf(header, model.string()));
    // A vocabulary of scores has no exact tokenizer.json; koala reads it from the base model's
    // file.
    if (source.form == BpeSource::Form::ByteLevel)
        KOALA_RETURN_IF_ERROR(writeByteLevel(source, folder));
    return writeConfig(source, chatTemplate, folder);
}

} // namespace koala
