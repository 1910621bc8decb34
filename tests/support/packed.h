// tests/support/packed.h: texts as gzip and zstd files hold them. Link ZLIB::ZLIB and
// zstd::libzstd_shared.
#pragma once

#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

namespace koala::test {

inline std::string gzipped(std::string_view text)
{
    z_stream stream{};
    EXPECT_EQ(::deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    std::string out(::deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = uInt(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = uInt(out.size());
    EXPECT_EQ(::deflate(&stream, Z_FINISH), Z_STREAM_END);
    const std::size_t size = out.size() - stream.avail_out;
    ::deflateEnd(&stream);
    return out.substr(0, size);
}

inline std::string zstandard(std::string_view text)
{
    std::string out(::ZSTD_compressBound(text.size()), '\0');
    const std::size_t size = ::ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3);
    EXPECT_FALSE(::ZSTD_isError(size));
    return out.substr(0, size);
}

} // namespace koala::test
