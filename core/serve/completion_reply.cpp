#include "core/serve/completion_reply.h"

#include <chrono>

#include "core/base/ids.h"

namespace koala {
namespace {

OrderedJson envelope(const ReplyHead& head, bool chunk)
{
    OrderedJson json;
    json["id"] = head.id;
    json["object"] = head.kind == CompletionKind::Text ? "text_completion"
                     : chunk                           ? "chat.completion.chunk"
                                                       : "chat.completion";
    json["created"] = head.created;
    json["model"] = head.model;
    json["choices"] = OrderedJson::array();
    return json;
}

OrderedJson chunkChoice(CompletionKind kind, int index, OrderedJson delta)
{
    OrderedJson choice;
    choice["index"] = index;
    if (kind == CompletionKind::Chat)
        choice["delta"] = std::move(delta);
    else
        choice["text"] = delta.value("content", std::string());
    choice["logprobs"] = nullptr;
    choice["finish_reason"] = nullptr;
    return choice;
}

OrderedJson bytesOf(const std::string& text)
{
    OrderedJson bytes = OrderedJson::array();
    for (const unsigned char c : text)
        bytes.push_back(int(c));
    return bytes;
}

OrderedJson chatLogprobs(const std::vector<GeneratedToken>& tokens, const SpellToken& spell)
{
    OrderedJson content = OrderedJson::array();
    for (const GeneratedToken& token : tokens) {
        const std::string text = spell(token.token);
        OrderedJson entry{{"token", text}, {"logprob", token.logprob}, {"bytes", bytesOf(text)}};
        entry["token_id"] = token.token;
        entry["top_logprobs"] = OrderedJson::array();
        for (const TokenAlternative& other : token.alternatives) {
            const std::string spelled = spell(other.token);
            entry["top_logprobs"].push_back({{"token", spelled}, {"logprob", other.logprob},
                {"bytes", bytesOf(spelled)}, {"token_id", other.token}});
        }
        content.push_back(std::move(entry));
    }
    return {{"content", std::move(content)}};
}

} // namespace

ReplyHead makeReplyHead(CompletionKind kind, std::string model)
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return {kind, (kind == CompletionKind::Chat ? "chatcmpl-" : "cmpl-") + randomHex(24),
        std::chrono::duration_cast<std::chrono::seconds>(now).count(), std::move(model)};
}

OrderedJson logprobsJson(CompletionKind kind, const std::vector<GeneratedToken>& tokens,
    const SpellToken& spell, std::size_t textOffset)
{
    if (kind == CompletionKind::Chat)
        return chatLogprobs(tokens, spell);
    OrderedJson json{{"tokens", OrderedJson::array()}, {"token_logprobs", OrderedJson::array()},
        {"top_logprobs", OrderedJson::array()}, {"text_offset", OrderedJson::array()}};
    for (const GeneratedToken& token : tokens) {
        OrderedJson others = OrderedJson::object();
        for (const TokenAlternative& other : token.alternatives)
            others[spell(other.token)] = other.logprob;
        json["tokens"].push_back(spell(token.token));
        json["token_logprobs"].push_back(token.logprob);
        json["top_logprobs"].push_back(std::move(others));
        json["text_offset"].push_back(textOffset);
        textOffset += token.text.size();
    }
    return json;
}

OrderedJson toJson(const Usage& usage)
{
    return {{"prompt_tokens", usage.promptTokens},
        {"total_tokens", usage.promptTokens + usage.completionTokens},
        {"completion_tokens", usage.completionTokens}};
}

OrderedJson wholeReply(const ReplyHead& head, const std::vector<ChoiceReply>& choices,
    const Usage& usage, bool tokenIds)
{
    OrderedJson json = envelope(head, false);
    for (const ChoiceReply& reply : choices) {
        OrderedJson choice;
        choice["index"] = reply.index;
        if (head.kind == CompletionKind::Chat)
            choice["message"] = {{"role", "assistant"}, {"content", reply.text}};
        else
            choice["text"] = reply.text;
        choice["logprobs"] = reply.logprobs;
        choice["finish_reason"] = reply.finishReason;
        if (tokenIds)
            choice["token_ids"] = reply.tokenIds;
        json["choices"].push_back(std::move(choice));
    }
    json["usage"] = toJson(usage);
    return json;
}

OrderedJson roleChunk(const ReplyHead& head, int index)
{
    OrderedJson json = envelope(head, true);
    json["choices"].push_back(chunkChoice(head.kind, index, {{"role", "assistant"}}));
    return json;
}

OrderedJson textChunk(const ReplyHead& head, const ChoiceReply& piece, bool tokenIds)
{
    OrderedJson json = envelope(head, true);
    OrderedJson choice = chunkChoice(head.kind, piece.index, {{"content", piece.text}});
    choice["logprobs"] = piece.logprobs;
    if (tokenIds)
        choice["token_ids"] = piece.tokenIds;
    json["choices"].push_back(std::move(choice));
    return json;
}

OrderedJson finishChunk(
    const ReplyHead& head, int index, const std::string& finishReason, const Usage& usage)
{
    OrderedJson json = envelope(head, true);
    OrderedJson choice = chunkChoice(head.kind, index, OrderedJson::object());
    choice["finish_reason"] = finishReason;
    json["choices"].push_back(std::move(choice));
    json["usage"] = toJson(usage);
    return json;
}

OrderedJson usageChunk(const ReplyHead& head, const Usage& usage)
{
    OrderedJson json = envelope(head, true);
    json["usage"] = toJson(usage);
    return json;
}

OrderedJson modelsReply(const std::vector<ModelInfo>& models, std::int64_t created)
{
    OrderedJson json{{"object", "list"}, {"data", OrderedJson::array()}};
    for (const ModelInfo& model : models) {
        OrderedJson entry;
        entry["id"] = model.id;
        entry["object"] = "model";
        entry["created"] = created;
        entry["owned_by"] = "koala-workbench";
        entry["root"] = models.front().id;
        entry["parent"] =
            model.adapterSha256.empty() ? OrderedJson(nullptr) : OrderedJson(models.front().id);
        entry["permission"] = OrderedJson::array();
        entry["context_tokens"] = model.contextTokens;
        entry["template"] = model.templateName;
        entry["base_sha256"] = model.baseSha256;
        entry["adapter_sha256"] = model.adapterSha256;
        json["data"].push_back(std::move(entry));
    }
    return json;
}

} // namespace koala
