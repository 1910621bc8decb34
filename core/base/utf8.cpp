#include "core/base/utf8.h"

#include <cstdint>
#include <cstring>

namespace koala {
namespace {

// Bytes of the valid character at the front; 0: broken; -1: cut short.
int characterLength(std::string_view text)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80)
        return 1;
    const int length = first >= 0xF0 && first <= 0xF4  ? 4
                       : first >= 0xE0 && first < 0xF0 ? 3
                       : first >= 0xC2 && first < 0xE0 ? 2
                                                       : 0;
    if (length == 0)
        return 0;
    for (int i = 1; i < length; ++i) {
        if (std::size_t(i) >= text.size())
            return -1;
        unsigned char low = 0x80;
        unsigned char high = 0xBF;
        if (i == 1) {
            if (first == 0xE0)
                low = 0xA0;
            else if (first == 0xED)
                high = 0x9F;
            else if (first == 0xF0)
                low = 0x90;
            else if (first == 0xF4)
                high = 0x8F;
        }
        if (byte(std::size_t(i)) < low || byte(std::size_t(i)) > high)
            return 0;
    }
    return length;
}

} // namespace

bool isValidUtf8(std::string_view text)
{
    while (!text.empty()) {
        if (std::uint64_t eight = 0; text.size() >= sizeof eight) { // ASCII is most of most texts
            std::memcpy(&eight, text.data(), sizeof eight);
            if ((eight & 0x8080808080808080ull) == 0) {
                text.remove_prefix(sizeof eight);
                continue;
            }
        }
        const int length = characterLength(text);
        if (length <= 0)
            return false;
        text.remove_prefix(std::size_t(length));
    }
    return true;
}

std::string toValidUtf8(std::string_view bytes)
{
    std::string out;
    out.reserve(bytes.size());
    while (!bytes.empty()) {
        const int length = characterLength(bytes);
        if (length > 0) {
            out.append(bytes.substr(0, std::size_t(length)));
            bytes.remove_prefix(std::size_t(length));
        } else {
            out += "\xEF\xBF\xBD";
            bytes.remove_prefix(1);
        }
    }
    return out;
}

std::size_t completeUtf8Prefix(std::string_view bytes)
{
    // Only the last three bytes can begin a character that is cut short.
    const std::size_t from = bytes.size() > 3 ? bytes.size() - 3 : 0;
    for (std::size_t i = from; i < bytes.size(); ++i)
        if (static_cast<unsigned char>(bytes[i]) >= 0xC2 && characterLength(bytes.substr(i)) == -1)
            return i;
    return bytes.size();
}

std::string elided(std::string_view text, std::size_t characters)
{
    std::size_t seen = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if ((static_cast<unsigned char>(text[i]) & 0xC0) == 0x80)
            continue;
        if (seen == characters)
            return std::string(text.substr(0, i)) + "…";
        ++seen;
    }
    return std::string(text);
}

std::size_t countCodePoints(std::string_view text)
{
    std::size_t count = 0;
    for (const char c : text)
        count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    return count;
}

} // namespace koala
