#include "core/weights/checkpoint.h"

#include "core/base/json.h"
#include "core/weights/adapter.h"
#include "core/weights/hf_folder.h"
#include "tests/support/temporary.h"
#include "tests/support/tiny_model.h"

namespace koala {
namespace {

using test::tinyConfig;
using test::tinyWeights;

TEST(HfCheckpoint, AWrittenFolderIsReadBackWithTheSameNumbers)
{
    const auto folder = test::temporaryDirectory();
    test::writeTinyModel(folder.path());
    const auto checkpoint = openCheckpoint(folder.path());
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.error().message;
    const ModelConfig& config = (*checkpoint)->config();
    EXPECT_EQ(config.layers, 2);
    EXPECT_EQ(config.ropeLayout, RopeLayout::HalfSplit);
    EXPECT_EQ(
        (*checkpoint)->find("lm_head.weight"), (*checkpoint)->find("model.embed_tokens.weight"));
    const auto weights = tinyWeights();
    std::int64_t parameters = 0;
    for (const auto& want : weights) {
        const TensorView* got = (*checkpoint)->find(want.name);
        ASSERT_NE(got, nullptr) << want.name;
        std::vector<float> row(std::size_t(got->columns()));
        dequantizeRow(*got, got->rows() - 1, row.data());
        EXPECT_EQ(row.back(), want.values.back()) << want.name;
        parameters += std::int64_t(want.values.size());
    }
    EXPECT_EQ(config.parameterCount(), parameters);
    EXPECT_EQ(checkpointSha256(folder.path()).value().size(), 64U);
}

TEST(HfCheckpoint, ShardsAreFoundThroughTheIndex)
{
    const auto folder = test::temporaryDirectory();
    test::writeTinyModel(folder.path());
    const auto weights = tinyWeights();
    OrderedJson index;
    std::array<std::vector<SafetensorsTensor>, 2> shards;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const std::size_t shard = i < 7 ? 0 : 1;
        shards[shard].push_back({weights[i].name, "F32", weights[i].shape,
            std::as_bytes(std::span(weights[i].values))});
        index["weight_map"][weights[i].name] =
            fmt::format("model-0000{}-of-00002.safetensors", shard + 1);
    }
    for (std::size_t i = 0; i < 2; ++i)
        ASSERT_TRUE(writeSafetensors(
            folder.path() / fmt::format("model-0000{}-of-00002.safetensors", i + 1), shards[i])
                .ok());
    fs::remove(folder.path() / "model.safetensors");
    ASSERT_TRUE(writeJsonFile(folder.path() / "model.safetensors.index.json", index).ok());
    const auto checkpoint = openCheckpoint(folder.path());
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.error().message;
    EXPECT_EQ((*checkpoint)->tensors().size(), weights.size());

