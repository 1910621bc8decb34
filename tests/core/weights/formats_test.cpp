// The golden bytes of spec 05, sections 5 and 6, and the 16-bit floats.
#include <cmath>
#include <limits>

#include "core/base/gguf_header.h"
#include "core/weights/quantized.h"
#include "core/weights/rope_layout.h"
#include "core/weights/safetensors.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

std::string hex(std::string_view bytes)
{
    std::string out;
    for (const char c : bytes)
        out += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return out;
}

std::string fromHex(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += 2)
        out += static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16));
    return out;
}

std::string quantizedRamp(TensorType type)
{
    std::vector<float> values;
    for (int i = 0; i < 32; ++i)
        values.push_back(float(i - 16));
    std::string out(rowBytes(type, 32), '\0');
    quantize(type, values, reinterpret_cast<std::byte*>(out.data()));
    return hex(out);
}

constexpr std::string_view kGoldenSafetensors =
    "38000000000000007b2277223a7b226474797065223a22463332222c227368617065223a5b312c325d2c226461746"
    "15f6f666673657473223a5b302c385d7d7d0000803f00000040";
constexpr std::string_view kGoldenGguf =
    "474755460300000001000000000000000100000000000000140000000000000067656e6572616c2e617263686974"
    "6563747572650800000005000000000000006c6c616d610100000000000000770200000002000000000000000100"
    "000000000000000000000000000000000000000000000000000000000000000000000000000000803f00000040";

TEST(Quantized, BlocksAreTheGoldenBytes)
{
    EXPECT_EQ(quantizedRamp(TensorType::Q8_0),
        "083081899199a1a9b1b9c0c8d0d8e0e8f0f8000810182028303840474f575f676f77");
    EXPECT_EQ(quantizedRamp(TensorType::Q4_0), "0040809191a2a2b3b3c4c4d5d5e6e6f7f7f8");
    EXPECT_EQ(quantizedRamp(TensorType::Q4_1), "224000cc80809191a2a2b3b3c4c4d5d5e6e6f7f7");
}

TEST(Quantized, DequantisedValuesAreStepsOfTheScale)
{
    const std::string block = fromHex("224000cc80809191a2a2b3b3c4c4d5d5e6e6f7f7");
    std::vector<float> out(32);
    dequantize(TensorType::Q4_1, reinterpret_cast<const std::byte*>(block.data()), 32, out.data());
    const float d = floatFromHalf(0x4022);
    for (int i = 0; i < 32; ++i)
        EXPECT_NEAR(out[std::size_t(i)], float(i - 16), d / 2 + 0.02F);
    EXPECT_EQ(out[0], -16.0F);
    EXPECT_EQ(out[1], -16.0F); // nibble 0 again
    EXPECT_EQ(out[31], 15 * d - 16);
}

TEST(Quantized, EveryHalfGoesToFloatAndBack)
{
    for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
        const float value = floatFromHalf(std::uint16_t(bits));
        if (std::isnan(value)) {
            EXPECT_TRUE(std::isnan(floatFromHalf(halfFromFloat(value))));
        } else {
            ASSERT_EQ(halfFromFloat(value), bits) << value;
        }
    }
    EXPECT_EQ(halfFromFloat(65519.0F), 0x7bff);
    EXPECT_EQ(halfFromFloat(65520.0F), 0x7c00);
    EXPECT_EQ(halfFromFloat(1.0F + 0x1p-11F), 0x3c00); // a tie goes to even
    EXPECT_EQ(halfFromFloat(1.0F + 0x3p-11F), 0x3c02);
    EXPECT_EQ(bfloatFromFloat(1.0F + 0x1p-8F), 0x3f80);
    EXPECT_EQ(bfloatFromFloat(1.0F + 0x3p-8F), 0x3f82);
    EXPECT_TRUE(
        std::isnan(floatFromBfloat(bfloatFromFloat(std::numeric_limits<float>::quiet_NaN()))));
}

TEST(RopeLayout, RowsGoToHalfSplitAsTheSpecSaysAndBack)
{
    EXPECT_THAT(halfSplitFromInterleaved(1, 8), testing::ElementsAre(0, 2, 4, 6, 1, 3, 5, 7));
    const auto there = halfSplitFromInterleaved(3, 6);
    const auto back = interleavedFromHalfSplit(3, 6);
    for (std::size_t i = 0; i < there.size(); ++i)
        EXPECT_EQ(there[std::size_t(back[i])], std::int64_t(i));
}

