#include "core/weights/weight_difference.h"

#include "core/weights/easylm_file.h"
#include "core/weights/model_writers.h"
#include "tests/support/temporary.h"
#include "tests/support/tiny_model.h"

namespace koala {
namespace {

std::vector<float> floatsOf(const SourceModel& model, std::string_view name)
{
    const auto data =
        readAs(*model.find(name), model.config, TensorType::F32, model.config.ropeLayout);
    std::vector<float> values(data->size() / 4);
    std::memcpy(values.data(), data->data(), data->size());
    return values;
}

class Differences : public testing::Test {
protected:
    SourceModel tiny(const std::string& name, std::uint64_t seed, std::int32_t vocabulary = 512)
    {
        const fs::path folder = m_folder.path() / name;
        test::writeTinyModel(folder, {.vocabulary = vocabulary, .tied = false, .seed = seed});
        auto model = openSourceModel(folder);
        EXPECT_TRUE(model.ok()) << model.error().message;
        return *std::move(model);
    }
    // Written as the scheme stores it, and opened again.
    SourceModel stored(const SourceModel& model, DifferenceScheme scheme)
    {
        const fs::path path = m_folder.path() / fmt::format("difference-{}", m_count++);
        if (scheme == DifferenceScheme::EasyLm) {
            EXPECT_TRUE(writeEasyLm(path, model, differenceType(scheme)).ok());
            const fs::path config = m_folder.path() / "config.json";
            EXPECT_TRUE(writeJsonFile(config, configToHf(model.config, {})).ok());
            return *openSourceModel(path, {config.string()});
        }
        fs::create_directories(path);
        EXPECT_TRUE(writeHfModel(path, model, differenceType(scheme), {}).ok());
        return *openSourceModel(path);
    }

