// core/base/utf8.h: foreign text made safe to store and to show. Bytes that are no UTF-8 become
// U+FFFD.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace koala {

bool isValidUtf8(std::string_view text);
std::string toValidUtf8(std::string_view bytes);
// The length of the longest prefix that does not end inside a character (for streams of bytes).
std::size_t completeUtf8Prefix(std::string_view bytes);
// At most `characters` code points, with "…" where something was left out.
std::string elided(std::string_view text, std::size_t characters);
std::size_t countCodePoints(std::string_view text);

} // namespace koala
