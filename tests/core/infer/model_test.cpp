// The forward pass against the reference logits of real models, and batches against single rows.
#include "core/infer/model.h"

#include <cmath>
#include <cstdlib>

#include "core/base/json.h"
#include "tests/support/temporary.h"
#include "tests/support/tiny_model.h"

namespace koala {
namespace {

std::unique_ptr<Model> loadModel(const fs::path& path, int threads = 2)
{
    auto checkpoint = openCheckpoint(path);
    EXPECT_TRUE(checkpoint.ok()) << checkpoint.error().message;
    auto model = Model::load(std::move(checkpoint).value(), threads);
    EXPECT_TRUE(model.ok()) << model.error().message;
    return std::move(model).value();
}

// Logits of every position, all of them in one batch.
std::vector<float> logitsOf(Model& model, const std::vector<std::int32_t>& tokens,
    const LoadedAdapter* adapter = nullptr, const Model::ResidualObserver& observer = {})
{
    KvCache cache = model.makeCache(tokens.size());
    std::vector<ModelRow> rows;
    for (std::size_t i = 0; i < tokens.size(); ++i)
        rows.push_back({tokens[i], i, &cache, adapter, true});
    const std::span<const float> logits = model.forward(rows, observer);
    return {logits.begin(), logits.end()};
}

Json reference(const fs::path& path)
{
    auto json = readJsonFile(path);
    EXPECT_TRUE(json.ok()) << json.error().message;
    return std::move(json).value();
}

// The largest difference; `allowed` is 2e-4 or 1e-4 of the largest logit.
void expectClose(const std::vector<float>& got, const std::vector<std::vector<double>>& want,
    const std::vector<std::size_t>& ids, std::size_t vocabulary)
{
    double worst = 0;
    double largest = 0;
    for (std::size_t position = 0; position < want.size(); ++position)
        for (std::size_t i = 0; i < ids.size(); ++i) {
            worst =
                std::max(worst, std::fabs(got[position * vocabulary + ids[i]] - want[position][i]));
            largest = std::max(largest, std::fabs(want[position][i]));
        }
    EXPECT_LE(worst, std::max(2e-4, 1e-4 * largest));
    std::printf("             largest difference %.2g of logits up to %.3g\n", worst, largest);
}

void checkAllLogits(const fs::path& model, const fs::path& json)
{
    const Json wanted = reference(json);
    const auto tokens = wanted.at("tokens").get<std::vector<std::int32_t>>();
    const auto loaded = loadModel(model);
    const auto residual =
        wanted.at("residual_last_position").get<std::vector<std::vector<double>>>();
    const auto width = std::size_t(loaded->config().width);
    const auto observer = [&](std::int32_t layer, const float* x, std::size_t stride) {
        for (std::size_t d = 0; d < width; ++d) {
            const double want = residual[std::size_t(layer)][d]; // written with six digits
            ASSERT_NEAR(
                x[(tokens.size() - 1) * stride + d], want, std::max(2e-4, 1e-5 * std::fabs(want)))
                << layer;
        }
    };
    std::vector<std::size_t> ids;
    for (std::size_t id = 0; id < loaded->vocabulary(); ++id)
        ids.push_back(id);
    expectClose(logitsOf(*loaded, tokens, nullptr, observer),
        wanted.at("logits").get<std::vector<std::vector<double>>>(), ids, loaded->vocabulary());
}

TEST(Model, LogitsOfStories260k)
{
    KOALA_SHARED_OR_SKIP(shared);
    checkAllLogits(shared / "models/stories260k-hf", shared / "models/stories260k/logits.json");
    checkAllLogits(
        shared / "models/stories260k-hf", shared / "models/stories260k/logits-arbitrary-ids.json");
}

TEST(Model, LogitsOfTinyStories656k)
{
    KOALA_SHARED_OR_SKIP(shared);
    checkAllLogits(
        shared / "models/tinystories-656k", shared / "models/tinystories-656k/logits.json");
}

TEST(Model, LogitsOfARandomGguf)
{
    KOALA_SHARED_OR_SKIP(shared);
    const fs::path folder = shared / "models/llama2-tiny-random-gguf";
    const Json want = reference(folder / "logits.json");
    const auto model = loadModel(folder / "llama-2-tiny-random.gguf");
    expectClose(logitsOf(*model, want.at("tokens").get<std::vector<std::int32_t>>()),
        want.at("logits_selected").get<std::vector<std::vector<double>>>(),
        want.at("selected_ids").get<std::vector<std::size_t>>(), model->vocabulary());
}

TEST(Model, TopLogitsOfSmolLm2)
{
    KOALA_SHARED_OR_SKIP(shared);
    KOALA_SMOLLM2_OR_SKIP(file);
    const auto model = loadModel(file);
    const Json want = reference(shared / "models/smollm2/reference.json");
    for (const Json& chat : want.at("chat")) {
        const auto prompt = chat.at("prompt_ids").get<std::vector<std::int32_t>>();
        const std::vector<float> all = logitsOf(*model, prompt);
        const std::vector<float> last(all.end() - std::ptrdiff_t(model->vocabulary()), all.end());
        expectClose(last, {chat.at("next_top10_logits").get<std::vector<double>>()},
            chat.at("next_top10_ids").get<std::vector<std::size_t>>(), model->vocabulary());
        double squares = 0;
        for (const float logit : last)
            squares += double(logit) * logit;
        EXPECT_NEAR(std::sqrt(squares) / chat.at("logits_l2").get<double>(), 1, 1e-5);
    }
}

TEST(Model, EveryFormOfTheKernelsGivesTheSameLogits)
{
    const auto folder = test::temporaryDirectory();
    test::writeText(folder.path() / "tiny.gguf",
        test::ggufModel(test::tinyConfig(), test::tinyWeights(), TensorType::Q4_1));
    const std::vector<std::int32_t> tokens{1, 50, 300, 7, 7, 511, 0, 90, 12};
    std::vector<float> first;
    for (const Kernels* kernels : availableKernels()) {
        ::setenv("KOALA_KERNELS", std::string(kernels->name).c_str(), 1);
        const auto model = loadModel(folder.path() / "tiny.gguf");
        EXPECT_EQ(model->kernels().name, kernels->name);
        const std::vector<float> logits = logitsOf(*model, tokens);
        if (first.empty())
            first = logits;
        for (std::size_t i = 0; i < logits.size(); ++i)
            ASSERT_NEAR(logits[i], first[i], 1e-5);
    }
    ::unsetenv("KOALA_KERNELS");
}

TEST(Model, AGgufCopyGivesTheLogitsOfTheFolder)
{
    const auto folder = test::temporaryDirectory();
    const test::TinyModelOptions options{.heads = 8, .keyValueHeads = 4, .tied = false};
    test::writeTinyModel(folder.path() / "hf", options);
    test::writeText(folder.path() / "tiny.gguf",
        test::ggufModel(test::tinyConfig(options), test::tinyWeights(options), TensorType::F32));
    const std::vector<std::int32_t> tokens{1, 50, 300, 7, 7, 511};
    const auto hf = logitsOf(*loadModel(folder.path() / "hf"), tokens);
    const auto gguf = logitsOf(*loadModel(folder.path() / "tiny.gguf"), tokens);
    ASSERT_EQ(hf.size(), gguf.size());
    for (std::size_t i = 0; i < hf.size(); ++i)
        ASSERT_NEAR(hf[i], gguf[i], 1e-5);
}

// A rank-4 adapter on every linear layer, and the same change merged into a copy of the weights.
struct AdaptedPair {
    explicit AdaptedPair(const fs::path& folder)
    {
        const ModelConfig config = test::tinyConfig();
        auto weights = test::tinyWeights();
        test::writeHfModel(folder / "base", config, weights);
        Adapter adapter;
        adapter.rank = 4;
        adapter.alpha = 6;
        test::TinyRandom random(3);
        for (auto& tensor : weights) {
            if (!tensor.name.ends_with("_proj.weight"))
                continue;
            AdapterModule module{tensor.name, 4, tensor.shape[1], tensor.shape[0], 1.5, {}, {}};
            for (std::int64_t i = 0; i < 4 * module.inputs; ++i)
                module.a.push_back(float(0.1 * random.normal()));
            for (std::int64_t i = 0; i < 4 * module.outputs; ++i)
                module.b.push_back(float(0.1 * random.normal()));
            for (std::int64_t row = 0; row < module.outputs; ++row)
                for (std::int64_t column = 0; column < module.inputs; ++column)
                    for (std::int64_t r = 0; r < 4; ++r)
                        tensor.values[std::size_t(row * module.inputs + column)] +=
                            1.5F * module.b[std::size_t(row * 4 + r)] *
                            module.a[std::size_t(r * module.inputs + column)];
            adapter.modules.push_back(std::move(module));
        }
        fs::create_directories(folder / "adapter");
        EXPECT_TRUE(writeAdapter(folder / "adapter", adapter, "tiny").ok());
        test::writeHfModel(folder / "merged", config, weights);
        test::writeText(
            folder / "base.gguf", test::ggufModel(config, test::tinyWeights(), TensorType::F32));
    }
};

TEST(Model, AnUnmergedAdapterEqualsMergedWeightsInBothRowOrders)
{
    const auto folder = test::temporaryDirectory();
    const AdaptedPair pair(folder.path());
    const std::vector<std::int32_t> tokens{1, 50, 300, 7, 7, 511, 8, 9};
    const auto want = logitsOf(*loadModel(folder.path() / "merged"), tokens);
    for (const std::string_view base : {"base", "base.gguf"}) {
        const auto model = loadModel(folder.path() / base);
        const auto adapter = model->loadAdapter(folder.path() / "adapter");
        ASSERT_TRUE(adapter.ok()) << adapter.error().message;
        const auto got = logitsOf(*model, tokens, adapter->get());
        const auto plain = logitsOf(*model, tokens);
        double moved = 0;
        for (std::size_t i = 0; i < got.size(); ++i) {
            ASSERT_NEAR(got[i], want[i], 1e-5) << base;
            moved = std::max(moved, std::fabs(double(plain[i]) - want[i]));
        }
        EXPECT_GT(moved, 0.05); // or the test would show nothing
    }
}

TEST(Model, ARowDoesNotDependOnItsBatchToTheLastBit)
{
    const auto folder = test::temporaryDirectory();
    const AdaptedPair pair(folder.path());
    const auto model = loadModel(folder.path() / "base");
    const auto adapter = model->loadAdapter(folder.path() / "adapter").value();
    const std::vector<std::int32_t> tokens{1, 50, 300, 7, 7, 511, 8, 9, 100};
    const auto together = logitsOf(*model, tokens);
    const auto adapted = logitsOf(*model, tokens, adapter.get());
    // One token at a time, beside another sequence that uses the adapter and a third that starts
    // later.
    KvCache mine = model->makeCache(16);
    KvCache other = model->makeCache(16);
    KvCache third = model->makeCache(16);
    const std::size_t vocabulary = model->vocabulary();
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        std::vector<ModelRow> rows{{tokens[i], i, &other, adapter.get(), true}};
        if (i >= 3)
            rows.push_back({tokens[i - 3], i - 3, &third, adapter.get(), true});
        rows.push_back({tokens[i], i, &mine, nullptr, true});
        const auto logits = model->forward(rows);
        const std::size_t last = (rows.size() - 1) * vocabulary;
        for (std::size_t id = 0; id < vocabulary; ++id) {
            ASSERT_EQ(logits[id], adapted[i * vocabulary + id]);
            ASSERT_EQ(logits[last + id], together[i * vocabulary + id]);
            if (i >= 3) {
                ASSERT_EQ(logits[vocabulary + id], adapted[(i - 3) * vocabulary + id]);
            }
        }
    }
}

} // namespace
} // namespace koala
