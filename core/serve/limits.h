// core/serve/limits.h: what one client may ask of the server.
#pragma once

#include <chrono>
#include <cstddef>

namespace koala {

struct ServerLimits {
    std::size_t targetBytes = std::size_t(8) << 10;
    std::size_t headerBytes = std::size_t(16) << 10;
    std::size_t headerFields = 100;
    std::size_t bodyBytes = std::size_t(8) << 20;
    int connections = 256;
    int active = 32; // requests worked on at the same time, each in a thread
    int queue = 64;  // further ones wait; beyond them 429
    std::chrono::milliseconds headerTimeout = std::chrono::seconds(10);
    std::chrono::milliseconds idleTimeout =
        std::chrono::seconds(30); // also a client that does not read
};

} // namespace koala
