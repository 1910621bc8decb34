// core/serve/server.h: an Engine behind HTTP, OpenAI-compatible (contracts, section 8). It listens
// on loopback only and wants a bearer token; foreign web pages are refused by the Host and Origin
// headers. Several requests run at once, so that the engine can batch them; a client that goes away
// cancels its own. Prompts and tokens are never logged.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "core/api/engine.h"
#include "core/serve/limits.h"

namespace koala {

struct ServerOptions {
    std::string host = "127.0.0.1"; // 127.x.y.z, ::1 or localhost; anything else is refused
    int port = 0;                   // 0: a free one
    std::string token;              // may not be empty
    ServerLimits limits;
};

class Server {
public:
    // Binds and answers in threads of its own. Unavailable when the port is in use.
    static Result<std::unique_ptr<Server>> start(
        std::shared_ptr<Engine> engine, const ServerOptions& options);
    ~Server(); // stop()

    int port() const;
    std::string url() const; // http://127.0.0.1:8123
    // Ends what is running as cancelled, closes every connection, joins the threads.
    void stop();

private:
    class Implementation;
    explicit Server(std::unique_ptr<Implementation> implementation);
    std::unique_ptr<Implementation> m_implementation;
};

} // namespace koala
