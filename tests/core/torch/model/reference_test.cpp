// The model against numbers that others computed: logits and gradients of shared real models.
#include "tests/core/torch/model/model_support.h"

#include "core/weights/rope_layout.h"

namespace koala {
namespace {

using test::fullIn;
using test::loadModel;

std::vector<std::int32_t> tokensIn(const Json& json)
{
    return json.at("tokens").get<std::vector<std::int32_t>>();
}

Json readReference(const fs::path& path)
{
    const auto text = readFile(path);
    EXPECT_TRUE(text.ok()) << text.error().message;
    return Json::parse(*text);
}

void expectLogits(const fs::path& modelPath, const fs::path& referencePath)
{
    const auto model = loadModel(modelPath, fullIn(Precision::Fp32));
    const Json reference = readReference(referencePath);
    const auto got = model->logits(tokensIn(reference));
    ASSERT_TRUE(got.ok()) << got.error().message;
    const bool some = reference.contains("logits_selected");
    const Json& rows = some ? reference.at("logits_selected") : reference.at("logits");
    std::vector<std::int64_t> ids;
    if (some)
        ids = reference.at("selected_ids").get<std::vector<std::int64_t>>();
    double worst = 0, largest = 0;
    for (std::size_t t = 0; t < rows.size(); ++t) {
        if (!rows[t].is_array())
            continue;
        for (std::size_t i = 0; i < rows[t].size(); ++i) {
            const double want = rows[t][i].get<double>();
            const auto id = some ? ids[i] : std::int64_t(i);
            largest = std::max(largest, std::abs(want));
            worst = std::max(worst, std::abs((*got)[std::int64_t(t)][id].item<double>() - want));
        }
    }
    EXPECT_GT(largest, 0.1);
    EXPECT_LE(worst, std::max(2e-4, 1e-4 * largest)) << modelPath;
}

TEST(Reference, LogitsOfStories260kAreThePublishedOnes)
{
    KOALA_SHARED_OR_SKIP(shared);
    expectLogits(shared / "models/stories260k-hf", shared / "models/stories260k/logits.json");
}

TEST(Reference, LogitsOfTinystories656kAreThePublishedOnes)
{
    KOALA_SHARED_OR_SKIP(shared);
    expectLogits(
        shared / "models/tinystories-656k", shared / "models/tinystories-656k/logits.json");
}

TEST(Reference, LogitsOfAnInterleavedGgufAreThePublishedOnes)
{
    KOALA_SHARED_OR_SKIP(shared);
    const fs::path folder = shared / "models/llama2-tiny-random-gguf";
    expectLogits(folder / "llama-2-tiny-random.gguf", folder / "logits.json");
}

// "layers.0.attention.wq.weight[5][7]": the name in the checkpoint and the place in it; rows of q
// and k stand half-split there, interleaved in the reference.
struct Place {
    std::string name;
    std::vector<std::int64_t> index;
};

Place placeOf(const std::string& parameter, const ModelConfig& config)
{
    static const std::vector<std::pair<std::string, std::string>> kNames{
        {"attention.wq", "self_attn.q_proj"}, {"attention.wk", "self_attn.k_proj"},
        {"attention.wv", "self_attn.v_proj"}, {"attention.wo", "self_attn.o_proj"},
        {"feed_forward.w1", "mlp.gate_proj"}, {"feed_forward.w2", "mlp.down_proj"},
        {"feed_forward.w3", "mlp.up_proj"}, {"attention_norm", "input_layernorm"},
        {"ffn_norm", "post_attention_layernorm"}, {"tok_embeddings", "embed_tokens"}};
    const std::size_t bracket = parameter.find('[');
    Place place{"model." + parameter.substr(0, bracket), {}};
    for (std::size_t at = bracket; at != std::string::npos; at = parameter.find('[', at + 1))
        place.index.push_back(std::stoll(parameter.substr(at + 1)));
    for (const auto& [meta, ours] : kNames)
        if (const std::size_t at = place.name.find(meta); at != std::string::npos)
            place.name.replace(at, meta.size(), ours);
    const bool query = place.name.find("q_proj") != std::string::npos;
    if (query || place.name.find("k_proj") != std::string::npos) {
        const auto order =
            halfSplitFromInterleaved(query ? config.heads : config.keyValueHeads, config.headSize);
        place.index[0] = std::find(order.begin(), order.end(), place.index[0]) - order.begin();
    }
    return place;
}

TEST(Reference, GradientsOfStories260kAreThoseOfCentralDifferences)
{
    KOALA_SHARED_OR_SKIP(shared);
    const auto model = loadModel(shared / "models/stories260k-hf", fullIn(Precision::Fp32));
    const Json reference = readReference(shared / "models/stories260k/gradients.json");
    Batch batch{tokensIn(reference), {}, {0}};
    batch.trained.assign(batch.tokens.size(), 1);
    const auto loss = model->forwardBackward(batch, 1.0 / 15);
    ASSERT_TRUE(loss.ok());
    EXPECT_EQ(loss->targets, 15);
    EXPECT_NEAR(loss->lossSum / 15, reference.at("mean_nll").get<double>(), 2e-6);
    for (const Json& entry : reference.at("gradients")) {
        const Place place = placeOf(entry.at("param").get<std::string>(), model->config());
        const NamedParameter& parameter = test::parameterOf(*model, place.name);
        at::Tensor value = parameter.value, gradient = parameter.gradient;
        for (const std::int64_t i : place.index) {
            value = value[i];
            gradient = gradient[i];
        }
        EXPECT_NEAR(value.item<double>(), entry.at("value").get<double>(), 1e-5) << place.name;
        const double want = entry.at("grad").get<double>();
        EXPECT_NEAR(gradient.item<double>(), want, 2e-6 + 2e-4 * std::abs(want)) << place.name;
    }
}

TEST(Reference, SmolLm2PredictsWhatTransformersDoes)
{
    KOALA_SHARED_OR_SKIP(shared);
    KOALA_SMOLLM2_OR_SKIP(file);
    const Json reference = readReference(shared / "models/smollm2/reference.json");
    const auto exact = loadModel(file, test::loraIn(Precision::Fp32));
    const auto rounded = loadModel(file, test::loraIn(Precision::Bf16));
    for (const Json& chat : reference.at("chat")) {
        const auto prompt = chat.at("prompt_ids").get<std::vector<std::int32_t>>();
        const auto got = exact->nextLogits(prompt);
        const auto coarse = rounded->nextLogits(prompt);
        ASSERT_TRUE(got.ok() && coarse.ok());
        const auto ids = chat.at("next_top10_ids").get<std::vector<std::int64_t>>();
        const auto want = chat.at("next_top10_logits").get<std::vector<double>>();
        for (std::size_t i = 0; i < ids.size(); ++i) {
            EXPECT_NEAR((*got)[ids[i]].item<double>(), want[i], 1e-4 * want[0]);
            EXPECT_NEAR((*coarse)[ids[i]].item<double>(), want[i], 0.05 * want[0]);
        }
    }
}

} // namespace
} // namespace koala
