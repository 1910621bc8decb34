#include "core/serve/connection.h"

#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

namespace koala {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using ErrorCodeOf = boost::system::error_code;
using Parser = http::request_parser<http::string_body>;

auto into(ErrorCodeOf& code)
{
    return asio::redirect_error(asio::use_awaitable, code);
}

// Wakes the coroutine that waits for an answer; notify() may come from any thread.
class Wake : public std::enable_shared_from_this<Wake> {
public:
    explicit Wake(asio::any_io_executor executor) : m_executor(executor), m_timer(executor) {}
    void notify()
    {
        if (m_posted.exchange(true))
            return;
        asio::post(m_executor, [self = shared_from_this()] {
            self->m_posted = false;
            self->m_rung = true;
            self->m_timer.cancel();
        });
    }
    asio::awaitable<void> wait()
    {
        while (!std::exchange(m_rung, false)) {
            m_timer.expires_at(asio::steady_timer::time_point::max());
            ErrorCodeOf code;
            co_await m_timer.async_wait(into(code));
        }
    }

private:
    asio::any_io_executor m_executor;
    asio::steady_timer m_timer;
    std::atomic<bool> m_posted = false;
    bool m_rung = false; // network thread only
};

std::string errorBody(int status, const char* message)
{
    return toLine(toJson(ApiError{status, ApiCode::Validation, message, {}}));
}

class Connection {
public:
    Connection(asio::ip::tcp::socket socket, ServerState& state)
        : m_stream(std::move(socket)), m_state(state)
    {
        m_stream.socket().set_option(asio::ip::tcp::no_delay(true), m_ignored);
        m_state.sockets.insert(&m_stream.socket());
    }
    ~Connection() { m_state.sockets.erase(&m_stream.socket()); }

    asio::awaitable<void> run()
    {
        bool first = true;
        while (!m_state.ending) {
            Parser parser;
            parser.header_limit(std::uint32_t(m_state.limits.headerBytes));
            parser.body_limit(m_state.limits.bodyBytes);
            m_stream.expires_after(
                first ? m_state.limits.headerTimeout : m_state.limits.idleTimeout);
            first = false;
            ErrorCodeOf code;
            co_await http::async_read_header(m_stream, m_buffer, parser, into(code));
            if (code) {
                co_await refuseBrokenHead(code);
                co_return;
            }
            if (const auto error = refuse(headOf(parser), m_state.rules)) {
                co_await refuseAndClose(error->status, toLine(toJson(*error)));
                co_return;
            }
            if (!co_await readBody(parser) || !co_await answer(parser.release()))
                co_return;
        }
    }

private:
    static RequestHead headOf(const Parser& parser)
    {
        RequestHead head;
        head.method = std::string(parser.get().method_string());
        head.target = std::string(parser.get().target());
        for (const auto& field : parser.get()) {
            std::string name(field.name_string());
            std::transform(name.begin(), name.end(), name.begin(),
                [](unsigned char c) { return char(std::tolower(c)); });
            head.headers.emplace_back(std::move(name), std::string(field.value()));
        }
        return head;
    }

    asio::awaitable<bool> readBody(Parser& parser)
    {
        ErrorCodeOf code;
        if (beast::iequals(parser.get()[http::field::expect], "100-continue")) {
            constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
            co_await asio::async_write(m_stream, asio::buffer(kContinue), into(code));
        }
        m_stream.expires_after(m_state.limits.idleTimeout);
        co_await http::async_read(m_stream, m_buffer, parser, into(code));
        if (!code)
            co_return true;
        if (code == http::error::body_limit)
            co_await refuseAndClose(413, errorBody(413, "the body is larger than 8 MiB"));
        else if (code.category() == http::make_error_code(http::error::bad_chunk).category() &&
                 code != http::error::partial_message && code != http::error::end_of_stream)
            co_await refuseAndClose(400, errorBody(400, "the body is no valid HTTP"));
        co_return false;
    }

    asio::awaitable<void> refuseBrokenHead(ErrorCodeOf code)
    {
        if (code == http::error::header_limit)
            co_await refuseAndClose(431, errorBody(431, "the headers are larger than 16 KiB"));
        else if (code == http::error::body_limit)
            co_await refuseAndClose(413, errorBody(413, "the body is larger than 8 MiB"));
        else if (code.category() == http::make_error_code(http::error::bad_chunk).category() &&
                 code != http::error::end_of_stream && code != http::error::partial_message)
            co_await refuseAndClose(400, errorBody(400, "this is no valid HTTP request"));
    }

    template <typename Body>
    void fillHeaders(http::response<Body>& response, std::string_view type, bool keepAlive)
    {
        response.set(http::field::server, "koala");
        response.set(http::field::content_type, type);
        response.set(http::field::cache_control, "no-store");
        response.set("X-Content-Type-Options", "nosniff");
        response.keep_alive(keepAlive);
    }

    asio::awaitable<bool> send(int status, std::string body, unsigned version, bool keepAlive)
    {
        http::response<http::string_body> response(http::status(status), version);
        fillHeaders(response, body == "ok" ? "text/plain" : "application/json", keepAlive);
        if (status == 401)
            response.set(http::field::www_authenticate, "Bearer");
        if (status == 429 || status == 503)
            response.set(http::field::retry_after, "1");
        response.body() = std::move(body);
        response.prepare_payload();
        m_stream.expires_after(m_state.limits.idleTimeout);
        ErrorCodeOf code;
        co_await http::async_write(m_stream, response, into(code));
        co_return !code && keepAlive;
    }

