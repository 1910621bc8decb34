#include "core/serve/completion_request.h"

#include <limits>

#include <fmt/format.h>

namespace koala {
namespace {

constexpr std::size_t kMaxMessages = 4096;
constexpr std::size_t kMaxPrompts = 32;
constexpr int kMaxChoices = 16;
constexpr int kMaxLogprobs = 20;

const char* kindName(const Json& value)
{
    return value.is_null() ? "null" : value.type_name();
}

// Reads members with their types and ranges; the first failure is kept and ends the rest.
class Fields {
public:
    explicit Fields(const Json& body) : m_body(body) {}

    const Json& at(const char* key) const { return memberOr(m_body, key); }

    void real(const char* key, double& out, double least, double most)
    {
        const Json& value = at(key);
        if (m_error || value.is_null())
            return;
        if (!value.is_number())
            return wrongType(key, "a number", value);
        const double number = value.get<double>();
        if (!(number >= least && number <= most))
            return outside(key, number, least, most);
        out = number;
    }

    template <typename Integer>
    bool integer(const char* key, Integer& out, std::int64_t least, std::int64_t most)
    {
        const Json& value = at(key);
        if (m_error || value.is_null())
            return false;
        if (!value.is_number_integer()) {
            wrongType(key, "a whole number", value);
            return false;
        }
        const bool tooLarge =
            value.is_number_unsigned() &&
            value.get<std::uint64_t>() > std::uint64_t(std::numeric_limits<std::int64_t>::max());
        if (tooLarge || value.get<std::int64_t>() < least || value.get<std::int64_t>() > most) {
            outside(key, value.get<double>(), double(least), double(most));
            return false;
        }
        out = Integer(value.get<std::int64_t>());
        return true;
    }

    void boolean(const char* key, bool& out)
    {
        const Json& value = at(key);
        if (m_error || value.is_null())
            return;
        if (!value.is_boolean())
            return wrongType(key, "true or false", value);
        out = value.get<bool>();
    }

    void text(const char* key, std::string& out, std::size_t limit)
    {
        const Json& value = at(key);
        if (m_error || value.is_null())
            return;
        if (!value.is_string())
            return wrongType(key, "text", value);
        if (value.get_ref<const std::string&>().size() > limit)
            return fail(invalidRequest(fmt::format("{} is longer than {} bytes", key, limit), key));
        out = value.get<std::string>();
    }

    // Options of other servers that this one does not have: their neutral values are taken.
    void onlyNeutral(const char* key, double neutral)
    {
        double value = neutral;
        real(key, value, -1e9, 1e9);
        if (!m_error && value != neutral)
            fail(outOfRange(
                fmt::format("{} is not supported here; leave it out or send {}", key, neutral),
                key));
    }

    void fail(ApiError error)
    {
        if (!m_error)
            m_error = std::move(error);
    }
    const std::optional<ApiError>& error() const { return m_error; }

private:
    void wrongType(const char* key, const char* wanted, const Json& value)
    {
        fail(invalidRequest(
            fmt::format("{} must be {}, not {}", key, wanted, kindName(value)), key));
    }
    void outside(const char* key, double value, double least, double most)
    {
        fail(outOfRange(
            fmt::format("{} is {}; it must be between {} and {}", key, value, least, most), key));
    }

