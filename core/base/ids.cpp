#include "core/base/ids.h"

#include <chrono>
#include <random>

#include "core/base/time.h"

namespace koala {

std::string randomHex(int digits)
{
    static constexpr char kDigits[] = "0123456789abcdef";
    std::random_device device;
    std::string hex;
    unsigned int bits = 0;
    for (int i = 0; i < digits; ++i) {
        if (i % 8 == 0)
            bits = device();
        hex += kDigits[bits & 15];
        bits >>= 4;
    }
    return hex;
}

std::string randomUuid()
{
    std::string hex = randomHex(32);
    hex[12] = '4';
    hex[16] = "89ab"[hex[16] & 3];
    for (const int at : {20, 16, 12, 8})
        hex.insert(std::size_t(at), "-");
    return hex;
}

std::string newRunId(std::string_view slug)
{
    const std::string now = nowUtc();
    std::string stamp;
    for (const char c : now.substr(0, 19))
        if (c >= '0' && c <= '9')
            stamp += c;
    stamp.insert(8, "-");
    return stamp + "-" + std::string(slug) + "-" + randomHex(4);
}

} // namespace koala
