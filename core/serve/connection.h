// core/serve/connection.h: one HTTP connection, private to core/serve. Runs as a coroutine on the
// server's single network thread; work on a request goes to the worker threads.
#pragma once

#include <memory>
#include <set>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "core/serve/api_handler.h"
#include "core/serve/gate.h"
#include "core/serve/limits.h"
#include "core/serve/queued_exchange.h"
#include "core/serve/worker_queue.h"

namespace koala {

// What connections share; owned by the server and touched on the network thread only, but for the
// handler and the workers.
struct ServerState {
    ServerLimits limits;
    GateRules rules;
    ApiHandler& handler;
    WorkerQueue& workers;
    int connections = 0;
    bool ending = false;
    std::set<std::shared_ptr<QueuedExchange>> running;
    std::set<boost::asio::ip::tcp::socket*> sockets; // to close them at the end
};

boost::asio::awaitable<void> serveConnection(
    boost::asio::ip::tcp::socket socket, ServerState& state);

} // namespace koala
