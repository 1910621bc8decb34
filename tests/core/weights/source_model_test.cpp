// Formats in and out: the golden bytes of spec 05, and one model through all of them.
#include "core/weights/source_model.h"

#include "core/base/json.h"
#include "core/weights/easylm_file.h"
#include "core/weights/flax_tree.h"
#include "core/weights/model_writers.h"
#include "core/weights/msgpack.h"
#include "core/weights/safetensors.h"
#include "tests/support/temporary.h"
#include "tests/support/tiny_model.h"
#include "tests/support/torch_archives.h"

namespace koala {
namespace {

std::string fromHex(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += 2)
        out += static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16));
    return out;
}

std::span<const std::byte> bytesOf(const std::string& text)
{
    return std::as_bytes(std::span(text));
}

std::vector<float> floatsOf(
    const SourceModel& model, std::string_view name, RopeLayout layout = RopeLayout::HalfSplit)
{
    const SourceTensor* tensor = model.find(name);
    EXPECT_NE(tensor, nullptr) << name;
    if (tensor == nullptr)
        return {};
    const auto data = readAs(*tensor, model.config, TensorType::F32, layout);
    EXPECT_TRUE(data.ok());
    std::vector<float> values(data->size() / 4);
    std::memcpy(values.data(), data->data(), data->size());
    return values;
}

void expectSameModel(const SourceModel& got, const SourceModel& want)
{
    ASSERT_EQ(got.tensors.size(), want.tensors.size());
    for (const SourceTensor& tensor : want.tensors)
        ASSERT_EQ(floatsOf(got, tensor.name), floatsOf(want, tensor.name)) << tensor.name;
}

// The four objects of spec 05 section 1, as bytes.
const std::vector<std::string> kGoldenObjects{
    fromHex("9293ab7472616e73666f726d6572a46c6e5f66a66b65726e656cc418c71501939102a7666c6f61743332c4"
            "080000803f00000040"),
    fromHex("9292a76c6d5f68656164a66b65726e656cc41ac7170193920202a862666c6f61743136c408803f004000bf"
            "4040"),
    fromHex("9291a161c415c7120193920201a7666c6f61743136c404003c0040"),
    fromHex("9291a473746570c411c70e019390a5696e743332c40407000000"),
};

TEST(FlaxTree, TheGoldenObjectsOfAStreamAreRead)
{
    std::string stream;
    for (const std::string& object : kGoldenObjects)
        stream += object;
    EXPECT_TRUE(looksLikeEasyLm(bytesOf(stream)));
    const auto leaves = readEasyLmLeaves(bytesOf(stream), "golden");
    ASSERT_TRUE(leaves.ok()) << leaves.error().message;
    ASSERT_EQ(leaves->size(), 4U);
    EXPECT_EQ((*leaves)[0].path, "transformer/ln_f/kernel");
    EXPECT_EQ((*leaves)[0].dtype, "float32");
    EXPECT_EQ((*leaves)[1].shape, (std::vector<std::int64_t>{2, 2}));
    EXPECT_EQ((*leaves)[1].pieces[0].size(), 8U);
    EXPECT_EQ((*leaves)[2].dtype, "float16");
    EXPECT_EQ((*leaves)[3].path, "step");
    EXPECT_TRUE((*leaves)[3].shape.empty());
    EXPECT_EQ((*leaves)[3].pieces[0][0], std::byte{7});
    for (std::size_t size = 1; size < stream.size(); ++size) {
        const auto cut = readEasyLmLeaves(bytesOf(stream).first(size), "cut");
        const bool atBorder = size == kGoldenObjects[0].size() ||
                              size == kGoldenObjects[0].size() + kGoldenObjects[1].size() ||
                              size == stream.size() - kGoldenObjects[3].size();
        EXPECT_EQ(cut.ok(), atBorder) << size;
    }
}

