// core/client/http_engine.h: an Engine behind HTTP: our own server, or any that speaks OpenAI's
// API. Takes what servers leave out as unsaid. Each call has a connection of its own; any thread
// may call. A requested stop is obeyed at once, and the server cancels the answer when it sees us
// go.
//
// Before the first token a failed connection, 408, 409, 429 and 5xx are tried again, with growing
// pauses and no sooner than Retry-After; after it nothing is: an answer is never begun twice.
#pragma once

#include <chrono>
#include <string>

#include "core/api/engine.h"

namespace koala {

struct HttpEngineOptions {
    std::chrono::milliseconds connectTimeout = std::chrono::seconds(5);
    std::chrono::milliseconds silenceTimeout =
        std::chrono::seconds(300); // nothing came for so long
    int retries = 2;
    std::chrono::milliseconds firstPause{500}; // doubled at each retry, at most 8 s
    bool ownServer = true; // send the fields that only ours knows (token ids, template, marker)
};

class HttpEngine final : public Engine {
public:
    // `url` without a path: http://127.0.0.1:8123. `token` may be empty.
    HttpEngine(std::string url, std::string token, HttpEngineOptions options = {});

    Result<std::vector<ModelInfo>> models() override;
    Result<std::vector<std::int32_t>> tokenize(const std::string& text) override;
    Result<std::string> detokenize(const std::vector<std::int32_t>& tokens) override;
    Result<RenderedPrompt> render(const std::string& model,
        const std::vector<ChatMessage>& messages, const GenerationSettings& settings) override;
    Result<Generation> generate(const GenerationRequest& request,
        const std::function<void(const GeneratedToken&)>& onToken, std::stop_token stop) override;

    const std::string& url() const { return m_url; }

private:
    std::string m_url;
    std::string m_token;
    HttpEngineOptions m_options;
};

} // namespace koala
