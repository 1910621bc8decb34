#include "core/client/api_json.h"

#include <fmt/format.h>

#include "core/base/utf8.h"

namespace koala {

OrderedJson messagesJson(const std::vector<ChatMessage>& messages, bool ownServer)
{
    OrderedJson list = OrderedJson::array();
    for (const ChatMessage& message : messages) {
        OrderedJson entry{{"role", message.role}, {"content", message.text}};
        if (ownServer && !message.tokenIds.empty())
            entry["token_ids"] = message.tokenIds;
        list.push_back(std::move(entry));
    }
    return list;
}

OrderedJson requestJson(const GenerationRequest& request, bool ownServer)
{
    const GenerationSettings& settings = request.settings;
    const bool chat = request.promptTokens.empty();
    OrderedJson json;
    json["model"] = request.model;
    if (chat)
        json["messages"] = messagesJson(request.messages, ownServer);
    else
        json["prompt"] = request.promptTokens;
    json["stream"] = true;
    json["temperature"] = settings.temperature;
    json["top_p"] = settings.topP;
    json["max_tokens"] = settings.maxTokens;
    json["seed"] = settings.seed;
    if (!settings.stop.empty())
        json["stop"] = settings.stop;
    if (settings.topK > 0)
        json["top_k"] = settings.topK;
    if (settings.minP > 0)
        json["min_p"] = settings.minP;
    if (settings.repetitionPenalty != 1)
        json["repetition_penalty"] = settings.repetitionPenalty;
    if (request.logprobs > 0 && chat) {
        json["logprobs"] = true;
        json["top_logprobs"] = request.logprobs;
    } else if (request.logprobs > 0) {
        json["logprobs"] = request.logprobs;
    }
    if (ownServer) {
        json["return_token_ids"] = true;
        if (!settings.templateName.empty())
            json["template"] = settings.templateName;
        if (!settings.marker.empty())
            json["marker"] = settings.marker;
    }
    return json;
}

ModelInfo modelFromJson(const Json& json)
{
    return {stringOr(json, "id", ""), stringOr(json, "base_sha256", ""),
        stringOr(json, "adapter_sha256", ""), stringOr(json, "template", ""),
        int(integerOr(json, "context_tokens", 0))};
}

std::string refusalText(int status, const std::string& body)
{
    std::string said;
    if (const Result<Json> json = parseJson(body, "reply"); json) {
        said = stringOr(*json, "message", "");
        if (said.empty())
            said = stringOr(memberOr(*json, "error"), "message", "");
        if (said.empty())
            said = stringOr(*json, "error", "");
    }
    if (said.empty())
        said = toValidUtf8(body);
    said = elided(said, 400);
    return said.empty() ? fmt::format("HTTP {}", status)
                        : fmt::format("{} (HTTP {})", said, status);
}

Status GenerationReader::add(const Json& chunk)
{
    const bool failed = chunk.contains("error") || chunk.contains("error_code") ||
                        stringOr(chunk, "object", "") == "error";
    if (failed)
        return internalError(
            "the server could not finish the answer: " + refusalText(200, chunk.dump()));
    if (const Json& usage = memberOr(chunk, "usage"); usage.is_object())
        generation.promptTokens = int(integerOr(usage, "prompt_tokens", generation.promptTokens));
    const Json& choices = memberOr(chunk, "choices");
    if (!choices.is_array() || choices.empty())
        return {};
    const Json& choice = choices.front();
    std::string text = stringOr(memberOr(choice, "delta"), "content", "");
    if (text.empty())
        text = stringOr(memberOr(choice, "message"), "content", "");
    if (text.empty())
        text = stringOr(choice, "text", "");
    addTokens(choice, text);
    if (const std::string reason = stringOr(choice, "finish_reason", ""); !reason.empty())
        generation.finishReason = reason;
    return {};
}

void GenerationReader::addTokens(const Json& choice, const std::string& text)
{
    const Json& ids = memberOr(choice, "token_ids");
    const bool known = ids.is_array() && !ids.empty();
    if (text.empty() && !known)
        return;
    m_begun = true;
    generation.text += text;
    GeneratedToken token;
    token.text = text;
    const Json& content = memberOr(memberOr(choice, "logprobs"), "content");
    if (content.is_array() && !content.empty()) {
        token.logprob = numberOr(content.front(), "logprob", 0);
        if (const Json& others = memberOr(content.front(), "top_logprobs"); others.is_array())
            for (const Json& other : others)
                token.alternatives.push_back({std::int32_t(integerOr(other, "token_id", -1)),
                    numberOr(other, "logprob", 0)});
    }
    if (known)
        for (const Json& id : ids)
            if (id.is_number_integer())
                generation.tokens.push_back(id.get<std::int32_t>());
    token.token = known && !generation.tokens.empty() ? generation.tokens.back() : -1;
    if (m_onToken)
        m_onToken(token);
}

} // namespace koala
