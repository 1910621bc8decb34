// core/serve/exchange.h: the answering side of one request, as the API sees it. Thread-safe: tokens
// come from the engine's threads, the transport takes what is there on its own.
#pragma once

#include <stop_token>
#include <string>

namespace koala {

class Exchange {
public:
    virtual ~Exchange() = default;
    // The whole answer; once, and not after event().
    virtual void reply(int status, std::string body) = 0;
    // One server-sent event; the first makes the answer a stream.
    virtual void event(std::string data) = 0;
    // Requested when the client has gone or the server ends.
    virtual std::stop_token stopToken() const = 0;
};

} // namespace koala
