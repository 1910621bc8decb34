// tests/core/serve/raw_client.h: sends bytes as they are, so that a test can be as rude as it
// likes.
#pragma once

#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace koala::test {

class RawClient {
public:
    explicit RawClient(int port)
    {
        m_socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::connect(m_socket, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    }
    ~RawClient() { close(); }
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    void send(std::string_view bytes)
    {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(m_socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0)
                return; // the server may refuse before it has read all
            bytes.remove_prefix(std::size_t(sent));
        }
    }
    // What comes until the connection ends, `until` is seen, or ten seconds have passed.
    std::string receive(std::string_view until = {})
    {
        std::string all;
        char bytes[65536];
        while (until.empty() || all.find(until) == std::string::npos) {
            pollfd waiting{m_socket, POLLIN, 0};
            if (::poll(&waiting, 1, 10000) <= 0)
                break;
            const ssize_t got = ::recv(m_socket, bytes, sizeof bytes, 0);
            if (got <= 0)
                break;
            all.append(bytes, std::size_t(got));
        }
        return all;
    }
    void close()
    {
        if (m_socket >= 0)
            ::close(m_socket);
        m_socket = -1;
    }

private:
    int m_socket = -1;
};

} // namespace koala::test
