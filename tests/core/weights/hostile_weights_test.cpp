// Reliability X6 and X7: safetensors and GGUF files as nobody should write them, made here.
#include <fstream>
#include <functional>
#include <limits>

#include "core/base/gguf_writer.h"
#include "core/weights/checkpoint.h"
#include "core/weights/model_writers.h"
#include "core/weights/safetensors.h"
#include "tests/support/temporary.h"
#include "tests/support/tiny_model.h"

namespace koala {
namespace {

template <typename T>
std::string raw(T value)
{
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

class HostileWeights : public testing::Test {
protected:
    fs::path write(const std::string& bytes)
    {
        const fs::path path = m_folder.path() / fmt::format("{}", m_count++);
        std::ofstream(path, std::ios::binary) << bytes;
        return path;
    }
    // "" when it is read, else why not.
    std::string safetensors(const std::string& header, const std::string& data = "",
        std::optional<std::uint64_t> length = {})
    {
        const auto file =
            SafetensorsFile::open(write(raw(length.value_or(header.size())) + header + data));
        return file.ok() ? "" : file.error().message;
    }
    std::string gguf(const std::string& bytes)
    {
        const auto model = openCheckpoint(write(bytes));
        return model.ok() ? "" : model.error().message;
    }

    TemporaryDirectory m_folder = test::temporaryDirectory();
    int m_count = 0;
};

std::string entry(const std::string& name, const std::string& dtype, const std::string& shape,
    const std::string& offsets)
{
    return fmt::format(
        R"("{}":{{"dtype":"{}","shape":[{}],"data_offsets":[{}]}})", name, dtype, shape, offsets);
}
std::string object(const std::string& members)
{
    return "{" + members + "}";
}

TEST_F(HostileWeights, SafetensorsThatAreWholeAreRead)
{
    EXPECT_EQ(safetensors("{}"), "");
    EXPECT_EQ(safetensors("{}      "), "");
    EXPECT_EQ(safetensors(object(entry("w", "F32", "2", "0,8")), std::string(8, 'x')), "");
    EXPECT_EQ(safetensors(object(entry("w", "F32", "", "0,4")), std::string(4, 'x')), "");
    EXPECT_EQ(safetensors(object(entry("w", "F32", "0,7", "0,0"))), "");
    EXPECT_EQ(safetensors(object(R"("__metadata__":{"format":"pt"})")), "");
    // Out of order in the header, in order in the file.
    EXPECT_EQ(safetensors(object(entry("b", "U8", "2", "2,4") + "," + entry("a", "U8", "2", "0,2")),
                  "abcd"),
        "");
    const float nan = std::numeric_limits<float>::quiet_NaN();
    EXPECT_EQ(safetensors(object(entry("w", "F32", "1", "0,4")), raw(nan)), "")
        << "values are the model's affair";
    std::string many;
    for (int i = 0; i < 65'537; ++i)
        many += (i == 0 ? "" : ",") + entry(std::to_string(i), "U8", "0", "0,0");
    EXPECT_EQ(safetensors(object(many)), "");
}

TEST_F(HostileWeights, SafetensorsThatAreNotAreRefused)
{
    const std::string good = object(entry("w", "F32", "2", "0,8"));
    const std::string data(8, 'x');
    const std::uint64_t huge = std::uint64_t(1) << 63;
    for (const std::uint64_t length : {std::uint64_t(0), std::uint64_t(7), std::uint64_t(1000),
             huge, ~std::uint64_t(0), std::uint64_t(100'000'001)})
        EXPECT_NE(safetensors(good, data, length), "") << length;
    for (const std::string& header : {
             std::string(" ") + good,
             std::string("[]"),
             std::string("null"),
             std::string("{"),
             std::string("{\"w\":1}"),
             std::string("{\"w\":{}}"),
             object(entry("w", "F32", "2", "0,8") + "," + entry("w", "F32", "2", "0,8")),
             object(R"("w":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]})"),
             object(entry("w", "F33", "2", "0,8")),
             object(entry("w", "", "2", "0,8")),
             object(entry("w", "f32", "2", "0,8")),
             object(entry("w", "F32", "3", "0,8")),
             object(entry("w", "F32", "2", "0,7")),
             object(entry("w", "F32", "2", "8,0")),
             object(entry("w", "F32", "2", "1,9")),
             object(entry("w", "F32", "2", "0,9")),
             object(entry("w", "F32", "-2", "0,8")),
             object(entry("w", "F32", "2.0", "0,8")),
             object(entry("w", "F32", "\"2\"", "0,8")),
             object(entry("w", "F32", "2", "-8,0")),
             object(entry("w", "F32", "2", "0,8.0")),
             object(entry("w", "F32", "2", "0")),
             object(entry("w", "F32", "2", "0,8,16")),
             object(entry("w", "U8", "4294967296,4294967297", "0,8")),
             object(entry("w", "F32", "4611686018427387904", "0,8")),
             object(entry("w", "F32", "18446744073709551616", "0,8")),
             object(entry("a", "U8", "6", "0,6") + "," + entry("b", "U8", "4", "4,8")), // overlap
             object(entry("a", "U8", "2", "0,2") + "," + entry("b", "U8", "4", "4,8")), // hole
             object(entry("a", "U8", "4", "0,4")),                                      // tail
             object(entry("a", "U8", "4", "4,8")),                                      // head
             object(R"("__metadata__":{"a":1},)" + entry("w", "F32", "2", "0,8")),
             object(R"("__metadata__":[],)" + entry("w", "F32", "2", "0,8")),
             object(R"("__metadata__":{"a":{"b":"c"}},)" + entry("w", "F32", "2", "0,8")),
         })
        EXPECT_NE(safetensors(header, data), "") << header;
    const std::string whole = raw(std::uint64_t(good.size())) + good + data;
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_FALSE(SafetensorsFile::open(write(whole.substr(0, size))).ok()) << size;
    EXPECT_NE(safetensors(std::string(200'000, '[')), "");
    EXPECT_NE(safetensors("{\"a\":" + std::string(200'000, '[')), "");
}

// The header of a whole tiny model, with one thing about it changed.
struct Parts {
    std::uint32_t version = 3;
    std::optional<std::uint64_t> tensorCount;
    std::optional<std::uint64_t> keyCount;
    std::string extraKeys; // already as bytes
    std::uint64_t extraKeyCount = 0;
    std::function<void(GgufTensorInfo&)> change = {}; // the first tensor
};

std::string key(const std::string& name, std::uint32_t type, const std::string& value)
{
    return raw(std::uint64_t(name.size())) + name + raw(type) + value;
}

class HostileGguf : public HostileWeights {
protected:
    void SetUp() override
    {
        const fs::path folder = m_folder.path() / "tiny";
        test::writeTinyModel(folder);
        const auto model = openSourceModel(folder);
        ASSERT_TRUE(model.ok());
        const fs::path file = m_folder.path() / "tiny.gguf";
        ASSERT_TRUE(writeGgufModel(file, *model, TensorType::F32, "tiny", {}).ok());
        m_whole = *readFile(file);
        const auto header = readGgufHeader(std::as_bytes(std::span(m_whole)), "tiny");
        ASSERT_TRUE(header.ok());
        m_header = *header;
        m_data = m_whole.substr(header->dataStart);
    }
    std::string made(const Parts& parts)
    {
        std::vector<GgufTensorInfo> tensors = m_header.tensors;
        if (parts.change)
            parts.change(tensors.front());
        const GgufMetadata metadata(m_header.values.begin(), m_header.values.end());
        std::string out = "GGUF" + raw(parts.version) +
                          raw(parts.tensorCount.value_or(tensors.size())) +
                          raw(parts.keyCount.value_or(metadata.size() + parts.extraKeyCount));
        out += parts.extraKeys + metadataBytes(metadata);
        for (const GgufTensorInfo& tensor : tensors) {
            out += raw(std::uint64_t(tensor.name.size())) + tensor.name +
                   raw(std::uint32_t(tensor.extents.size()));
            for (const std::uint64_t extent : tensor.extents)
                out += raw(extent);
            out += raw(tensor.type) + raw(tensor.offset);
        }
        out.resize((out.size() + 31) / 32 * 32, '\0');
        return out + m_data;
    }
    // Without the head of 24 bytes and the padding, whose length the sum of the parts tells.
    static std::string metadataBytes(const GgufMetadata& metadata)
    {
        std::string out;
        for (const auto& [name, value] : metadata) {
            const std::string one = ggufHeaderBytes({{name, value}}, {}).substr(24);
            std::uint64_t length = 8 + name.size() + 4;
            if (const auto* text = std::get_if<std::string>(&value))
                length += 8 + text->size();
            else
                length += std::holds_alternative<bool>(value) ? 1 : 4;
            out += one.substr(0, length);
        }
        return out;
    }

    std::string m_whole;
    GgufHeader m_header;
    std::string m_data;
};

TEST_F(HostileGguf, TheUnchangedFileIsRead)
{
    EXPECT_EQ(gguf(m_whole), "");
    EXPECT_EQ(gguf(made({})), "");
    EXPECT_EQ(gguf(made({.extraKeys = key("x.list", 9,
                             raw(std::uint32_t(4)) + raw(std::uint64_t(1)) + raw(std::uint32_t(7))),
                  .extraKeyCount = 1})),
        "");
}

TEST_F(HostileGguf, CountsAndKeysThatCannotBeAreRefused)
{
    for (const std::uint32_t version : {0U, 1U, 4U, 0x03000000U})
        EXPECT_NE(gguf(made({.version = version})), "") << version;
    EXPECT_NE(gguf("GGML" + m_whole.substr(4)), "");
    for (const std::uint64_t count :
        {std::uint64_t(1) << 31, ~std::uint64_t(0), std::uint64_t(0)}) {
        EXPECT_NE(gguf(made({.tensorCount = count})), "") << count;
        EXPECT_NE(gguf(made({.keyCount = count})), "") << count;
    }
    const auto refuses = [&](const std::string& keys, std::uint64_t count = 1) {
        return gguf(made({.extraKeys = keys, .extraKeyCount = count})) != "";
    };
    const std::string four = raw(std::uint32_t(7));
    EXPECT_TRUE(refuses(key("", 4, four)));
    EXPECT_TRUE(refuses(key("a", 4, four) + key("a", 4, four), 2));
    EXPECT_TRUE(refuses(key("a", 13, four)));
    EXPECT_TRUE(refuses(key("a", 0xffffffff, four)));
    EXPECT_TRUE(refuses(key("a", 8, raw(std::uint64_t(1) << 30))));
    EXPECT_TRUE(refuses(key("a", 8, raw(~std::uint64_t(0)))));
    for (const std::uint64_t items :
        {std::uint64_t(1) << 31, std::uint64_t(1) << 61, ~std::uint64_t(0)})
        for (const std::uint32_t type : {0U, 4U, 8U, 10U, 12U})
            EXPECT_TRUE(refuses(key("a", 9, raw(type) + raw(items)))) << items << " " << type;
    // A list of lists, and lists of no known type.
    EXPECT_TRUE(refuses(key("a", 9, raw(std::uint32_t(9)) + raw(std::uint64_t(1)) + four)));
    EXPECT_TRUE(refuses(key("a", 9, raw(std::uint32_t(13)) + raw(std::uint64_t(1)) + four)));
    for (const std::uint32_t alignment : {0U, 13U, 33U, 1U << 31})
        EXPECT_TRUE(refuses(key("general.alignment", 4, raw(alignment)))) << alignment;
    EXPECT_TRUE(refuses(key("general.alignment", 8, raw(std::uint64_t(2)) + "32")));
}

TEST_F(HostileGguf, TensorsThatCannotBeAreRefused)
{
    const auto refuses = [&](const std::function<void(GgufTensorInfo&)>& change) {
        return gguf(made({.change = change})) != "";
    };
    const std::uint64_t most = ~std::uint64_t(0);
    EXPECT_TRUE(refuses([](auto& tensor) { tensor.name.clear(); }));
    EXPECT_TRUE(refuses([](auto& tensor) { tensor.name.assign(300, 'n'); }));
    EXPECT_TRUE(refuses([](auto& tensor) { tensor.name = "blk.0.attn_q.weight"; }));
    EXPECT_TRUE(refuses([](auto& tensor) { tensor.extents = {}; }));
    EXPECT_TRUE(refuses([](auto& tensor) { tensor.extents = {1, 1, 1, 1, 1}; }));
    EXPECT_TRUE(refuses([&](auto& tensor) { tensor.extents = {most}; }));
    EXPECT_TRUE(refuses([](auto& tensor) { tensor.extents = {1ULL << 33, 1ULL << 33}; }));
    EXPECT_TRUE(refuses([](auto& tensor) { tensor.extents = {0, 64}; }));
    EXPECT_TRUE(refuses([](auto& tensor) { std::swap(tensor.extents[0], tensor.extents[1]); }));
    EXPECT_TRUE(refuses([](auto& tensor) { tensor.type = 4; }));
    EXPECT_TRUE(refuses([](auto& tensor) { tensor.type = 0xffffffff; }));
    EXPECT_TRUE(refuses([](auto& tensor) { tensor.offset = 1; }));
    EXPECT_TRUE(refuses([&](auto& tensor) { tensor.offset = most - 31; }));
    EXPECT_TRUE(refuses([&](auto& tensor) { tensor.offset = (m_data.size() + 31) / 32 * 32; }));
    for (std::size_t size = m_whole.size() - m_data.size(); size < m_whole.size(); size += 4099)
        EXPECT_NE(gguf(m_whole.substr(0, size)), "") << size;
}

} // namespace
} // namespace koala
