// Packed files: what is read, and what is refused with which words (reliability X5).
#include "core/data/formats/byte_source.h"

#include "tests/support/packed.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

using test::gzipped;
using test::zstandard;

class ByteSourceTest : public testing::Test {
protected:
    Result<std::string> unpack(std::string_view bytes)
    {
        test::writeText(m_folder.path() / "data.json", bytes);
        KOALA_TRY(const auto source, openByteSource(m_folder.path() / "data.json"));
        std::string text;
        std::string chunk(100'000, '\0');
        while (true) {
            KOALA_TRY(const std::size_t got, source->read(chunk.data(), chunk.size()));
            if (got == 0)
                return text;
            if (text.size() < 10'000'000)
                text.append(chunk, 0, got);
        }
    }
    std::string refusal(std::string_view bytes)
    {
        const auto text = unpack(bytes);
        EXPECT_FALSE(text.ok());
        return text.ok() ? "" : text.error().message;
    }
    TemporaryDirectory m_folder = test::temporaryDirectory();
};

TEST_F(ByteSourceTest, PackedFilesAreToldByTheirContent)
{
    std::string text;
    for (int i = 0; i < 100'000; ++i)
        text += std::to_string(i * 7919 % 100'003) + "\n";
    for (const std::string& bytes : {text, gzipped(text), zstandard(text)})
        EXPECT_EQ(*unpack(bytes), text);
    EXPECT_EQ(*unpack(""), "");
}

TEST_F(ByteSourceTest, MembersThatFollowEachOtherAreOneText)
{
    EXPECT_EQ(*unpack(gzipped("one ") + gzipped("two ") + gzipped("") + gzipped("three")),
        "one two three");
    EXPECT_EQ(*unpack(zstandard("one ") + zstandard("") + zstandard("two")), "one two");
}

TEST_F(ByteSourceTest, FilesThatAreCutShortOrDamagedAreTold)
{
    std::string text;
    for (int i = 0; i < 50'000; ++i)
        text += std::to_string(i * 7919 % 100'003);
    for (std::string bytes : {gzipped(text), zstandard(text)}) {
        for (const std::size_t length : {bytes.size() - 1, bytes.size() / 2, std::size_t(12)})
            EXPECT_NE(refusal(bytes.substr(0, length)).find("it is cut short"), std::string::npos)
                << length;
        bytes[bytes.size() / 2] ^= 0x55;
        bytes[bytes.size() / 2 + 1] ^= 0x55;
        EXPECT_NE(refusal(bytes).find("cannot be unpacked"), std::string::npos);
    }
    EXPECT_NE(
        refusal(gzipped(text) + "trailing rubbish").find("cannot be unpacked"), std::string::npos);
}

TEST_F(ByteSourceTest, BombsAreStopped)
{
    const std::string zeros(std::size_t(80) << 20, '\0');
    EXPECT_NE(refusal(gzipped(zeros)).find("more than 200 times its size (6"), std::string::npos)
        << "stopped soon after 64 MiB";
    EXPECT_NE(refusal(zstandard(zeros)).find("more than 200 times its size"), std::string::npos);
    EXPECT_TRUE(unpack(gzipped(std::string(std::size_t(60) << 20, '\0'))).ok());
    const std::string nested = gzipped(gzipped(zeros));
    EXPECT_EQ(*unpack(nested), gzipped(zeros)) << "one layer only";
}

TEST_F(ByteSourceTest, ArchivesOfFilesAreNamed)
{
    std::string tar(1024, '\0');
    tar.replace(257, 5, "ustar");
    EXPECT_NE(refusal(tar).find("a tar archive; unpack it"), std::string::npos);
    EXPECT_NE(
        refusal(std::string("PK\x03\x04") + "../../evil").find("a zip archive"), std::string::npos);
    EXPECT_NE(refusal("BZh91AY").find("bzip2"), std::string::npos);
}

} // namespace
} // namespace koala