    index["weight_map"]["model.norm.weight"] = "../../etc/passwd";
    ASSERT_TRUE(writeJsonFile(folder.path() / "model.safetensors.index.json", index).ok());
    EXPECT_THAT(
        openCheckpoint(folder.path()).error().message, testing::HasSubstr("model.norm.weight"));
}

TEST(HfCheckpoint, WhatIsMissingOrCannotBeComputedIsNamed)
{
    const auto folder = test::temporaryDirectory();
    const auto messageAfter = [&](const std::function<void(OrderedJson&)>& change) {
        test::writeTinyModel(folder.path());
        OrderedJson json = configToHf(tinyConfig(), {});
        change(json);
        EXPECT_TRUE(writeJsonFile(folder.path() / "config.json", json).ok());
        const auto checkpoint = openCheckpoint(folder.path());
        return checkpoint.ok() ? std::string() : checkpoint.error().message;
    };
    using testing::HasSubstr;
    EXPECT_THAT(messageAfter([](auto& j) { j["model_type"] = "gpt2"; }), HasSubstr("gpt2"));
    EXPECT_THAT(messageAfter([](auto& j) { j.erase("hidden_size"); }), HasSubstr("hidden_size"));
    EXPECT_THAT(
        messageAfter([](auto& j) { j["num_hidden_layers"] = 3; }), HasSubstr("model.layers.2"));
    EXPECT_THAT(
        messageAfter([](auto& j) { j["num_hidden_layers"] = 1; }), HasSubstr("model.layers.1"));
    EXPECT_THAT(messageAfter([](auto& j) { j["num_attention_heads"] = 0; }),
        HasSubstr("num_attention_heads"));
    EXPECT_THAT(messageAfter([](auto& j) { j["intermediate_size"] = 161; }), HasSubstr("160"));
    EXPECT_THAT(
        messageAfter([](auto& j) { j["tie_word_embeddings"] = false; }), HasSubstr("lm_head"));
    EXPECT_THAT(
        messageAfter([](auto& j) { j["rope_scaling"] = {{"type", "linear"}, {"factor", 2}}; }),
        HasSubstr("linear"));
    EXPECT_EQ(messageAfter([](auto& j) {
        j.erase("rope_theta");
        j["rope_parameters"] = {{"rope_theta", 500.0}, {"rope_type", "default"}};
    }),
        "");
    EXPECT_EQ(openCheckpoint(folder.path()).value()->config().ropeBase, 500.0);
    EXPECT_THAT(openCheckpoint(folder.path() / "none").error().message, HasSubstr("none"));
}

class EveryTensorType : public testing::TestWithParam<TensorType> {};

TEST_P(EveryTensorType, IsReadFromGgufWithItsNames)
{
    const auto folder = test::temporaryDirectory();
    test::writeText(
        folder.path() / "tiny.gguf", test::ggufModel(tinyConfig(), tinyWeights(), GetParam()));
    const auto checkpoint = openCheckpoint(folder.path() / "tiny.gguf");
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.error().message;
    EXPECT_EQ((*checkpoint)->config().ropeLayout, RopeLayout::Interleaved);
    EXPECT_TRUE((*checkpoint)->config().tiedEmbedding);
    const TensorView* gate = (*checkpoint)->find("model.layers.1.mlp.gate_proj.weight");
    ASSERT_NE(gate, nullptr);
    EXPECT_EQ(gate->type, GetParam());
    EXPECT_EQ(gate->shape, (std::vector<std::int64_t>{160, 64}));
    std::vector<float> row(64);
    dequantizeRow(*gate, 3, row.data());
    const auto weights = tinyWeights();
    const auto want = std::find_if(
        weights.begin(), weights.end(), [&](const auto& t) { return t.name == gate->name; });
    for (std::size_t i = 0; i < 64; ++i)
        EXPECT_NEAR(row[i], want->values[3 * 64 + i], 0.06) << i;
}

INSTANTIATE_TEST_SUITE_P(All, EveryTensorType,
    testing::Values(TensorType::F32, TensorType::F16, TensorType::BF16, TensorType::Q4_0,
        TensorType::Q4_1, TensorType::Q8_0),
    [](const auto& each) { return std::string(tensorTypeName(each.param)); });

TEST(GgufCheckpoint, TruncatedFilesSayThatTheyAreIncomplete)
{
    const auto folder = test::temporaryDirectory();
    const std::string whole = test::ggufModel(tinyConfig(), tinyWeights(), TensorType::Q8_0);
    const fs::path path = folder.path() / "cut.gguf";
    for (std::size_t size = 0; size < whole.size() - 32; size += size < 3000 ? 13 : 1009) {
        test::writeText(path, std::string_view(whole).substr(0, size));
        const auto checkpoint = openCheckpoint(path);
        ASSERT_FALSE(checkpoint.ok()) << size;
        EXPECT_THAT(checkpoint.error().message, testing::HasSubstr("cut.gguf"));
    }
}

TEST(GgufCheckpoint, BrokenBytesInTheHeaderGiveMessagesOrAnotherModelButNoCrash)
{
    const auto folder = test::temporaryDirectory();
    const std::string whole = test::ggufModel(tinyConfig(), tinyWeights(), TensorType::Q4_1);
    const fs::path path = folder.path() / "broken.gguf";
    test::TinyRandom random(7);
    for (int round = 0; round < 300; ++round) {
        std::string broken = whole;
        broken[std::size_t(random.uniform() * 2200)] = static_cast<char>(random.uniform() * 256);
        test::writeText(path, broken);
        const auto checkpoint = openCheckpoint(path);
        if (!checkpoint.ok()) {
            EXPECT_THAT(checkpoint.error().message, testing::HasSubstr("broken.gguf"));
        }
    }
}

TEST(GgufCheckpoint, SmolLm2IsWhatItsDescriptionSays)
{
    KOALA_SMOLLM2_OR_SKIP(path);
    const auto checkpoint = openCheckpoint(path);
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.error().message;
    const ModelConfig& config = (*checkpoint)->config();
    EXPECT_EQ(config.vocabularySize, 49152);
    EXPECT_EQ(config.width, 576);
    EXPECT_EQ(config.layers, 30);
    EXPECT_EQ(config.headSize, 64);
    EXPECT_EQ(config.contextTokens, 8192);
    EXPECT_EQ(config.ropeBase, 100000.0);
    EXPECT_EQ((*checkpoint)->templateHint(), "chatml");
    EXPECT_EQ(config.parameterCount(), 134515008);
}

Adapter tinyAdapter(const ModelConfig& config)
{
    Adapter adapter;
    adapter.rank = 4;
    adapter.alpha = 8;
    test::TinyRandom random(3);
    for (const ExpectedTensor& tensor : expectedTensors(config)) {
        if (!tensor.name.ends_with("q_proj.weight") && !tensor.name.ends_with("down_proj.weight"))
            continue;
        AdapterModule module{tensor.name, 4, tensor.shape[1], tensor.shape[0], 2.0, {}, {}};
        for (std::int64_t i = 0; i < 4 * module.inputs; ++i)
            module.a.push_back(float(random.normal()));
        for (std::int64_t i = 0; i < 4 * module.outputs; ++i)
            module.b.push_back(float(random.normal()));
        adapter.modules.push_back(std::move(module));
    }
    return adapter;
}

TEST(Adapter, IsWrittenInPeftsFormAndReadBack)
{
    const auto folder = test::temporaryDirectory();
    const ModelConfig config = tinyConfig();
    const Adapter written = tinyAdapter(config);
    const Status status = writeAdapter(folder.path(), written, "tiny");
    ASSERT_TRUE(status.ok()) << status.error().message;
    const Json json = readJsonFile(folder.path() / "adapter_config.json").value();
    EXPECT_EQ(json["target_modules"], Json::array({"down_proj", "q_proj"}));
    const auto read = openAdapter(folder.path(), config);
    ASSERT_TRUE(read.ok()) << read.error().message;
    ASSERT_EQ(read->modules.size(), written.modules.size());
    for (const AdapterModule& want : written.modules) {
        const AdapterModule* got = read->find(want.target);
        ASSERT_NE(got, nullptr);
        EXPECT_EQ(got->a, want.a);
        EXPECT_EQ(got->b, want.b);
        EXPECT_EQ(got->scale, 2.0);
    }
}

TEST(Adapter, OfAnotherModelIsRefused)
{
    const auto folder = test::temporaryDirectory();
    ModelConfig other = tinyConfig({.width = 128});
    ASSERT_TRUE(writeAdapter(folder.path(), tinyAdapter(other), "tiny").ok());
    EXPECT_THAT(
        openAdapter(folder.path(), tinyConfig()).error().message, testing::HasSubstr("q_proj"));
    EXPECT_THAT(openAdapter(folder.path() / "none", other).error().message,
        testing::HasSubstr("adapter_config.json"));
}

TEST(Adapter, QueryRowsTurnToTheLayoutOfTheBase)
{
    ModelConfig config = tinyConfig();
    Adapter adapter = tinyAdapter(config);
    const AdapterModule before = adapter.modules[0];
    toRopeLayout(adapter, config);
    EXPECT_EQ(adapter.modules[0].b, before.b);
    config.ropeLayout = RopeLayout::Interleaved;
    toRopeLayout(adapter, config);
    ASSERT_TRUE(before.target.ends_with("q_proj.weight"));
    for (std::size_t k = 0; k < 4; ++k) { // head size 16: row 1 of a head is its old row 8
        EXPECT_EQ(adapter.modules[0].b[1 * 4 + k], before.b[8 * 4 + k]);
        EXPECT_EQ(adapter.modules[0].b[2 * 4 + k], before.b[1 * 4 + k]);
    }
}

} // namespace
} // namespace koala
