#include "core/serve/server.h"

#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "core/serve/connection.h"

namespace koala {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

Result<asio::ip::address> loopbackAddress(const std::string& host)
{
    boost::system::error_code code;
    const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, code);
    if (code || !address.is_loopback())
        return invalidInput(
            fmt::format("the server listens on this computer only: --host {} is no "
                        "loopback address. Use 127.0.0.1 and reach it from elsewhere "
                        "with: ssh -L PORT:127.0.0.1:PORT HOST",
                host));
    return address;
}

} // namespace

class Server::Implementation {
public:
    Implementation(std::shared_ptr<Engine> engine, const ServerOptions& options)
        : m_engine(std::move(engine)), m_handler(*m_engine),
          m_workers(std::make_unique<WorkerQueue>(options.limits.active, options.limits.queue)),
          m_state{options.limits, {}, m_handler, *m_workers}, m_acceptor(m_context)
    {
        m_state.rules.token = options.token;
        m_state.rules.targetBytes = options.limits.targetBytes;
        m_state.rules.headerFields = options.limits.headerFields;
    }

    Status listen(const ServerOptions& options)
    {
        KOALA_TRY(const asio::ip::address address, loopbackAddress(options.host));
        if (options.port < 0 || options.port > 65535)
            return invalidInput(fmt::format("port {} is not between 0 and 65535", options.port));
        const tcp::endpoint wanted(address, static_cast<unsigned short>(options.port));
        boost::system::error_code code;
        m_acceptor.open(wanted.protocol(), code);
        if (!code)
            m_acceptor.set_option(tcp::acceptor::reuse_address(true), code);
        if (!code)
            m_acceptor.bind(wanted, code);
        if (!code)
            m_acceptor.listen(128, code);
        if (code == asio::error::address_in_use)
            return unavailable(
                fmt::format("port {} is in use by another program; choose another with "
                            "--port, or --port 0 for a free one",
                    options.port));
        if (code)
            return unavailable(fmt::format(
                "cannot listen on {} port {}: {}", options.host, options.port, code.message()));
        m_port = m_acceptor.local_endpoint(code).port();
        m_address = address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
        for (const std::string& name :
            {m_address, std::string("127.0.0.1"), std::string("localhost"), std::string("[::1]")})
            m_state.rules.hosts.push_back(fmt::format("{}:{}", name, m_port));
        return {};
    }

    void run()
    {
        asio::co_spawn(m_context, accept(), asio::detached);
        m_thread = std::thread([this] { m_context.run(); });
    }

    void stop()
    {
        if (!m_thread.joinable())
            return;
        asio::post(m_context, [this] {
            boost::system::error_code ignored;
            m_state.ending = true;
            m_acceptor.close(ignored);
            for (const auto& exchange : m_state.running) {
                exchange->requestStop();
                exchange->wakeUp();
            }
            for (tcp::socket* socket : m_state.sockets)
                socket->shutdown(tcp::socket::shutdown_both, ignored);
        });
        m_thread.join(); // returns when the last connection has ended
        m_workers.reset();
    }

    int port() const { return m_port; }
    std::string url() const { return fmt::format("http://{}:{}", m_address, m_port); }

private:
    asio::awaitable<void> accept()
    {
        asio::steady_timer pause(m_context);
        while (!m_state.ending) {
            boost::system::error_code code;
            tcp::socket socket(m_context);
            co_await m_acceptor.async_accept(
                socket, asio::redirect_error(asio::use_awaitable, code));
            if (m_state.ending)
                co_return;
            if (code) { // out of descriptors, most likely: wait for some to come free
                pause.expires_after(std::chrono::milliseconds(50));
                co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, code));
                continue;
            }
            if (m_state.connections >= m_state.limits.connections)
                continue; // the socket closes here
            asio::co_spawn(m_context, serveConnection(std::move(socket), m_state), asio::detached);
        }
    }

    std::shared_ptr<Engine> m_engine;
    ApiHandler m_handler;
    std::unique_ptr<WorkerQueue> m_workers;
    ServerState m_state;
    asio::io_context m_context{1};
    tcp::acceptor m_acceptor;
    int m_port = 0;
    std::string m_address;
    std::thread m_thread;
};

Server::Server(std::unique_ptr<Implementation> implementation)
    : m_implementation(std::move(implementation))
{
}

Server::~Server()
{
    stop();
}

Result<std::unique_ptr<Server>> Server::start(
    std::shared_ptr<Engine> engine, const ServerOptions& options)
{
    if (options.token.empty())
        return invalidInput("the server needs a token");
    auto implementation = std::make_unique<Implementation>(std::move(engine), options);
    KOALA_RETURN_IF_ERROR(implementation->listen(options));
    implementation->run();
    return std::unique_ptr<Server>(new Server(std::move(implementation)));
}

int Server::port() const
{
    return m_implementation->port();
}

std::string Server::url() const
{
    return m_implementation->url();
}

void Server::stop()
{
    m_implementation->stop();
}

} // namespace koala
