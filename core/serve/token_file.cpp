#include "core/serve/token_file.h"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "core/base/ids.h"
#include "core/base/process.h"

namespace koala {
namespace {

constexpr std::size_t kMaxTokenBytes = 512;

Result<std::string> readToken(const fs::path& file)
{
    KOALA_TRY(const std::string text, readFile(file, 4096));
    const std::string_view token = std::string_view(text).substr(0, text.find_last_not_of(" \r\n") + 1);
    for (const char c : token)
        if (c <= ' ' || c > '~')
            return invalidInput(fmt::format(
                "{} holds no token: one line of letters and digits is meant", file.string()));
    if (token.size() < 16 || token.size() > kMaxTokenBytes)
        return invalidInput(fmt::format("{} holds a token of {} characters; 16 to {} are allowed. "
                                        "Remove the file and a new one is made",
            file.string(), token.size(), kMaxTokenBytes));
    return std::string(token);
}

} // namespace

Result<std::string> loadOrCreateToken(const fs::path& file)
{
    std::error_code code;
    if (fs::exists(file, code))
        return readToken(file);
    if (file.has_parent_path())
        KOALA_RETURN_IF_ERROR(createDirectories(file.parent_path()));
    // Never readable for others, not even for a moment.
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return errno == EEXIST ? readToken(file)
                               : Result<std::string>(fileError("write", file, errno));
    const std::string token = randomHex(64);
    std::string line = token;
    line.push_back('\n');
    const bool written = ::write(descriptor, line.data(), line.size()) == ssize_t(line.size());
    const int failure = errno;
    ::close(descriptor);
    if (!written) {
        fs::remove(file, code);
        return fileError("write", file, failure);
    }
    return token;
}

fs::path defaultTokenFile()
{
    return cacheDirectory() / "server-token";
}

} // namespace koala
