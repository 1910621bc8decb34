// core/base/sha256.h: SHA-256 in hex, of bytes, of files, or fed piece by piece (libcrypto).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/files.h"

namespace koala {

class Sha256 {
public:
    Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;
    ~Sha256();
    void update(std::string_view bytes);
    std::string hexSoFar() const; // of what was fed until now; feeding may go on
    std::string finishHex();      // 64 hex digits; the object may not be used after it

private:
    struct State;
    std::unique_ptr<State> m_state;
};

std::string sha256Hex(std::string_view bytes);
Result<std::string> sha256File(const fs::path& path);

} // namespace koala