    const Json& m_body;
    std::optional<ApiError> m_error;
};

ApiResult<std::string> contentOf(const Json& content)
{
    if (content.is_string())
        return content.get<std::string>();
    if (content.is_null())
        return std::string();
    if (!content.is_array())
        return tl::unexpected(
            invalidRequest("content must be text or a list of text parts", "messages"));
    std::string text;
    for (const Json& part : content) {
        if (stringOr(part, "type", "") != "text" || !memberOr(part, "text").is_string())
            return tl::unexpected(
                invalidRequest("only parts of the type \"text\" are understood", "messages"));
        text += memberOr(part, "text").get_ref<const std::string&>();
    }
    return text;
}

void readSettings(Fields& fields, CompletionRequest& request)
{
    GenerationSettings& settings = request.settings;
    fields.text("model", request.model, 1024);
    fields.real("temperature", settings.temperature, 0, 2);
    fields.real("top_p", settings.topP, 0, 1);
    fields.real("min_p", settings.minP, 0, 1);
    fields.real("repetition_penalty", settings.repetitionPenalty, 0.01, 100);
    if (int topK = 0; fields.integer("top_k", topK, -1, std::numeric_limits<std::int32_t>::max())) {
        if (topK == 0)
            fields.fail(outOfRange("top_k is 0; send -1 to switch it off, or 1 and more", "top_k"));
        settings.topK = std::max(0, topK);
    }
    if (int tokens = 0; fields.integer("max_tokens", tokens, 1, 1 << 20) ||
                        (fields.at("max_tokens").is_null() &&
                            fields.integer("max_completion_tokens", tokens, 1, 1 << 20)))
        request.maxTokens = tokens;
    std::int64_t seed = 0;
    if (fields.integer("seed", seed, 0, std::numeric_limits<std::int64_t>::max()))
        settings.seed = std::uint64_t(seed);
    fields.integer("n", request.choices, 1, kMaxChoices);
    fields.boolean("stream", request.stream);
    fields.boolean("return_token_ids", request.returnTokenIds);
    fields.text("template", settings.templateName, 64);
    fields.text("marker", settings.marker, 64);
    fields.onlyNeutral("presence_penalty", 0);
    fields.onlyNeutral("frequency_penalty", 0);
    if (const Json& bias = fields.at("logit_bias"); !bias.is_null() && !bias.empty())
        fields.fail(outOfRange("logit_bias is not supported here; leave it out", "logit_bias"));
    if (const Json& options = fields.at("stream_options"); options.is_object())
        request.streamUsage = boolOr(options, "include_usage", false);
    const Json& stop = fields.at("stop");
    if (stop.is_string())
        settings.stop = {stop.get<std::string>()};
    else if (stop.is_array() && stop.size() <= 16)
        for (const Json& entry : stop)
            entry.is_string()
                ? settings.stop.push_back(entry.get<std::string>())
                : fields.fail(outOfRange("stop must be text or a list of texts", "stop"));
    else if (!stop.is_null())
        fields.fail(outOfRange("stop must be text or a list of at most 16 texts", "stop"));
}

void readChat(Fields& fields, CompletionRequest& request)
{
    const Json& messages = fields.at("messages");
    if (messages.is_string())
        request.prompts.emplace_back(messages.get<std::string>());
    else if (auto parsed = parseMessages(messages))
        request.messages = std::move(*parsed);
    else
        fields.fail(parsed.error());
    bool wanted = false;
    int alternatives = 0;
    fields.boolean("logprobs", wanted);
    fields.integer("top_logprobs", alternatives, 0, kMaxLogprobs);
    if (wanted)
        request.logprobs = alternatives;
}

void readPrompts(Fields& fields, CompletionRequest& request)
{
    const Json& prompt = fields.at("prompt");
    const auto add = [&](const Json& value) {
        if (value.is_string())
            request.prompts.emplace_back(value.get<std::string>());
        else if (auto ids = parseTokenIds(value, "prompt"))
            request.prompts.emplace_back(std::move(*ids));
        else
            fields.fail(ids.error());
    };
    const bool many = prompt.is_array() && !prompt.empty() && !prompt.front().is_number();
    if (many && prompt.size() > kMaxPrompts)
        fields.fail(
            invalidRequest(fmt::format("at most {} prompts a request", kMaxPrompts), "prompt"));
    else if (many)
        for (const Json& entry : prompt)
            add(entry);
    else
        add(prompt);
    if (!request.maxTokens)
        request.maxTokens = 16;
    fields.boolean("echo", request.echo);
    if (int alternatives = 0; fields.integer("logprobs", alternatives, 0, kMaxLogprobs))
        request.logprobs = alternatives;
    if (request.echo && request.logprobs)
        fields.fail(outOfRange("echo together with logprobs is not supported", "echo"));
    fields.onlyNeutral("best_of", 1);
    bool beams = false;
    fields.boolean("use_beam_search", beams);
    std::string suffix;
    fields.text("suffix", suffix, 1 << 20);
    if (beams || !suffix.empty())
        fields.fail(outOfRange(
            "use_beam_search and suffix are not supported", beams ? "use_beam_search" : "suffix"));
}

} // namespace

ApiResult<std::vector<ChatMessage>> parseMessages(const Json& list)
{
    if (!list.is_array() || list.empty())
        return tl::unexpected(
            invalidRequest("messages must be text or a list that is not empty", "messages"));
    if (list.size() > kMaxMessages)
        return tl::unexpected(
            invalidRequest(fmt::format("at most {} messages a request", kMaxMessages), "messages"));
    std::vector<ChatMessage> messages;
    for (const Json& entry : list) {
        ChatMessage message;
        message.role = stringOr(entry, "role", "");
        if (message.role != "system" && message.role != "user" && message.role != "assistant")
            return tl::unexpected(invalidRequest(
                "the role of a message must be system, user or assistant", "messages"));
        auto content = contentOf(memberOr(entry, "content"));
        if (!content)
            return tl::unexpected(content.error());
        message.text = std::move(*content);
        if (const Json& ids = memberOr(entry, "token_ids"); !ids.is_null()) {
            auto parsed = parseTokenIds(ids, "messages");
            if (!parsed)
                return tl::unexpected(parsed.error());
            message.tokenIds = std::move(*parsed);
        }
        messages.push_back(std::move(message));
    }
    return messages;
}

ApiResult<std::vector<std::int32_t>> parseTokenIds(const Json& list, const std::string& parameter)
{
    const auto wrong = [&] {
        return tl::unexpected(invalidRequest(
            parameter + " must be text or a list of token ids that is not empty", parameter));
    };
    if (!list.is_array() || list.empty())
        return wrong();
    std::vector<std::int32_t> ids;
    ids.reserve(list.size());
    for (const Json& entry : list) {
        if (!entry.is_number_unsigned() ||
            entry.get<std::uint64_t>() > std::uint64_t(std::numeric_limits<std::int32_t>::max()))
            return wrong();
        ids.push_back(entry.get<std::int32_t>());
    }
    return ids;
}

ApiResult<CompletionRequest> parseCompletionRequest(CompletionKind kind, const Json& body)
{
    if (!body.is_object())
        return tl::unexpected(invalidRequest("the body must be a JSON object"));
    Fields fields(body);
    CompletionRequest request;
    request.kind = kind;
    readSettings(fields, request);
    kind == CompletionKind::Chat ? readChat(fields, request) : readPrompts(fields, request);
    if (fields.error())
        return tl::unexpected(*fields.error());
    GenerationSettings checked = request.settings;
    checked.maxTokens = request.maxTokens.value_or(1);
    if (const Status valid = validate(checked); !valid)
        return tl::unexpected(outOfRange(valid.error().message, ""));
    return request;
}

} // namespace koala
