// core/serve/completion_request.h: the body of /v1/chat/completions and /v1/completions as a type.
// Every field's type and range is checked here, so that nothing unchecked reaches the engine.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <tl/expected.hpp>

#include "core/api/engine.h"
#include "core/serve/api_error.h"

namespace koala {

enum class CompletionKind { Chat, Text };

// Text still to be tokenised, or ids as they are.
using TextPrompt = std::variant<std::string, std::vector<std::int32_t>>;

struct CompletionRequest {
    CompletionKind kind = CompletionKind::Chat;
    std::string model;
    std::vector<ChatMessage> messages; // chat; empty when `prompts` holds its verbatim prompt
    std::vector<TextPrompt> prompts;
    GenerationSettings settings;
    std::optional<int> maxTokens; // absent: all that the context leaves
    int choices = 1;              // for each prompt
    bool stream = false;
    bool streamUsage = false;
    bool returnTokenIds = false;
    bool echo = false;
    std::optional<int> logprobs; // number of alternatives; absent: none are told
};

template <typename T>
using ApiResult = tl::expected<T, ApiError>;

ApiResult<CompletionRequest> parseCompletionRequest(CompletionKind kind, const Json& body);
// The "messages" of /render and chat.
ApiResult<std::vector<ChatMessage>> parseMessages(const Json& list);
// Token ids of "tokens" and "prompt".
ApiResult<std::vector<std::int32_t>> parseTokenIds(const Json& list, const std::string& parameter);

} // namespace koala
