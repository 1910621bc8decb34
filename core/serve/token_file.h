// core/serve/token_file.h: the server's bearer token, 256 bits in hex, in a file of the user's
// alone.
#pragma once

#include <string>

#include "core/base/files.h"

namespace koala {

// Reads it, or makes the file (mode 0600) with a new one. An empty or overlong file is an error.
Result<std::string> loadOrCreateToken(const fs::path& file);
// server-token in the user's cache folder.
fs::path defaultTokenFile();

} // namespace koala
