#include "core/data/mix/text_processor.h"

#include <charconv>
#include <optional>

#include <openssl/evp.h>

namespace koala {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos)
            return parts;
        text.remove_prefix(at + 1);
    }
}

// "<|123|>" -> 123
std::optional<TokenId> literalId(std::string_view body)
{
    if (!body.starts_with("<|") || !body.ends_with("|>") || body.size() < 5)
        return std::nullopt;
    TokenId id = 0;
    const char* end = body.data() + body.size() - 2;
    const auto [stop, code] = std::from_chars(body.data() + 2, end, id);
    return code == std::errc() && stop == end && id >= 0 ? std::optional(id) : std::nullopt;
}

// Little-endian 32-bit integers in base64.
Result<std::vector<TokenId>> idsFromBase64(const std::string& text, std::string_view key)
{
    const auto broken = [&] {
        return invalidInput(fmt::format(
            "the token array \"{}\" is no base64 of 32-bit little-endian numbers", key));
    };
    std::string bytes(text.size() / 4 * 3 + 3, '\0');
    const int count = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
        reinterpret_cast<const unsigned char*>(text.data()), int(text.size()));
    if (text.size() % 4 != 0 || count < 0)
        return broken();
    std::size_t length = std::size_t(count);
    for (std::size_t i = text.size(); i > 0 && text[i - 1] == '=' && length > 0; --i)
        --length;
    if (length % 4 != 0)
        return broken();
    std::vector<TokenId> ids;
    for (std::size_t i = 0; i < length; i += 4) {
        std::uint32_t value = 0;
        for (std::size_t b = 4; b-- > 0;)
            value = value << 8 | static_cast<unsigned char>(bytes[i + b]);
        ids.push_back(TokenId(value));
    }
    return ids;
}

class Processor {
public:
    Processor(const Json& example, const TextProcessorOptions& options, const Tokenizer& tokenizer)
        : m_example(example), m_options(options), m_tokenizer(tokenizer)
    {
    }

    Result<Rendered> run()
    {
        std::string program = m_options.fields;
        if (!m_options.fieldsFromExample.empty()) {
            KOALA_TRY(program, stringAt(m_example, m_options.fieldsFromExample, "the row"));
        }
        if (m_options.addBos) {
            KOALA_TRY(const TokenId bos, control(m_tokenizer.bosId(), "BOS"));
            add(bos, false);
        }
        for (const std::string_view field : split(program, ',')) {
            KOALA_RETURN_IF_ERROR(addField(field));
            ++m_field;
        }
        if (m_options.addEos) {
            KOALA_TRY(const TokenId eos, control(m_tokenizer.eosId(), "EOS"));
            add(eos, true);
        }
        return std::move(m_out);
    }

private:
    Result<TokenId> control(std::optional<TokenId> id, std::string_view name) const
    {
        if (!id)
            return invalidInput(fmt::format("the tokeniser has no {}", name));
        return *id;
    }

    void add(TokenId id, bool trained)
    {
        m_out.tokens.push_back({id, trained, std::int16_t(m_field)});
    }

    Status addField(std::string_view field)
    {
        bool trained = true;
        if (field.starts_with('[')) {
            if (!field.ends_with(']') || field.size() < 3)
                return invalidInput(
                    fmt::format("field {} is \"{}\", whose bracket is not closed", m_field, field));
            field = field.substr(1, field.size() - 2);
            trained = false;
        }
        if (field == "<|bos|>" || field == "<|eos|>") {
            const bool bos = field == "<|bos|>";
            KOALA_TRY(const TokenId id,
                control(bos ? m_tokenizer.bosId() : m_tokenizer.eosId(), bos ? "BOS" : "EOS"));
            add(id, trained);
            return {};
        }
        if (const std::optional<TokenId> id = literalId(field)) {
            add(*id, trained);
            return {};
        }
        if (field.starts_with('{') && field.ends_with('}')) {
            const std::string_view key = field.substr(1, field.size() - 2);
            KOALA_TRY(const std::string text, value(key));
            KOALA_TRY(const std::vector<TokenId> ids, idsFromBase64(text, key));
            for (const TokenId id : ids)
                add(id, trained);
            return {};
        }
        return addText(field, trained);
    }

    Status addText(std::string_view field, bool trained)
    {
        std::string text = m_field == 0 ? m_options.prependText : std::string();
        bool first = true;
        for (const std::string_view key : split(field, '+')) {
            KOALA_TRY(const std::string part, value(key));
            text += (std::exchange(first, false) ? "" : m_options.subfieldSeparator) + part;
        }
        for (const TokenId id : m_tokenizer.encode(text))
            add(id, trained);
        return {};
    }

    Result<std::string> value(std::string_view key) const
    {
        const Json& found = memberOr(m_example, key);
        if (!found.is_string())
            return invalidInput(fmt::format("field {} names \"{}\", which the row {}", m_field, key,
                found.is_null() ? "does not have" : "has, but not as text"));
        return found.get<std::string>();
    }

    const Json& m_example;
    const TextProcessorOptions& m_options;
    const Tokenizer& m_tokenizer;
    int m_field = 0;
    Rendered m_out;
};

} // namespace

Result<Rendered> processExample(
    const Json& example, const TextProcessorOptions& options, const Tokenizer& tokenizer)
{
    return Processor(example, options, tokenizer).run();
}

Json koalaExampleOf(const Conversation& conversation, Marker marker)
{
    const bool negative = marker == Marker::Negative;
    Json example{{"marker_user", "USER:"}, {"marker_gpt", "GPT:"}};
    if (negative)
        example["marker_gpt_bad"] = "An Unhelpful Answer:";
    const std::string answer = negative ? "gpt_bad_" : "gpt_";
    std::string program;
    int n = 0;
    for (const Turn& turn : conversation.turns) {
        const std::string separator = program.empty() ? "" : ",";
        if (turn.role == Role::User) {
            program += fmt::format("{}[marker_user+human_{}+{}]", separator, n,
                negative ? "marker_gpt_bad" : "marker_gpt");
            example[fmt::format("human_{}", n)] = turn.text;
        } else if (turn.role == Role::Assistant) {
            program += fmt::format("{}{}{},<|eos|>", separator, answer, n);
            example[fmt::format("{}{}", answer, n)] = turn.text;
        } else {
            continue;
        }
        ++n;
    }
    example["fields"] = program;
    return example;
}

} // namespace koala
