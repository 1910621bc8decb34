// core/serve/api_handler.h: answers the requests that the gate let in, over an Engine. Knows
// nothing of sockets. handle() blocks until the answer is complete; call it from several threads at
// once, so that the engine can batch.
#pragma once

#include <memory>
#include <string>

#include "core/serve/completion_request.h"
#include "core/serve/exchange.h"

namespace koala {

class ApiHandler {
public:
    explicit ApiHandler(Engine& engine);
    // `path` is one of routes(). Replies exactly once, or streams and ends with [DONE].
    void handle(const std::string& path, const std::string& body, Exchange& exchange);

private:
    void listModels(Exchange& exchange);
    void tokenize(const Json& body, Exchange& exchange);
    void detokenize(const Json& body, Exchange& exchange);
    void render(const Json& body, Exchange& exchange);
    void complete(CompletionKind kind, const Json& body, Exchange& exchange);

    Engine& m_engine;
    std::int64_t m_created = 0;
};

} // namespace koala