TEST(Safetensors, WrittenBytesAreTheGoldenOnes)
{
    const auto folder = test::temporaryDirectory();
    const std::vector<float> values{1, 2};
    const std::vector<SafetensorsTensor> tensors{
        {"w", "F32", {1, 2}, std::as_bytes(std::span(values))}};
    ASSERT_TRUE(writeSafetensors(folder.path() / "w.safetensors", tensors).ok());
    EXPECT_EQ(hex(readFile(folder.path() / "w.safetensors").value()), kGoldenSafetensors);
    const auto file = SafetensorsFile::open(folder.path() / "w.safetensors");
    ASSERT_TRUE(file.ok()) << file.error().message;
    ASSERT_NE(file->find("w"), nullptr);
    EXPECT_EQ(file->find("w")->shape, (std::vector<std::int64_t>{1, 2}));
}

TEST(Safetensors, EveryTruncationIsRefusedWithTheNameOfTheFile)
{
    const auto folder = test::temporaryDirectory();
    const std::string whole = fromHex(kGoldenSafetensors);
    const fs::path path = folder.path() / "cut.safetensors";
    for (std::size_t size = 0; size < whole.size(); ++size) {
        test::writeText(path, std::string_view(whole).substr(0, size));
        const auto file = SafetensorsFile::open(path);
        ASSERT_FALSE(file.ok()) << size;
        EXPECT_THAT(file.error().message, testing::HasSubstr("cut.safetensors"));
    }
}

TEST(Safetensors, LyingHeadersAreRefused)
{
    const auto folder = test::temporaryDirectory();
    const fs::path path = folder.path() / "lies.safetensors";
    const auto open = [&](std::string header, std::string_view data) {
        std::string bytes(8, '\0');
        bytes[0] = static_cast<char>(header.size());
        bytes[1] = static_cast<char>(header.size() >> 8);
        test::writeText(path, bytes + header + std::string(data));
        return SafetensorsFile::open(path).ok();
    };
    const std::string good = R"("w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]})";
    EXPECT_TRUE(open("{" + good + "}", "12345678"));
    EXPECT_FALSE(open("{" + good + "," + good + "}", "12345678")); // twice
    EXPECT_FALSE(open("{" + good + "}", "123456789"));             // a byte of nobody
    EXPECT_FALSE(open(R"({"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", "12345678"));
    EXPECT_FALSE(open(R"({"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", "12345678"));
    EXPECT_FALSE(
        open(R"({"w":{"dtype":"F32","shape":[4611686018427387905,4],"data_offsets":[0,16]}})",
            "1234567812345678")); // 2^62 + 1 times 4 times 4 overflows to 16
    EXPECT_FALSE(open(R"({"w":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}})", "12345678"));
    EXPECT_FALSE(open("{" + good + R"(,"v":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})",
        "123456781234")); // overlap
    EXPECT_FALSE(open(std::string(3000, '['), ""));
    EXPECT_FALSE(open("{\"a\":" + std::string(3000, '['), ""));
}

TEST(GgufHeader, TheGoldenFileIsRead)
{
    const std::string bytes = fromHex(kGoldenGguf);
    const auto header = readGgufHeader(std::as_bytes(std::span(bytes)), "golden");
    ASSERT_TRUE(header.ok()) << header.error().message;
    ASSERT_NE(header->string("general.architecture"), nullptr);
    EXPECT_EQ(*header->string("general.architecture"), "llama");
    ASSERT_EQ(header->tensors.size(), 1U);
    EXPECT_EQ(header->tensors[0].extents, (std::vector<std::uint64_t>{2, 1}));
    EXPECT_EQ(header->dataStart, 128U);
}

TEST(GgufHeader, TruncationsAndSingleBrokenBytesNeverCrash)
{
    const std::string whole = fromHex(kGoldenGguf);
    for (std::size_t size = 0; size < 110; ++size)
        EXPECT_FALSE(readGgufHeader(std::as_bytes(std::span(whole).first(size)), "cut").ok())
            << size;
    for (std::size_t at = 0; at < 110; ++at)
        for (const char value : {'\0', '\1', '\x7f', '\xff'}) {
            std::string broken = whole;
            broken[at] = value;
            const auto header = readGgufHeader(std::as_bytes(std::span(broken)), "broken");
            if (!header.ok()) {
                EXPECT_THAT(header.error().message, testing::HasSubstr("broken"));
            }
        }
}

} // namespace
} // namespace koala
