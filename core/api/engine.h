// core/api/engine.h: what answers prompts: the CPU engine (core/infer), the torch engine, or a
// server behind HTTP (core/client). Callers may use one engine from several threads; an engine
// batches what runs at the same time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace koala {

struct ChatMessage {
    std::string role; // system user assistant
    std::string text;
    std::vector<std::int32_t> tokenIds; // of an earlier answer, where known: reused as they are
};

// Ranges are checked by validate(); every field is stored with an answer.
struct GenerationSettings {
    double temperature = 0.7; // below 1e-5: greedy
    double topP = 1.0;
    int topK = 0; // 0: off
    double minP = 0.0;
    double repetitionPenalty = 1.0;
    int maxTokens = 256;
    std::uint64_t seed = 0;
    std::vector<std::string> stop;
    std::string templateName; // "": the model's own
    std::string marker;       // "", "positive", "negative"
};
Status validate(const GenerationSettings& settings);

struct ModelInfo {
    std::string id; // as requests name it; the base's name, or an adapter's
    std::string baseSha256;
    std::string adapterSha256; // "" for the base itself
    std::string templateName;
    int contextTokens = 0;
};

struct GenerationRequest {
    std::string model;                      // "" : the first
    std::vector<ChatMessage> messages;      // either these, rendered by the template,
    std::vector<std::int32_t> promptTokens; // or these, as they are
    GenerationSettings settings;
    int logprobs = 0; // likeliest alternatives a token, at most 20
};

struct TokenAlternative {
    std::int32_t token = 0;
    double logprob = 0;
};

// One token of an answer, as it comes. An answer that ends with text held back (it might have
// become a stop string) gives that text with a last one whose token is -1.
struct GeneratedToken {
    std::int32_t token = 0;
    std::string text;   // newly completed text; may be empty
    double logprob = 0; // of the model itself, before temperature and the other settings
    std::vector<TokenAlternative> alternatives;
};

struct Generation {
    std::string text;
    std::vector<std::int32_t> tokens; // without the end token
    std::string finishReason;         // stop, length, cancelled
    int promptTokens = 0;
    double promptSeconds = 0; // until the first token
    double seconds = 0;       // whole
};

class Engine {
public:
    virtual ~Engine() = default;
    virtual Result<std::vector<ModelInfo>> models() = 0;
    virtual Result<std::vector<std::int32_t>> tokenize(const std::string& text) = 0;
    virtual Result<std::string> detokenize(const std::vector<std::int32_t>& tokens) = 0;
    struct RenderedPrompt {
        std::string text;
        std::vector<std::int32_t> tokens;
    };
    virtual Result<RenderedPrompt> render(const std::string& model,
        const std::vector<ChatMessage>& messages, const GenerationSettings& s) = 0;
    // Blocks until the answer is complete; onToken runs on some thread of the engine for each
    // token. A requested stop ends it within one token, with what there is and finishReason
    // "cancelled".
    virtual Result<Generation> generate(const GenerationRequest& request,
        const std::function<void(const GeneratedToken&)>& onToken, std::stop_token stop) = 0;
};

} // namespace koala
