#include "core/data/formats/byte_source.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <zlib.h>

namespace koala {
namespace {

struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

class PlainSource final : public ByteSource {
public:
    PlainSource(File file, fs::path path) : m_file(std::move(file)), m_path(std::move(path)) {}
    Result<std::size_t> read(char* out, std::size_t size) override
    {
        const std::size_t got = std::fread(out, 1, size, m_file.get());
        if (got < size && std::ferror(m_file.get()))
            return fileError("read", m_path, errno);
        m_read += got;
        return got;
    }
    std::uint64_t bytesRead() const override { return m_read; }

private:
    File m_file;
    fs::path m_path;
    std::uint64_t m_read = 0;
};

class GzipSource final : public ByteSource {
public:
    GzipSource(File file, fs::path path)
        : m_plain(std::move(file), path), m_path(std::move(path)), m_input(std::size_t(256) << 10)
    {
        m_ready = ::inflateInit2(&m_stream, 15 + 16) == Z_OK;
    }
    ~GzipSource() override
    {
        if (m_ready)
            ::inflateEnd(&m_stream);
    }
    Result<std::size_t> read(char* out, std::size_t size) override
    {
        if (!m_ready)
            return internalError(m_path.string() + ": no memory to unpack it");
        m_stream.next_out = reinterpret_cast<Bytef*>(out);
        m_stream.avail_out = uInt(size);
        while (m_stream.avail_out == uInt(size)) {
            if (m_stream.avail_in == 0) {
                KOALA_TRY(const std::size_t got, m_plain.read(m_input.data(), m_input.size()));
                if (got == 0)
                    return m_ended ? Result<std::size_t>(std::size_t(0))
                                   : Result<std::size_t>(damaged("it is cut short"));
                m_stream.next_in = reinterpret_cast<Bytef*>(m_input.data());
                m_stream.avail_in = uInt(got);
            }
            if (m_ended &&
                ::inflateReset(&m_stream) != Z_OK) // several members may follow each other
                return damaged("a part of it cannot be unpacked");
            const int code = ::inflate(&m_stream, Z_NO_FLUSH);
            if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
                return damaged(m_stream.msg != nullptr ? m_stream.msg : "its data are damaged");
            m_ended = code == Z_STREAM_END;
        }
        return size - m_stream.avail_out;
    }
    std::uint64_t bytesRead() const override { return m_plain.bytesRead(); }

private:
    Error damaged(const std::string& reason) const
    {
        return invalidInput(
            m_path.string() + " cannot be unpacked: " + reason + "; fetch or copy the file again");
    }
    PlainSource m_plain;
    fs::path m_path;
    std::vector<char> m_input;
    z_stream m_stream{};
    bool m_ready = false;
    bool m_ended = false;
};

class MemorySource final : public ByteSource {
public:
    explicit MemorySource(std::string_view text) : m_text(text) {}
    Result<std::size_t> read(char* out, std::size_t size) override
    {
        const std::size_t got = std::min(size, m_text.size() - m_at);
        std::memcpy(out, m_text.data() + m_at, got);
        m_at += got;
        return got;
    }
    std::uint64_t bytesRead() const override { return m_at; }

private:
    std::string_view m_text;
    std::size_t m_at = 0;
};

} // namespace

Result<std::unique_ptr<ByteSource>> openByteSource(const fs::path& path)
{
    std::error_code code;
    if (fs::is_directory(path, code))
        return invalidInput(path.string() + " is a folder; name the data file inside it");
    File file(std::fopen(path.c_str(), "rbe"));
    if (file == nullptr)
        return fileError("read", path, errno);
    unsigned char magic[2] = {};
    const bool gzip =
        std::fread(magic, 1, 2, file.get()) == 2 && magic[0] == 0x1F && magic[1] == 0x8B;
    if (std::fseek(file.get(), 0, SEEK_SET) != 0)
        return fileError("read", path, errno);
    if (gzip)
        return std::unique_ptr<ByteSource>(std::make_unique<GzipSource>(std::move(file), path));
    return std::unique_ptr<ByteSource>(std::make_unique<PlainSource>(std::move(file), path));
}

std::unique_ptr<ByteSource> memorySource(std::string_view text)
{
    return std::make_unique<MemorySource>(text);
}

} // namespace koala