TEST(FlaxTree, TheGoldenFileIsRead)
{
    const std::string file =
        fromHex("81a6706172616d7381a177c71501939102a7666c6f61743332c4080000803f00000040");
    EXPECT_TRUE(looksLikeFlax(bytesOf(file)));
    EXPECT_FALSE(looksLikeEasyLm(bytesOf(file)));
    const auto leaves = readFlaxLeaves(bytesOf(file), "golden");
    ASSERT_TRUE(leaves.ok()) << leaves.error().message;
    ASSERT_EQ(leaves->size(), 1U);
    EXPECT_EQ(leaves->front().path, "params/w");
    EXPECT_EQ(leaves->front().shape, (std::vector<std::int64_t>{2}));
    for (std::size_t size = 0; size < file.size(); ++size)
        EXPECT_FALSE(readFlaxLeaves(bytesOf(file).first(size), "cut").ok());
}

TEST(FlaxTree, RandomlyChangedFilesAreReadOrRefused)
{
    std::string stream;
    for (const std::string& object : kGoldenObjects)
        stream += object;
    std::uint64_t state = 3;
    const auto next = [&] {
        return state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    };
    for (int i = 0; i < 20000; ++i) {
        std::string changed = stream;
        changed[(next() >> 20) % changed.size()] = static_cast<char>(next() >> 40);
        const auto leaves = readEasyLmLeaves(bytesOf(changed), "changed");
        const auto flax = readFlaxLeaves(bytesOf(changed), "changed");
        for (const auto* result : {&leaves, &flax})
            if (!result->ok())
                ASSERT_FALSE(result->error().message.empty());
            else
                for (const FlaxLeaf& leaf : **result)
                    ASSERT_LE(leaf.pieces.front().size(), changed.size());
    }
}

TEST(Msgpack, EveryWidthOfNumberIsReadAsItsValue)
{
    const auto integerOf = [](const std::string& hexText) {
        const std::string bytes = fromHex(hexText);
        MsgpackReader in(bytesOf(bytes));
        const auto item = in.next();
        EXPECT_TRUE(item.ok() && in.atEnd()) << hexText;
        return item.ok() ? item->integer : 0;
    };
    EXPECT_EQ(integerOf("7f"), 127);
    EXPECT_EQ(integerOf("ff"), -1);
    EXPECT_EQ(integerOf("e0"), -32);
    EXPECT_EQ(integerOf("cc80"), 128);
    EXPECT_EQ(integerOf("cdffff"), 65535);
    EXPECT_EQ(integerOf("ceffffffff"), 4294967295);
    EXPECT_EQ(integerOf("cf0000000100000000"), 4294967296);
    EXPECT_EQ(integerOf("d080"), -128);
    EXPECT_EQ(integerOf("d18000"), -32768);
    EXPECT_EQ(integerOf("d280000000"), -2147483648);
    EXPECT_EQ(integerOf("d38000000000000000"), std::numeric_limits<std::int64_t>::min());
    const std::string tooLarge = fromHex("cfffffffffffffffff");
    EXPECT_FALSE(MsgpackReader(bytesOf(tooLarge)).next().ok());
    const std::string reserved = fromHex("c1");
    EXPECT_FALSE(MsgpackReader(bytesOf(reserved)).next().ok());
    const std::string skipped = fromHex("83a161930102c0a16281c3c2a163c40161");
    MsgpackReader in(bytesOf(skipped));
    EXPECT_TRUE(in.skip().ok());
    EXPECT_TRUE(in.atEnd());
}

class Formats : public testing::Test {
protected:
    void SetUp() override
    {
        test::writeTinyModel(path("hf"), m_options);
        model = open("hf");
        OrderedJson json = configToHf(model.config, {});
        ASSERT_TRUE(writeJsonFile(path("config.json"), json).ok());
    }
    fs::path path(const std::string& name) const { return m_folder.path() / name; }
    SourceModel open(const std::string& name) const
    {
        auto opened = openSourceModel(path(name), {path("config.json").string()});
        EXPECT_TRUE(opened.ok()) << opened.error().message;
        return opened.ok() ? *std::move(opened) : SourceModel{};
    }

    test::TinyModelOptions m_options{.tied = false};
    TemporaryDirectory m_folder = test::temporaryDirectory();
    SourceModel model;
};

