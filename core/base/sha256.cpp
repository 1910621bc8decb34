#include "core/base/sha256.h"

#include <cerrno>
#include <fstream>

#include <openssl/evp.h>

#include "core/base/check.h"

namespace koala {

namespace {

// Looked up once: EVP_sha256() is looked up anew for each hash, which takes longer than a short
// one.
const EVP_MD* algorithm()
{
    static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    return fetched;
}

} // namespace

struct Sha256::State {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : m_state(std::make_unique<State>())
{
    KOALA_CHECK(EVP_DigestInit_ex(m_state->context, algorithm(), nullptr) == 1);
}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(std::string_view bytes)
{
    KOALA_CHECK(EVP_DigestUpdate(m_state->context, bytes.data(), bytes.size()) == 1);
}

std::string Sha256::hexSoFar() const
{
    Sha256 copy;
    KOALA_CHECK(EVP_MD_CTX_copy_ex(copy.m_state->context, m_state->context) == 1);
    return copy.finishHex();
}

std::string Sha256::finishHex()
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    KOALA_CHECK(EVP_DigestFinal_ex(m_state->context, digest, &length) == 1);
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string hex;
    hex.reserve(length * 2);
    for (unsigned int i = 0; i < length; ++i) {
        hex += kDigits[digest[i] >> 4];
        hex += kDigits[digest[i] & 15];
    }
    return hex;
}

std::string sha256Hex(std::string_view bytes)
{
    Sha256 hash;
    hash.update(bytes);
    return hash.finishHex();
}

Result<std::string> sha256File(const fs::path& path)
{
    std::ifstream in(path, std::ios::binary);
    if (!in)
        return fileError("read", path, errno);
    Sha256 hash;
    std::string buffer(1 << 20, '\0');
    while (in) {
        in.read(buffer.data(), std::streamsize(buffer.size()));
        hash.update({buffer.data(), std::size_t(in.gcount())});
    }
    if (in.bad())
        return fileError("read", path, EIO);
    return hash.finishHex();
}

} // namespace koala