    TemporaryDirectory m_folder = test::temporaryDirectory();
    int m_count = 0;
};

TEST_F(Differences, AppliedToTheBaseGivesTheTunedModelWithinTheRoundingOfTheScheme)
{
    const SourceModel base = tiny("base", 1);
    const SourceModel tuned = tiny("tuned", 2);
    for (const auto& [scheme, tolerance] :
        std::vector<std::pair<DifferenceScheme, double>>{{DifferenceScheme::EasyLm, 1.0 / 256},
            {DifferenceScheme::FastChat, 1.0 / 512}, {DifferenceScheme::Alpaca, 1e-6}}) {
        const auto difference = differenceOf(base, tuned, scheme);
        ASSERT_TRUE(difference.ok());
        const auto back = withDifference(base, stored(*difference, scheme), scheme);
        ASSERT_TRUE(back.ok()) << back.error().message;
        for (const SourceTensor& tensor : tuned.tensors) {
            const auto got = floatsOf(*back, tensor.name);
            const auto want = floatsOf(tuned, tensor.name);
            const auto from = floatsOf(base, tensor.name);
            for (std::size_t i = 0; i < want.size(); ++i)
                ASSERT_NEAR(
                    got[i], want[i], tolerance * (std::fabs(want[i]) + std::fabs(from[i])) + 1e-7)
                    << tensor.name << " " << differenceSchemeName(scheme);
        }
    }
}

TEST_F(Differences, AreTheRoundedDifferenceOfTheValues)
{
    const SourceModel base = tiny("base", 1);
    const SourceModel tuned = tiny("tuned", 2);
    const std::string name = "model.layers.0.mlp.up_proj.weight";
    const auto a = floatsOf(base, name);
    const auto b = floatsOf(tuned, name);
    const auto easylm = floatsOf(
        stored(*differenceOf(base, tuned, DifferenceScheme::EasyLm), DifferenceScheme::EasyLm),
        name);
    const auto fastchat = floatsOf(*differenceOf(base, tuned, DifferenceScheme::FastChat), name);
    const auto alpaca = floatsOf(*differenceOf(base, tuned, DifferenceScheme::Alpaca), name);
    for (std::size_t i = 0; i < a.size(); ++i) {
        ASSERT_EQ(easylm[i], floatFromBfloat(bfloatFromFloat(b[i] - a[i])));
        const float halves =
            floatFromHalf(halfFromFloat(b[i])) - floatFromHalf(halfFromFloat(a[i]));
        ASSERT_EQ(fastchat[i], floatFromHalf(halfFromFloat(halves)));
        ASSERT_EQ(alpaca[i], b[i] - a[i]);
    }
}

TEST_F(Differences, RowsAddedToTheVocabularyAreTakenFromZeroOrFromTheMean)
{
    const SourceModel base = tiny("base", 1);
    const SourceModel tuned = tiny("tuned", 2, 513);
    const std::string name = "model.embed_tokens.weight";
    const auto last = [&](const SourceModel& model) {
        auto values = floatsOf(model, name);
        return std::vector<float>(values.end() - 64, values.end());
    };
    const auto zero = differenceOf(base, tuned, DifferenceScheme::FastChat);
    ASSERT_TRUE(zero.ok());
    const auto wanted = last(tuned);
    const auto gotZero = last(*zero);
    for (std::size_t i = 0; i < 64; ++i)
        EXPECT_EQ(gotZero[i], floatFromHalf(halfFromFloat(wanted[i])));

    const auto mean = differenceOf(base, tuned, DifferenceScheme::Alpaca);
    ASSERT_TRUE(mean.ok());
    EXPECT_EQ(mean->config.vocabularySize, 513);
    const auto rows = floatsOf(base, name);
    const auto gotMean = last(*mean);
    for (std::size_t i = 0; i < 64; ++i) {
        double sum = 0;
        for (std::size_t row = 0; row < 512; ++row)
            sum += rows[row * 64 + i];
        EXPECT_FLOAT_EQ(gotMean[i], wanted[i] - float(sum / 512));
    }
    const auto back =
        withDifference(base, stored(*mean, DifferenceScheme::Alpaca), DifferenceScheme::Alpaca);
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(back->config.vocabularySize, 513);

    const auto refused = differenceOf(base, tuned, DifferenceScheme::EasyLm);
    ASSERT_FALSE(refused.ok());
    EXPECT_NE(
        refused.error().message.find("[512, 64] in the base and [513, 64]"), std::string::npos)
        << refused.error().message;
}

TEST_F(Differences, ModelsThatDoNotBelongTogetherAreRefused)
{
    const SourceModel base = tiny("base", 1);
    SourceModel fewer = tiny("fewer", 1);
    fewer.tensors.pop_back();
    EXPECT_FALSE(differenceOf(base, fewer, DifferenceScheme::Alpaca).ok());
    EXPECT_FALSE(differenceOf(fewer, base, DifferenceScheme::Alpaca).ok());
}

TEST_F(Differences, ASumTellsTheWeightsWithAndWithoutRotaryBuffers)
{
    const SourceModel base = tiny("base", 1);
    const auto sum = sumOf(base);
    ASSERT_TRUE(sum.ok());
    double want = 0;
    for (const SourceTensor& tensor : base.tensors)
        for (const float value : floatsOf(base, tensor.name))
            want += value;
    EXPECT_DOUBLE_EQ(sum->weights, want);
    // Head size 16, two layers: Σ 10000^(-i/8).
    double buffers = 0;
    for (int i = 0; i < 8; ++i)
        buffers += std::pow(10000.0, -i / 8.0);
    EXPECT_NEAR(sum->withRotaryBuffers - sum->weights, 2 * buffers, 1e-6);
    EXPECT_EQ(sum->notFinite, 0U);
}

TEST(Schemes, GoByName)
{
    EXPECT_EQ(differenceSchemeFrom("fastchat"), DifferenceScheme::FastChat);
    EXPECT_FALSE(differenceSchemeFrom("vicuna").has_value());
}

} // namespace
} // namespace koala