TEST_F(Formats, EasyLmAndBackIsTheSameToTheBit)
{
    ASSERT_TRUE(writeEasyLm(path("streaming_params"), model, TensorType::F32).ok());
    const SourceModel back = open("streaming_params");
    EXPECT_EQ(back.format, "EasyLM");
    EXPECT_EQ(back.config.ropeLayout, RopeLayout::Interleaved);
    expectSameModel(back, model);
    fs::create_directories(path("again"));
    ASSERT_TRUE(writeHfModel(path("again"), back, TensorType::F32, {.bosId = 1, .eosId = 2}).ok());
    expectSameModel(open("again"), model);
    EXPECT_EQ(*readFile(path("again") / "model.safetensors"),
        *readFile(path("hf") / "model.safetensors"));
}

TEST_F(Formats, EasyLmKernelsAreTransposedAndInterleaved)
{
    ASSERT_TRUE(writeEasyLm(path("params"), model, TensorType::F32).ok());
    const std::string file = *readFile(path("params"));
    const auto leaves = readEasyLmLeaves(bytesOf(file), "params");
    ASSERT_TRUE(leaves.ok());
    const auto key = std::find_if(leaves->begin(), leaves->end(),
        [](const FlaxLeaf& leaf) { return leaf.path == "transformer/h/1/attention/wk/kernel"; });
    ASSERT_NE(key, leaves->end());
    EXPECT_EQ(key->shape, (std::vector<std::int64_t>{64, 32}));
    std::vector<float> stored(64 * 32);
    std::memcpy(stored.data(), key->pieces[0].data(), key->pieces[0].size());
    const auto rows = floatsOf(model, "model.layers.1.self_attn.k_proj.weight");
    // Half-split row 0, 8 (head size 16) of a head are the interleaved rows 0 and 1.
    for (std::size_t input = 0; input < 64; ++input) {
        EXPECT_EQ(stored[input * 32 + 0], rows[0 * 64 + input]);
        EXPECT_EQ(stored[input * 32 + 1], rows[8 * 64 + input]);
        EXPECT_EQ(stored[input * 32 + 16], rows[16 * 64 + input]);
    }
}

