#include "core/data/formats/byte_source.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <zlib.h>
#include <zstd.h>

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

// Why a file with these first bytes is not read, or "".
std::string_view archiveKind(std::string_view head)
{
    if (head.starts_with("PK\x03\x04") || head.starts_with("PK\x05\x06"))
        return "a zip archive (or a workbook, which is one: save the sheet as CSV)";
    if (head.size() > 262 && head.substr(257, 5) == "ustar")
        return "a tar archive";
    if (head.starts_with("7z\xBC\xAF\x27\x1C"))
        return "a 7z archive";
    if (head.starts_with("Rar!"))
        return "a rar archive";
    if (head.starts_with("\xFD"
                         "7zXZ"))
        return "packed with xz";
    if (head.starts_with("BZh"))
        return "packed with bzip2";
    return "";
}

Error archiveError(const fs::path& path, std::string_view kind)
{
    return invalidInput(
        fmt::format("{} is {}; unpack it and import the files inside", path.string(), kind));
}

// Unpacks what is packed, and holds the two kinds to the same rules: cut short or damaged files are
// told so, and so is a bomb, before it fills memory or disk.
class PackedSource : public ByteSource {
public:
    PackedSource(File file, const fs::path& path)
        : m_plain(std::move(file), path), m_path(path), m_input(std::size_t(256) << 10, '\0')
    {
    }
    Result<std::size_t> read(char* out, std::size_t size) final
    {
        std::size_t made = 0;
        while (made == 0) {
            if (m_next == m_filled) {
                KOALA_TRY(m_filled, m_plain.read(m_input.data(), m_input.size()));
                m_next = 0;
                if (m_filled == 0)
                    return m_complete ? Result<std::size_t>(std::size_t(0))
                                      : Result<std::size_t>(damaged("it is cut short"));
            }
            std::string_view input(m_input.data() + m_next, m_filled - m_next);
            KOALA_TRY(made, unpack(input, out, size));
            m_next = m_filled - input.size();
        }
        if (m_made == 0)
            if (const std::string_view kind = archiveKind({out, made}); !kind.empty())
                return archiveError(m_path, kind);
        m_made += made;
        if (m_made > kHarmless && m_made / kBombRatio > m_plain.bytesRead())
            return invalidInput(fmt::format(
                "{} unpacks to more than {} times its size ({} MiB so far), as archives "
                "made to fill a disk do; nothing was kept. If it is genuine, unpack it "
                "yourself and import the file",
                m_path.string(), kBombRatio, m_made >> 20));
        return made;
    }
    std::uint64_t bytesRead() const final { return m_plain.bytesRead(); }

protected:
    // Takes bytes off `input` and gives the number put at `out`. Sets m_complete to whether what
    // was taken so far could be all.
    virtual Result<std::size_t> unpack(std::string_view& input, char* out, std::size_t size) = 0;
    Error damaged(const std::string& reason) const
    {
        return invalidInput(
            m_path.string() + " cannot be unpacked: " + reason + "; fetch or copy the file again");
    }
    bool m_complete = false;

private:
    static constexpr std::uint64_t kBombRatio = 200;
    static constexpr std::uint64_t kHarmless = std::uint64_t(64) << 20;
    PlainSource m_plain;
    fs::path m_path;
    std::string m_input;
    std::size_t m_next = 0;
    std::size_t m_filled = 0;
    std::uint64_t m_made = 0;
};

class GzipSource final : public PackedSource {
public:
    GzipSource(File file, const fs::path& path) : PackedSource(std::move(file), path)
    {
        m_ready = ::inflateInit2(&m_stream, 15 + 16) == Z_OK;
    }
    ~GzipSource() override
    {
        if (m_ready)
            ::inflateEnd(&m_stream);
    }

private:
    Result<std::size_t> unpack(std::string_view& input, char* out, std::size_t size) override
    {
        if (!m_ready)
            return damaged("there is no memory for it");
        if (m_complete && ::inflateReset(&m_stream) != Z_OK) // several members may follow
            return damaged("a part of it cannot be unpacked");
        m_stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
        m_stream.avail_in = uInt(input.size());
        m_stream.next_out = reinterpret_cast<Bytef*>(out);
        m_stream.avail_out = uInt(size);
        const int code = ::inflate(&m_stream, Z_NO_FLUSH);
        if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
            return damaged(m_stream.msg != nullptr ? m_stream.msg : "its data are damaged");
        m_complete = code == Z_STREAM_END;
        input.remove_prefix(input.size() - m_stream.avail_in);
        return size - m_stream.avail_out;
    }
    z_stream m_stream{};
    bool m_ready = false;
};

class ZstdSource final : public PackedSource {
public:
    ZstdSource(File file, const fs::path& path) : PackedSource(std::move(file), path) {}

private:
    struct Free {
        void operator()(ZSTD_DStream* stream) const { ::ZSTD_freeDStream(stream); }
    };
    Result<std::size_t> unpack(std::string_view& input, char* out, std::size_t size) override
    {
        if (m_stream == nullptr)
            return damaged("there is no memory for it");
        ZSTD_inBuffer in{input.data(), input.size(), 0};
        ZSTD_outBuffer made{out, size, 0};
        const std::size_t code = ::ZSTD_decompressStream(m_stream.get(), &made, &in);
        if (::ZSTD_isError(code))
            return damaged(::ZSTD_getErrorName(code));
        m_complete = code == 0; // a frame has ended; another may follow
        input.remove_prefix(in.pos);
        return made.pos;
    }
    std::unique_ptr<ZSTD_DStream, Free> m_stream{::ZSTD_createDStream()};
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
    std::array<char, 512> bytes{};
    const std::string_view head(
        bytes.data(), std::fread(bytes.data(), 1, bytes.size(), file.get()));
    if (std::ferror(file.get()) || std::fseek(file.get(), 0, SEEK_SET) != 0)
        return fileError("read", path, errno);
    if (const std::string_view kind = archiveKind(head); !kind.empty())
        return archiveError(path, kind);
    if (head.starts_with("\x1F\x8B"))
        return std::unique_ptr<ByteSource>(std::make_unique<GzipSource>(std::move(file), path));
    if (head.starts_with("\x28\xB5\x2F\xFD"))
        return std::unique_ptr<ByteSource>(std::make_unique<ZstdSource>(std::move(file), path));
    return std::unique_ptr<ByteSource>(std::make_unique<PlainSource>(std::move(file), path));
}

bool readOn(ByteSource& source, std::string& buffer, Status& status)
{
    constexpr std::size_t kChunk = std::size_t(1) << 20;
    const std::size_t had = buffer.size();
    buffer.resize(had + kChunk);
    const Result<std::size_t> got = source.read(buffer.data() + had, kChunk);
    buffer.resize(had + (got.ok() ? *got : 0));
    if (!got.ok())
        status = got.error();
    return got.ok() && *got > 0;
}

std::unique_ptr<ByteSource> memorySource(std::string_view text)
{
    return std::make_unique<MemorySource>(text);
}

} // namespace koala
