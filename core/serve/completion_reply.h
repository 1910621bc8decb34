// core/serve/completion_reply.h: the JSON of answers, whole and in chunks. All fields are always
// sent (FastChat leaves some out of its chunks; no client minds them).
#pragma once

#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/serve/completion_request.h"

namespace koala {

// What all chunks and the reply of one request share.
struct ReplyHead {
    CompletionKind kind = CompletionKind::Chat;
    std::string id; // chatcmpl-… or cmpl-…
    std::int64_t created = 0;
    std::string model;
};
ReplyHead makeReplyHead(CompletionKind kind, std::string model);

// The logprobs of some tokens; `spell` gives a token's text.
using SpellToken = std::function<std::string(std::int32_t)>;
OrderedJson logprobsJson(CompletionKind kind, const std::vector<GeneratedToken>& tokens,
    const SpellToken& spell, std::size_t textOffset);

struct ChoiceReply {
    int index = 0;
    std::string text;
    std::string finishReason;
    OrderedJson logprobs;
    std::vector<std::int32_t> tokenIds;
};
struct Usage {
    std::int64_t promptTokens = 0;
    std::int64_t completionTokens = 0;
};
OrderedJson toJson(const Usage& usage);

OrderedJson wholeReply(const ReplyHead& head, const std::vector<ChoiceReply>& choices,
    const Usage& usage, bool tokenIds);

OrderedJson roleChunk(const ReplyHead& head, int index); // chat only
OrderedJson textChunk(const ReplyHead& head, const ChoiceReply& piece, bool tokenIds);
OrderedJson finishChunk(
    const ReplyHead& head, int index, const std::string& finishReason, const Usage& usage);
OrderedJson usageChunk(const ReplyHead& head, const Usage& usage);

OrderedJson modelsReply(const std::vector<ModelInfo>& models, std::int64_t created);

} // namespace koala