TEST_F(Formats, ALargeLeafIsWrittenAndReadInChunks)
{
    ASSERT_TRUE(writeEasyLm(path("chunked"), model, TensorType::BF16, 10'000).ok());
    const std::string file = *readFile(path("chunked"));
    const auto leaves = readEasyLmLeaves(bytesOf(file), "chunked");
    ASSERT_TRUE(leaves.ok()) << leaves.error().message;
    EXPECT_EQ(leaves->front().path, "transformer/wte/embedding");
    EXPECT_EQ(leaves->front().pieces.size(), 7U); // 65,536 bytes
    EXPECT_EQ(leaves->front().shape, (std::vector<std::int64_t>{512, 64}));
    ASSERT_TRUE(writeEasyLm(path("whole"), model, TensorType::BF16).ok());
    expectSameModel(open("chunked"), open("whole"));
}

TEST_F(Formats, OfATrainStateTheParametersCount)
{
    ASSERT_TRUE(writeEasyLm(path("params"), model, TensorType::F32).ok());
    const std::string parameters = *readFile(path("params"));
    const auto leaves = readEasyLmLeaves(bytesOf(parameters), "params");
    std::string state = kGoldenObjects[3]; // step
    std::string optimizer;
    std::size_t at = 0;
    for (const FlaxLeaf& leaf : *leaves) {
        MsgpackReader in(bytesOf(parameters).subspan(at));
        ASSERT_TRUE(in.skip().ok());
        const std::string object = parameters.substr(at, in.offset());
        at += in.offset();
        std::string head;
        msgpackArray(head, 2);
        const auto parts = std::uint32_t(std::count(leaf.path.begin(), leaf.path.end(), '/') + 1);
        // The same path below params/params, and below the optimiser's.
        const std::string rest = object.substr(2);
        std::string front, moment;
        msgpackArray(front, parts + 2);
        msgpackText(front, "params");
        msgpackText(front, "params");
        msgpackArray(moment, parts + 2);
        msgpackText(moment, "opt_state");
        msgpackText(moment, "mu");
        state += head + front + rest;
        optimizer += head + moment + rest;
    }
    ASSERT_TRUE(writeFileAtomically(path("state"), state + optimizer).ok());
    expectSameModel(open("state"), model);
}

TEST_F(Formats, WeightsAloneAskForTheirConfiguration)
{
    ASSERT_TRUE(writeEasyLm(path("params"), model, TensorType::F32).ok());
    const auto without = openSourceModel(path("params"));
    ASSERT_FALSE(without.ok());
    EXPECT_NE(without.error().message.find("--config"), std::string::npos);
    const auto wrong = openSourceModel(path("params"), {"7b"});
    ASSERT_FALSE(wrong.ok());
    EXPECT_NE(wrong.error().message.find("asks for 4096, 11008 and 32"), std::string::npos)
        << wrong.error().message;
    const auto unknown = openSourceModel(path("params"), {"8b"});
    ASSERT_FALSE(unknown.ok());
    EXPECT_NE(unknown.error().message.find("llama3_8b"), std::string::npos);
}

TEST_F(Formats, AStreamThatEndsEarlyOrLacksATensorIsRefused)
{
    ASSERT_TRUE(writeEasyLm(path("params"), model, TensorType::F32).ok());
    const std::string file = *readFile(path("params"));
    ASSERT_TRUE(writeFileAtomically(path("torn"), file.substr(0, file.size() - 5)).ok());
    const auto torn = openSourceModel(path("torn"), {path("config.json").string()});
    ASSERT_FALSE(torn.ok());
    EXPECT_NE(torn.error().message.find("incomplete"), std::string::npos);
    MsgpackReader in(bytesOf(file));
    std::size_t last = 0;
    while (!in.atEnd()) {
        last = in.offset();
        ASSERT_TRUE(in.skip().ok());
    }
    // A tied head is what a file without one has; a norm is missed.
    ASSERT_TRUE(writeFileAtomically(path("headless"), file.substr(0, last)).ok());
    EXPECT_TRUE(open("headless").config.tiedEmbedding);
    MsgpackReader again(bytesOf(file));
    ASSERT_TRUE(again.skip().ok());
    ASSERT_TRUE(
        writeFileAtomically(path("lacking"), file.substr(0, again.offset()) + file.substr(last))
            .ok());
    EXPECT_FALSE(openSourceModel(path("lacking"), {path("config.json").string()}).ok());
}

TEST_F(Formats, GgufF32AndBackIsTheSameToTheBit)
{
    ASSERT_TRUE(writeGgufModel(path("a.gguf"), model, TensorType::F32, "tiny", {}).ok());
    const SourceModel back = open("a.gguf");
    EXPECT_EQ(back.config.normEpsilon, float(model.config.normEpsilon));
    expectSameModel(back, model);
    ASSERT_TRUE(writeEasyLm(path("params"), back, TensorType::F32).ok());
    expectSameModel(open("params"), model);
}

TEST_F(Formats, GgufBlocksAreWhatTheQuantiserMakesOfTheWeights)
{
    for (const TensorType type :
        {TensorType::Q8_0, TensorType::Q4_0, TensorType::Q4_1, TensorType::F16, TensorType::BF16}) {
        ASSERT_TRUE(writeGgufModel(path("q.gguf"), model, type, "tiny", {}).ok());
        const SourceModel back = open("q.gguf");
        for (const SourceTensor& tensor : back.tensors)
            EXPECT_EQ(tensor.type, tensor.shape.size() == 1 ? TensorType::F32 : type);
        const std::string name = "model.layers.0.mlp.down_proj.weight";
        std::vector<float> row = floatsOf(model, name);
        row.resize(160);
        std::vector<std::byte> block(rowBytes(type, 160));
        quantize(type, row, block.data());
        std::vector<float> want(160);
        dequantize(type, block.data(), 160, want.data());
        std::vector<float> got = floatsOf(back, name);
        got.resize(160);
        EXPECT_EQ(got, want) << tensorTypeName(type);
    }
}

TEST_F(Formats, ShardsOfAFolderHoldTogether)
{
    fs::create_directories(path("sharded"));
    ASSERT_TRUE(writeHfModel(path("sharded"), model, TensorType::F32, {}, {}, 100'000).ok());
    EXPECT_TRUE(fs::exists(path("sharded") / "model.safetensors.index.json"));
    EXPECT_FALSE(fs::exists(path("sharded") / "model.safetensors"));
    expectSameModel(open("sharded"), model);
}

TEST_F(Formats, StoppedWritingLeavesNothing)
{
    const auto never = [](std::size_t done, std::size_t) { return done < 3; };
    EXPECT_FALSE(writeGgufModel(path("b.gguf"), model, TensorType::F16, "tiny", {}, never).ok());
    EXPECT_FALSE(fs::exists(path("b.gguf")));
    for (const auto& entry : fs::directory_iterator(m_folder.path()))
        EXPECT_NE(entry.path().filename().string()[0], '.') << entry.path();
}

// Two shards cut as Meta cuts them, joined on reading.
TEST_F(Formats, MetaShardsAreJoined)
{
    const fs::path folder = path("meta");
    fs::create_directories(folder);
    for (int shard = 0; shard < 2; ++shard) {
        std::string pairs;
        std::vector<test::ZipPart> parts;
        int storage = 0;
        for (const ExpectedTensor& expected : expectedTensors(model.config)) {
            const std::vector<float> all = floatsOf(model, expected.name, RopeLayout::Interleaved);
            const bool matrix = expected.shape.size() == 2;
            const std::string& name = expected.metaName;
            const bool byColumn = name == "tok_embeddings.weight" ||
                                  name.ends_with("attention.wo.weight") ||
                                  name.ends_with("feed_forward.w2.weight");
            std::vector<std::int32_t> shape(expected.shape.begin(), expected.shape.end());
            std::vector<float> part = all;
            if (matrix) {
                const auto columns = std::size_t(shape[1]);
                shape[byColumn ? 1 : 0] /= 2;
                part.clear();
                for (std::size_t i = 0; i < all.size(); ++i) {
                    const std::size_t place = byColumn ? i % columns : i / columns;
                    const auto extent = std::size_t(shape[byColumn ? 1 : 0]);
                    if (place / extent == std::size_t(shard))
                        part.push_back(all[i]);
                }
            }
            const std::string key = std::to_string(storage++);
            std::vector<std::int32_t> strides =
                matrix ? std::vector<std::int32_t>{shape[1], 1} : std::vector<std::int32_t>{1};
            pairs += test::pickleText(name) +
                     test::pickleTensor(
                         test::pickleStorage(key, std::int32_t(part.size())), 0, shape, strides);
            parts.push_back({"c/data/" + key, test::floatBytes(part)});
        }
        parts.insert(
            parts.begin(), {"c/data.pkl", test::pickleFile(test::pickleDictionary(pairs))});
        ASSERT_TRUE(writeFileAtomically(
            folder / fmt::format("consolidated.0{}.pth", shard), test::zipOf(parts))
                .ok());
    }
    ASSERT_TRUE(writeJsonFile(folder / "params.json",
        {{"dim", 64}, {"multiple_of", 32}, {"n_heads", 4}, {"n_kv_heads", 2}, {"n_layers", 2},
            {"norm_eps", 1e-5}, {"vocab_size", -1}})
            .ok());
    const auto opened = openSourceModel(folder);
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    EXPECT_EQ(opened->format, "Meta");
    EXPECT_EQ(opened->config.mlpWidth, 160);
    expectSameModel(*opened, model);
    fs::remove(folder / "consolidated.01.pth");
    EXPECT_FALSE(openSourceModel(folder).ok());
}

TEST_F(Formats, HuggingFaceBinIsReadAsTheSafetensorsBesideIt)
{
    const fs::path folder = path("bin");
    fs::create_directories(folder);
    fs::copy(path("hf") / "config.json", folder / "config.json");
    std::string pairs;
    std::vector<test::ZipPart> parts;
    for (const SourceTensor& tensor : model.tensors) {
        const std::vector<float> values = floatsOf(model, tensor.name);
        const std::string key = std::to_string(parts.size());
        std::vector<std::int32_t> shape(tensor.shape.begin(), tensor.shape.end());
        std::vector<std::int32_t> strides = shape.size() == 2
                                                ? std::vector<std::int32_t>{shape[1], 1}
                                                : std::vector<std::int32_t>{1};
        pairs += test::pickleText(tensor.name) +
                 test::pickleTensor(
                     test::pickleStorage(key, std::int32_t(values.size())), 0, shape, strides);
        parts.push_back({"c/data/" + key, test::floatBytes(values)});
    }
    parts.push_back({"c/data.pkl", test::pickleFile(test::pickleDictionary(pairs))});
    ASSERT_TRUE(writeFileAtomically(folder / "pytorch_model.bin", test::zipOf(parts)).ok());
    expectSameModel(open("bin"), model);
}

// The same model in every form that was published of it.
TEST(RealModels, Stories260kIsOneModelInItsFiveFiles)
{
    KOALA_SHARED_OR_SKIP(shared);
    const auto hf = openSourceModel(shared / "models/stories260k-hf");
    ASSERT_TRUE(hf.ok()) << hf.error().message;
    for (const char* name : {"stories260K.bin", "stories260K-v1.bin", "stories260K.pt"}) {
        const auto other = openSourceModel(shared / "models/stories260k" / name);
        ASSERT_TRUE(other.ok()) << other.error().message;
        EXPECT_EQ(other->config.keyValueHeads, 4);
        EXPECT_EQ(other->config.mlpWidth, 172);
        EXPECT_EQ(other->config.contextTokens, 512);
        EXPECT_TRUE(other->config.tiedEmbedding);
        expectSameModel(*other, *hf);
    }
    const auto quantised = openSourceModel(shared / "models/stories260k/stories260K-q8.bin");
    ASSERT_TRUE(quantised.ok()) << quantised.error().message;
    const auto largestError = [&](std::string_view name) {
        const auto want = floatsOf(*hf, name);
        const auto got = floatsOf(*quantised, name);
        double largest = 0;
        for (std::size_t i = 0; i < want.size(); ++i)
            largest = std::max(largest, std::fabs(double(want[i]) - got[i]));
        return largest;
    };
    EXPECT_NEAR(largestError("model.embed_tokens.weight"), 0.0045163, 1e-7);
    EXPECT_EQ(largestError("model.layers.4.input_layernorm.weight"), 0);
    double largest = 0;
    for (const SourceTensor& tensor : hf->tensors)
        largest = std::max(largest, largestError(tensor.name));
    EXPECT_NEAR(largest, 0.0069655, 1e-7); // in a q matrix, whose steps are the widest
}

TEST(RealModels, MetasFileIsReadAndItsMaskLeftOut)
{
    KOALA_SHARED_OR_SKIP(shared);
    const fs::path folder = shared / "models/demo-rand-meta";
    const auto without = openSourceModel(folder / "demo_rand_params.pth");
    ASSERT_FALSE(without.ok());
    EXPECT_NE(without.error().message.find("params.json"), std::string::npos);
    const auto model =
        openSourceModel(folder / "demo_rand_params.pth", {(folder / "demo_config.json").string()});
    ASSERT_TRUE(model.ok()) << model.error().message;
    EXPECT_EQ(model->config.parameterCount(), 313'280);
    EXPECT_EQ(model->config.keyValueHeads, 8);
    EXPECT_FALSE(model->config.tiedEmbedding);
}

TEST(NamedConfigs, ParametersAreThoseOfTheTable)
{
    const std::vector<std::pair<std::string, std::int64_t>> table{{"debug", 8'520'320},
        {"1b", 1'244'227'584}, {"3b", 3'426'473'600}, {"7b", 6'738'415'616},
        {"13b", 13'015'864'320}, {"30b", 32'528'943'616}, {"65b", 65'285'660'672},
        {"llama2_7b", 6'738'415'616}, {"llama2_13b", 13'015'864'320},
        {"llama2_70b", 68'976'648'192}, {"llama3_8b", 8'030'261'248},
        {"llama3_70b", 70'553'706'496}};
    EXPECT_EQ(modelConfigNames().size(), table.size());
    for (const auto& [name, parameters] : table)
        EXPECT_EQ(namedModelConfig(name)->parameterCount(), parameters) << name;
    EXPECT_FALSE(namedModelConfig("8b").has_value());
}

} // namespace
} // namespace koala