    // The rest of the request is read and thrown away for a moment: closing on unread bytes would
    // make the system drop the reply before the client has seen it.
    // (Parameters of coroutines are plain values here: g++ 12 destroys braced temporaries twice.)
    asio::awaitable<void> refuseAndClose(int status, std::string body)
    {
        co_await send(status, std::move(body), 11, false);
        m_stream.socket().shutdown(asio::ip::tcp::socket::shutdown_send, m_ignored);
        m_stream.expires_after(std::chrono::seconds(2));
        std::vector<char> waste(65536);
        std::size_t drained = 0;
        ErrorCodeOf code;
        while (!code && drained < 2 * m_state.limits.bodyBytes)
            drained += co_await m_stream.async_read_some(asio::buffer(waste), into(code));
    }

    // False: the connection ends.
    asio::awaitable<bool> answer(http::request<http::string_body> request)
    {
        const unsigned version = request.version();
        const bool keepAlive = request.keep_alive();
        const std::string path =
            std::string(request.target().substr(0, request.target().find('?')));
        if (path == "/health")
            co_return co_await send(200, "ok", version, keepAlive);

        const auto wake = std::make_shared<Wake>(m_stream.get_executor());
        const auto exchange = std::make_shared<QueuedExchange>([wake] { wake->notify(); });
        const bool taken = m_state.workers.submit(
            [exchange, path, body = std::move(request.body()), &handler = m_state.handler] {
                if (!exchange->stopToken().stop_requested())
                    handler.handle(path, body, *exchange);
                exchange->finish();
            });
        if (!taken) {
            const ApiError busy{
                429, ApiCode::Overloaded, "too many requests wait already; try again soon", {}};
            co_return co_await send(429, toLine(toJson(busy)), version, keepAlive);
        }
        m_state.running.insert(exchange);
        watchForDisconnect(exchange);
        const bool goesOn = co_await deliver(*exchange, *wake, version, keepAlive);
        exchange->requestStop(); // a worker may still be at it when the client has gone
        m_state.running.erase(exchange);
        m_watching = nullptr;
        m_stream.socket().cancel(m_ignored);
        co_return goesOn;
    }

    asio::awaitable<bool> deliver(
        QueuedExchange& exchange, Wake& wake, unsigned version, bool keepAlive)
    {
        bool started = false;
        for (;;) {
            QueuedExchange::Taken taken = exchange.take();
            if (taken.status != 0 && !taken.streams)
                co_return co_await send(taken.status, std::move(taken.body), version, keepAlive);
            if (exchange.stopToken().stop_requested())
                co_return false;
            if (taken.streams && !started) {
                started = true;
                keepAlive = keepAlive && version >= 11;
                if (!co_await startStream(version, keepAlive))
                    co_return false;
            }
            if (!taken.body.empty() && !co_await sendPiece(taken.body, version))
                co_return false;
            if (taken.finished) {
                if (version < 11)
                    co_return false;
                ErrorCodeOf code;
                co_await asio::async_write(m_stream, http::make_chunk_last(), into(code));
                co_return !code && keepAlive && started;
            }
            co_await wake.wait();
        }
    }

    asio::awaitable<bool> startStream(unsigned version, bool keepAlive)
    {
        http::response<http::empty_body> response(http::status::ok, version);
        fillHeaders(response, "text/event-stream; charset=utf-8", keepAlive);
        if (version >= 11)
            response.chunked(true);
        http::response_serializer<http::empty_body> serializer(response);
        m_stream.expires_after(m_state.limits.idleTimeout);
        ErrorCodeOf code;
        co_await http::async_write_header(m_stream, serializer, into(code));
        co_return !code;
    }

    asio::awaitable<bool> sendPiece(const std::string& piece, unsigned version)
    {
        m_stream.expires_after(m_state.limits.idleTimeout);
        ErrorCodeOf code;
        if (version >= 11)
            co_await asio::async_write(m_stream, http::make_chunk(asio::buffer(piece)), into(code));
        else
            co_await asio::async_write(m_stream, asio::buffer(piece), into(code));
        co_return !code;
    }

    // While an answer is being made nothing is read; a readable socket without bytes is a client
    // that has gone (or has closed its sending side, which for us is the same).
    void watchForDisconnect(const std::shared_ptr<QueuedExchange>& exchange)
    {
        m_watching = exchange.get();
        m_stream.socket().async_wait(asio::ip::tcp::socket::wait_read,
            [this, exchange, alive = std::weak_ptr<int>(m_alive)](ErrorCodeOf code) {
                if (code == asio::error::operation_aborted || alive.expired() ||
                    m_watching != exchange.get())
                    return;
                char byte = 0;
                const ssize_t got =
                    ::recv(m_stream.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
                if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)))
                    return; // the next request came early
                exchange->requestStop();
                exchange->wakeUp();
            });
    }

    beast::tcp_stream m_stream;
    beast::flat_buffer m_buffer;
    ServerState& m_state;
    ErrorCodeOf m_ignored;
    QueuedExchange* m_watching = nullptr;
    std::shared_ptr<int> m_alive = std::make_shared<int>(0); // handlers that outlive us see it gone
};

} // namespace

asio::awaitable<void> serveConnection(asio::ip::tcp::socket socket, ServerState& state)
{
    ++state.connections;
    {
        Connection connection(std::move(socket), state);
        try {
            co_await connection.run();
        } catch (const std::exception&) {
            // Only this connection ends; whatever it was, the next one starts clean.
        }
    }
    --state.connections;
}

} // namespace koala
