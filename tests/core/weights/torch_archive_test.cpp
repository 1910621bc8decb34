// X8: what torch.save writes is read, and everything that could do more than hold numbers is
// refused by name.
#include "core/weights/torch_archive.h"

#include <deque>
#include <fstream>

#include "tests/support/temporary.h"
#include "tests/support/torch_archives.h"

namespace koala {
namespace {

using namespace test;

// A file's tensors; what is refused gives the message.
Result<TorchArchive> read(const std::string& bytes)
{
    static const auto folder = temporaryDirectory();
    static int count = 0;
    const fs::path path = folder.path() / fmt::format("{}.pth", count++);
    std::ofstream(path, std::ios::binary) << bytes; // thousands of files: without a sync of each
    // Kept open: the spans of the result point into it.
    static std::deque<MappedFile> files;
    KOALA_TRY(MappedFile file, MappedFile::open(path));
    return readTorchArchive(files.emplace_back(std::move(file)), "file");
}

std::string messageOf(const std::string& bytes)
{
    const auto archive = read(bytes);
    return archive.ok() ? "read" : archive.error().message;
}

std::string goodTensor()
{
    return pickleTensor(pickleStorage("0", 6), 0, {2, 3}, {3, 1});
}
std::string goodPickle()
{
    return pickleFile(pickleDictionary(pickleText("w") + goodTensor()));
}
const std::vector<float> kSix{1, 2, 3, 4, 5, 6};

std::vector<float> valuesOf(const ArchivedTensor& tensor, std::size_t count)
{
    std::vector<float> values(count);
    tensor.copyTo(std::as_writable_bytes(std::span(values)));
    return values;
}

TEST(TorchArchive, TensorsAreReadThroughOffsetAndStrides)
{
    const std::string pickle = pickleFile(pickleDictionary(
        pickleText("whole") + goodTensor() + pickleText("turned") +
        pickleTensor(pickleStorage("0", 6), 0, {3, 2}, {1, 3}) + pickleText("row") +
        pickleTensor(pickleStorage("0", 6), 3, {3}, {1}) + pickleText("one") +
        pickleTensor(pickleStorage("0", 6), 5, {}, {}) + pickleText("empty") +
        pickleTensor(pickleStorage("0", 6), 0, {0, 3}, {3, 1}) + pickleText("deep") +
        pickleDictionary(pickleText("steps") + pickleNumber(-7) + pickleText("name") +
                         pickleText("run") + pickleText("on") + "\x88")));
    const auto archive = read(torchFile(pickle, kSix));
    ASSERT_TRUE(archive.ok()) << archive.error().message;
    EXPECT_EQ(valuesOf(archive->tensors.at("whole"), 6), kSix);
    EXPECT_EQ(valuesOf(archive->tensors.at("turned"), 6), (std::vector<float>{1, 4, 2, 5, 3, 6}));
    EXPECT_EQ(valuesOf(archive->tensors.at("row"), 3), (std::vector<float>{4, 5, 6}));
    EXPECT_EQ(valuesOf(archive->tensors.at("one"), 1), (std::vector<float>{6}));
    EXPECT_EQ(valuesOf(archive->tensors.at("empty"), 0), std::vector<float>());
    EXPECT_EQ(archive->values.at("deep/steps"), -7);
    EXPECT_EQ(archive->values.at("deep/name"), "run");
    EXPECT_EQ(archive->values.at("deep/on"), true);
}

TEST(TorchArchive, AMetadataOnAnOrderedDictIsDroppedAndParametersAreTensors)
{
    const std::string state = pickleGlobal("collections", "OrderedDict") + ")R(" + pickleText("w") +
                              pickleGlobal("torch._utils", "_rebuild_parameter") +
                              pickleTuple(goodTensor() + "\x88" + "N") + "R" + "u" +
                              pickleDictionary(pickleText("_metadata") + "N") + "b";
    const auto archive = read(torchFile(pickleFile(state), kSix));
    ASSERT_TRUE(archive.ok()) << archive.error().message;
    EXPECT_EQ(archive->tensors.size(), 1U);
    EXPECT_EQ(archive->values.size(), 0U);
}

TEST(TorchArchive, EveryOpcodeOutsideTheListIsRefused)
{
    // All that pickle knows and weights do not need; the values before it keep it from failing for
    // want of a stack.
    const std::string_view allowed("\x80\x95.(1N\x88\x89}])t\x85\x86\x87X\x8c\x8dJKM\x8aGqr\x94hj"
                                   "aesuc\x93RQb");
    int refused = 0;
    for (int opcode = 0; opcode < 256; ++opcode) {
        if (allowed.find(static_cast<char>(opcode)) != std::string_view::npos)
            continue;
        const std::string pickle =
            pickleFile("NN)" + std::string(1, static_cast<char>(opcode)) + std::string(16, '\0'));
        const std::string message = messageOf(torchFile(pickle, kSix));
        EXPECT_NE(message.find("is not allowed in weights"), std::string::npos) << message;
        EXPECT_NE(message.find(fmt::format("(0x{:02x})", opcode)), std::string::npos) << message;
        ++refused;
    }
    EXPECT_EQ(refused, 256 - int(allowed.size()));
}

TEST(TorchArchive, NamesOfProgramsAreRefusedHoweverTheyAreWritten)
{
    for (const auto& [module, name] : std::vector<std::pair<std::string, std::string>>{
             {"os", "system"}, {"posix", "system"}, {"builtins", "eval"}, {"builtins", "exec"},
             {"__builtin__", "getattr"}, {"subprocess", "Popen"}, {"nt", "system"},
             {"torch", "load"}, {"torch.hub", "load"}, {"torch._utils", "_rebuild_tensor"},
             {"torch", "FloatTensor"}, {"torch.serialization", "load"},
             {"numpy.core.multiarray", "_reconstruct"}, {"numpy", "dtype"}, {"torch", "float32"},
             {"collections", "OrderedDict.fromkeys"}, {"collections", "Counter"},
             {"torch", "FloatStorage "}, {"runpy", "run_path"}, {"pip", "main"}}) {
        for (const std::string& spelled :
            {pickleGlobal(module, name), pickleText(module) + pickleText(name) + "\x93"}) {
            const std::string pickle =
                pickleFile(spelled + pickleTuple(pickleText("touch owned")) + "R");
            const std::string message = messageOf(torchFile(pickle, kSix));
            EXPECT_NE(message.find(module + "." + name + " is not allowed"), std::string::npos)
                << message;
        }
    }
}

TEST(TorchArchive, TensorsThatReachPastTheirStorageAreRefused)
{
    const auto refuses = [](const std::string& tensor) {
        const auto archive =
            read(torchFile(pickleFile(pickleDictionary(pickleText("w") + tensor)), kSix));
        return !archive.ok();
    };
    const std::string storage = pickleStorage("0", 6);
    EXPECT_FALSE(refuses(pickleTensor(storage, 0, {2, 3}, {3, 1})));
    EXPECT_TRUE(refuses(pickleTensor(storage, 1, {2, 3}, {3, 1})));
    EXPECT_TRUE(refuses(pickleTensor(storage, 0, {7}, {1})));
    EXPECT_TRUE(refuses(pickleTensor(storage, 0, {2, 3}, {4, 1})));
    EXPECT_TRUE(refuses(pickleTensor(storage, -1, {2}, {1})));
    EXPECT_TRUE(refuses(pickleTensor(storage, 0, {2}, {-1})));
    EXPECT_TRUE(refuses(pickleTensor(storage, 0, {-2}, {1})));
    EXPECT_TRUE(refuses(pickleTensor(storage, 0, {2}, {1, 1})));
    EXPECT_TRUE(refuses(
        pickleTensor(storage, 0, {1, 1, 1, 1, 1, 1, 1, 1, 1}, {1, 1, 1, 1, 1, 1, 1, 1, 1})));
    EXPECT_TRUE(refuses(pickleTensor(
        storage, 0, {2147483647, 2147483647, 2147483647}, {2147483647, 2147483647, 2147483647})));
    EXPECT_TRUE(refuses(pickleTensor(pickleStorage("0", 7), 0, {2}, {1})));
    EXPECT_TRUE(refuses(pickleTensor(pickleStorage("1", 6), 0, {2}, {1})));
    EXPECT_TRUE(refuses(pickleTensor(pickleStorage("../0", 6), 0, {2}, {1})));
    EXPECT_TRUE(refuses(pickleTensor(pickleStorage("", 6), 0, {2}, {1})));
    EXPECT_TRUE(refuses(pickleTensor(pickleStorage("0", 6, "DoubleStorage"), 0, {2}, {1})));
}

TEST(TorchArchive, BrokenPicklesAreRefused)
{
    const std::string good = goodPickle();
    for (std::size_t size = 0; size < good.size(); ++size)
        EXPECT_FALSE(read(torchFile(good.substr(0, size), kSix)).ok()) << size;
    std::string deep = "\x80\x02";
    for (int i = 0; i < 100; ++i)
        deep += ")\x85";
    for (const std::string& body : {
             std::string("h\x05"),              // never stored
             std::string("j\xff\xff\xff\x7f"),  //
             std::string("Nr\xff\xff\xff\x7f"), // a memo of 2^31
             std::string("t"), std::string("e"), std::string("u"), std::string("R"),
             std::string("Q"), std::string("b"), std::string("a"), std::string("s"),
             std::string("}b"),                // BUILD on a plain dictionary
             std::string("N)R"),               // calling None
             std::string("}(Nu"),              // an odd number of items
             std::string("]Na") + "NN",        // more than one value left
             std::string("X\xff\xff\xff\xff"), // a text of 4 GiB
             std::string("\x8d\xff\xff\xff\xff\xff\xff\xff\x7f"),
             std::string("\x8a\x09") + std::string(9, '\1'), // a number of nine bytes
             std::string("\x80\x06"),                        // a protocol to come
         })
        EXPECT_FALSE(read(torchFile(pickleFile(body), kSix)).ok()) << body;
    EXPECT_FALSE(read(torchFile(pickleFile(std::string("]") + "q\x01" + "h\x01" + "a"), kSix)).ok())
        << "a list that holds itself";
    // A list of two references to a list of two references …: 2^40 values in 200 bytes.
    std::string bomb = "]q\x01";
    for (char i = 1; i < 41; ++i)
        bomb += std::string("]q") + char(i + 1) + "h" + i + "ah" + i + "a";
    EXPECT_FALSE(read(torchFile(pickleFile(bomb), kSix)).ok());
    EXPECT_FALSE(read(torchFile(deep + ".", kSix)).ok());
}

TEST(TorchArchive, ArchivesThatDisagreeWithThemselvesAreRefused)
{
    const auto archive = [&](const std::function<void(ZipPart&)>& change) {
        ZipPart storage{"a/data/0", floatBytes(kSix)};
        change(storage);
        return messageOf(zipOf({{"a/data.pkl", goodPickle()}, storage}));
    };
    EXPECT_EQ(archive([](ZipPart&) {}), "read");
    const auto local = [&](std::size_t offset, auto value) {
        return archive([=](ZipPart& part) {
            part.changeLocal = [=](std::string& header) { setField(header, offset, value); };
        });
    };
    const auto central = [&](std::size_t offset, auto value) {
        return archive([=](ZipPart& part) {
            part.changeCentral = [=](std::string& header) { setField(header, offset, value); };
        });
    };
    for (const std::string& message : {
             local(kLocalMethod, std::uint16_t(8)),
             local(kLocalCrc, std::uint32_t(1)),
             local(kLocalSize, std::uint32_t(8)),
             local(kLocalName, 'b'),
             local(0, std::uint32_t(0)),
             central(kCentralFlags, std::uint16_t(1)),
             central(kCentralMethod, std::uint16_t(8)),
             central(kCentralCrc, std::uint32_t(1)),
             central(kCentralStored, std::uint32_t(8)),
             central(kCentralSize, std::uint32_t(8)),
             central(kCentralSize, std::uint32_t(0xffffffff)),
             central(kCentralOffset, std::uint32_t(0)),
             central(kCentralOffset, std::uint32_t(0xfffffff0)),
         })
        EXPECT_NE(message, "read");
    const std::string good = zipOf({{"a/data.pkl", goodPickle()}, {"a/data/0", floatBytes(kSix)}});
    for (std::size_t size = 0; size < good.size(); ++size)
        EXPECT_NE(messageOf(good.substr(0, size)), "read") << size;
    EXPECT_NE(messageOf(good + "x"), "read");
    EXPECT_NE(messageOf(zipOf({{"a/data.pkl", goodPickle()}, {"b/data.pkl", goodPickle()},
                  {"a/data/0", floatBytes(kSix)}})),
        "read");
    EXPECT_NE(messageOf(zipOf({{"a/data.pkl", goodPickle()}, {"a/data/0", floatBytes(kSix)},
                  {"a/data/0", floatBytes(kSix)}})),
        "read");
}

TEST(TorchArchive, OtherKindsOfFilesAreNamed)
{
    EXPECT_NE(messageOf(goodPickle()).find("a bare pickle"), std::string::npos);
    EXPECT_NE(
        messageOf("7z\xbc\xaf\x27\x1c" + std::string(64, '\0')).find("7z"), std::string::npos);
    EXPECT_NE(messageOf(std::string(257, '\0') + "ustar" + std::string(250, '\0')).find("tar"),
        std::string::npos);
    EXPECT_NE(messageOf(zipOf({{"a/data.pkl", goodPickle()}, {"a/code/x.py", "import os"}}))
                  .find("TorchScript"),
        std::string::npos);
    EXPECT_NE(messageOf(zipOf({{"a/readme.txt", "hello"}})).find("no data.pkl"), std::string::npos);
    EXPECT_NE(messageOf(zipOf({{"a/data.pkl", goodPickle()}, {"a/data/0", floatBytes(kSix)},
                            {"a/byteorder", "big"}}))
                  .find("big-endian"),
        std::string::npos);
}

TEST(TorchArchive, RandomlyChangedFilesAreReadOrRefusedButNeverMore)
{
    const std::string good = torchFile(goodPickle(), kSix);
    std::uint64_t state = 7;
    const auto next = [&] {
        return state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    };
    int refused = 0;
    constexpr int kTries = 3000;
    for (int i = 0; i < kTries; ++i) {
        std::string changed = good;
        for (std::uint64_t k = 0; k <= (next() >> 60) % 3; ++k)
            changed[(next() >> 20) % changed.size()] = static_cast<char>(next() >> 40);
        refused += read(changed).ok() ? 0 : 1;
    }
    EXPECT_GT(refused, kTries * 8 / 10); // the others changed what no check covers: times, versions
}

} // namespace
} // namespace koala
