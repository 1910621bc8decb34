// The trained model on tiny seeded weights: gradients against differences, packing, adapters,
// precision, repeatability, and what is refused.
#include "tests/core/torch/model/model_support.h"

namespace koala {
namespace {

using test::fullIn;
using test::loadModel;
using test::loraIn;
using test::lossOf;
using test::tinyBatch;

// The slope of the loss along a random direction, from two losses and from the gradients.
void expectSlope(LlamaModel& model, const Batch& batch, double step)
{
    test::stir(model, 0.02);
    model.zeroGradients();
    ASSERT_TRUE(model.forwardBackward(batch, 1.0).ok());
    const at::Tensor start = model.flatValues().clone();
    at::Tensor values = model.flatValues();
    for (const NamedParameter& parameter : model.parameters()) {
        at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(11);
        // Half noise, half the gradient's own direction: a slope well above rounding.
        at::Tensor direction = at::randn(parameter.value.sizes(), generator, at::kFloat);
        direction = direction / direction.norm() +
                    parameter.gradient / parameter.gradient.norm().clamp_min(1e-20);
        const double want =
            (direction.to(at::kDouble) * parameter.gradient.to(at::kDouble)).sum().item<double>();
        double losses[2];
        for (int side = 0; side < 2; ++side) {
            at::Tensor value = parameter.value;
            value.add_(direction, side == 0 ? -step : step);
            model.refreshWorkingCopies();
            losses[side] = lossOf(model, batch);
            values.copy_(start);
        }
        model.refreshWorkingCopies();
        const double got = (losses[1] - losses[0]) / (2 * step);
        EXPECT_GT(std::abs(want), 1e-4) << parameter.name;
        EXPECT_NEAR(got, want, 0.01 * std::abs(want) + 3e-3) << parameter.name;
    }
}

TEST(LlamaModel, GradientsOfAllWeightsAreTheSlopesOfTheLoss)
{
    const auto folder = test::temporaryDirectory();
    test::writeTinyModel(folder.path());
    expectSlope(*loadModel(folder.path(), fullIn(Precision::Fp32)), tinyBatch(), 5e-3);
}

TEST(LlamaModel, GradientsAreRightWithAHeadOfItsOwnAndInterleavedRows)
{
    const auto folder = test::temporaryDirectory();
    test::TinyModelOptions options;
    options.tied = false;
    const fs::path file = folder.path() / "tiny.gguf";
    test::writeText(file,
        test::ggufModel(test::tinyConfig(options), test::tinyWeights(options), TensorType::F32));
    expectSlope(*loadModel(file, fullIn(Precision::Fp32)), tinyBatch(), 5e-3);
}

TEST(LlamaModel, GradientsOfAdaptersAreTheSlopesOfTheLoss)
{
    const auto folder = test::temporaryDirectory();
    test::writeTinyModel(folder.path());
    expectSlope(*loadModel(folder.path(), loraIn(Precision::Fp32)), tinyBatch(), 5e-3);
    ModelOptions some = loraIn(Precision::Fp32, 3); // an odd rank on some linears only
    some.lora.targets = {"k_proj", "down_proj"};
    expectSlope(*loadModel(folder.path(), some), tinyBatch(), 5e-3);
}

TEST(LlamaModel, PackedDocumentsHaveTheLossesTheyHaveApart)
{
    const auto folder = test::temporaryDirectory();
    test::writeTinyModel(folder.path());
    const auto model = loadModel(folder.path(), fullIn(Precision::Fp32));
    const Batch packed = tinyBatch();
    const auto together = model->evaluate(packed);
    ASSERT_TRUE(together.ok());
    std::vector<float> apart;
    for (std::size_t d = 0; d < packed.documentStarts.size(); ++d) {
        const auto begin = packed.documentStarts[d];
        const auto end = d + 1 < packed.documentStarts.size() ? packed.documentStarts[d + 1]
                                                              : std::int32_t(packed.tokens.size());
        Batch one;
        one.tokens.assign(packed.tokens.begin() + begin, packed.tokens.begin() + end);
        one.trained.assign(packed.trained.begin() + begin, packed.trained.begin() + end);
        one.documentStarts = {0};
        const auto alone = model->evaluate(one);
        ASSERT_TRUE(alone.ok());
        apart.insert(apart.end(), alone->losses.begin(), alone->losses.end());
    }
    ASSERT_EQ(together->losses.size(), apart.size());
    for (std::size_t i = 0; i < apart.size(); ++i)
        EXPECT_NEAR(together->losses[i], apart[i], 1e-5);
    for (const std::int32_t position : together->positions) {
        EXPECT_EQ(packed.trained[std::size_t(position)], 1);
        EXPECT_NE(position, 20); // first of its document: trained, but nothing predicts it
    }
}

TEST(LlamaModel, AFreshAdapterChangesNothingAndIsTheSameEachTime)
{
    const auto folder = test::temporaryDirectory();
    test::writeTinyModel(folder.path());
    for (const Precision precision : {Precision::Fp32, Precision::Bf16}) {
        const auto base = loadModel(folder.path(), fullIn(precision));
        const auto tuned = loadModel(folder.path(), loraIn(precision));
        const auto again = loadModel(folder.path(), loraIn(precision));
        EXPECT_TRUE(at::equal(tuned->flatValues(), again->flatValues()));
        EXPECT_GT(tuned->flatValues().abs().sum().item<double>(), 1.0);
        const std::vector<std::int32_t> tokens{1, 2, 3, 400, 17};
        const at::Tensor want = *base->logits(tokens);
        const double difference = ((*tuned->logits(tokens)) - want).abs().max().item<double>();
        EXPECT_LT(difference, precision == Precision::Fp32 ? 1e-5 : 0.02);
        // One more in seed: other first values.
        ModelOptions other = loraIn(precision);
        ++other.seed;
        EXPECT_FALSE(at::equal(loadModel(folder.path(), other)->flatValues(), tuned->flatValues()));
    }
}

// The gradient belongs to the loss with what this key drops.
void expectSlopeWithKey(LlamaModel& model, const at::Tensor& gradient, const DropoutKey& key)
{
    const at::Tensor direction = gradient / gradient.norm();
    double sides[2];
    for (int side = 0; side < 2; ++side) {
        at::Tensor values = model.flatValues();
        const at::Tensor start = values.clone();
        values.add_(direction, side == 0 ? -2e-3 : 2e-3);
        model.refreshWorkingCopies();
        sides[side] = model.forwardBackward(tinyBatch(), 1.0, key)->lossSum;
        values.copy_(start);
    }
    model.refreshWorkingCopies();
    const double slope = gradient.norm().item<double>();
    EXPECT_NEAR((sides[1] - sides[0]) / 4e-3, slope, 0.02 * slope);
}

TEST(LlamaModel, DropoutIsDrawnByItsKeyAndOnlyWhileTraining)
{
    const auto folder = test::temporaryDirectory();
    test::writeTinyModel(folder.path());
    ModelOptions options = loraIn(Precision::Fp32);
    options.lora.dropout = 0.3;
    const auto model = loadModel(folder.path(), options);
    test::stir(*model, 0.1);
    const double without = lossOf(*model, tinyBatch());
    std::vector<double> losses;
    std::vector<at::Tensor> gradients;
    for (const DropoutKey key : {DropoutKey{1, 0}, DropoutKey{1, 0}, DropoutKey{1, 1}}) {
        model->zeroGradients();
        losses.push_back(model->forwardBackward(tinyBatch(), 1.0, key)->lossSum);
        gradients.push_back(model->flatGradients().clone());
    }
    EXPECT_EQ(losses[0], losses[1]);
    EXPECT_TRUE(at::equal(gradients[0], gradients[1]));
    EXPECT_NE(losses[0], losses[2]);
    EXPECT_NE(losses[0], without);
    expectSlopeWithKey(*model, gradients[0], {1, 0});
}

TEST(LlamaModel, TheNoiseOfTheBaseIsDrawnByItsKeyAndOnlyWhileTraining)
{
    const auto folder = test::temporaryDirectory();
    test::writeTinyModel(folder.path());
    for (const NoiseOptions& noise :
        std::vector<NoiseOptions>{{.residualDropout = 0.2}, {.embeddingDropout = 0.2},
            {.attentionDropout = 0.3}, {.fcmLeast = 0.2, .fcmMost = 0.5},
            {.residualDropout = 0.05,
                .embeddingDropout = 0.05,
                .attentionDropout = 0.05,
                .fcmMost = 0.1}}) {
        ModelOptions options = fullIn(Precision::Fp32);
        const double clean = lossOf(*loadModel(folder.path(), options), tinyBatch());
        options.noise = noise;
        const auto model = loadModel(folder.path(), options);
        EXPECT_EQ(lossOf(*model, tinyBatch()), clean);
        model->zeroGradients();
        const double noisy = model->forwardBackward(tinyBatch(), 1.0, {3, 1})->lossSum;
        EXPECT_NE(noisy, clean);
        const at::Tensor gradient = model->flatGradients().clone();
        EXPECT_EQ(model->forwardBackward(tinyBatch(), 1.0, {3, 1})->lossSum, noisy);
        EXPECT_NE(model->forwardBackward(tinyBatch(), 1.0, {3, 2})->lossSum, noisy);
        expectSlopeWithKey(*model, gradient, {3, 1});
    }
}

TEST(LlamaModel, WeightsOfLossesWeighTheirGradients)
{
    const auto folder = test::temporaryDirectory();
    test::writeTinyModel(folder.path());
    const auto model = loadModel(folder.path(), fullIn(Precision::Fp32));
    const auto gradientOf = [&](const Batch& batch) {
        model->zeroGradients();
        EXPECT_TRUE(model->forwardBackward(batch, 1.0).ok());
        return model->flatGradients().clone();
    };
    // Weights of 2 and 0.5 on two halves are the gradients of the halves, so weighted.
    Batch first = tinyBatch(), second = tinyBatch(), both = tinyBatch();
    both.weights.assign(both.tokens.size(), 0.5F);
    for (std::size_t t = 0; t < both.tokens.size(); ++t) {
        (t < 45 ? second : first).trained[t] = 0;
        if (t < 45)
            both.weights[t] = 2;
    }
    const at::Tensor want = 2 * gradientOf(first) + 0.5 * gradientOf(second);
    EXPECT_LT((gradientOf(both) - want).norm().item<double>(), 1e-5 * want.norm().item<double>());
    both.weights.pop_back();
    EXPECT_FALSE(model->forwardBackward(both, 1.0).ok());
}

TEST(LlamaModel, RoundedNumbersStayCloseToExactOnes)
{
    const auto folder = test::temporaryDirectory();
    test::writeTinyModel(folder.path());
    for (const bool lora : {false, true}) {
        const auto exact =
            loadModel(folder.path(), lora ? loraIn(Precision::Fp32) : fullIn(Precision::Fp32));
        const auto rounded =
            loadModel(folder.path(), lora ? loraIn(Precision::Bf16) : fullIn(Precision::Bf16));
        test::stir(*exact, 0.02);
        test::stir(*rounded, 0.02);
        const auto want = exact->forwardBackward(tinyBatch(), 1.0);
        const auto got = rounded->forwardBackward(tinyBatch(), 1.0);
        EXPECT_NEAR(got->lossSum, want->lossSum, 0.01 * want->lossSum);
        const at::Tensor& a = exact->flatGradients();
        const at::Tensor& b = rounded->flatGradients();
        const double cosine = ((a * b).sum() / (a.norm() * b.norm())).item<double>();
        EXPECT_GT(cosine, 0.995) << (lora ? "lora" : "full");
    }
}

TEST(LlamaModel, StepsRepeatBitForBitAndGradientsAddUp)
{
    const auto folder = test::temporaryDirectory();
    test::writeTinyModel(folder.path());
    for (const Precision precision : {Precision::Fp32, Precision::Bf16}) {
        const auto model = loadModel(folder.path(), fullIn(precision));
        const auto first = model->forwardBackward(tinyBatch(), 0.5);
        const at::Tensor once = model->flatGradients().clone();
        model->zeroGradients();
        const auto second = model->forwardBackward(tinyBatch(), 0.5);
        EXPECT_EQ(first->losses, second->losses);
        EXPECT_TRUE(at::equal(once, model->flatGradients()));
        ASSERT_TRUE(model->forwardBackward(tinyBatch(), 0.5).ok());
        EXPECT_TRUE(at::allclose(model->flatGradients(), once * 2, 1e-6, 1e-7));
        EXPECT_EQ(model->evaluate(tinyBatch())->losses, first->losses);
    }
}

TEST(LlamaModel, ExportsRowsInHuggingFacesOrder)
{
    const auto folder = test::temporaryDirectory();
    test::writeTinyModel(folder.path() / "hf");
    const fs::path file = folder.path() / "tiny.gguf";
    test::writeText(
        file, test::ggufModel(test::tinyConfig(), test::tinyWeights(), TensorType::F32));
    const auto fromHf = loadModel(folder.path() / "hf", fullIn(Precision::Fp32))->exportTensors();
    const auto fromGguf = loadModel(file, fullIn(Precision::Fp32))->exportTensors();
    ASSERT_EQ(fromHf.size(), fromGguf.size());
    for (std::size_t i = 0; i < fromHf.size(); ++i) {
        EXPECT_EQ(fromHf[i].name, fromGguf[i].name);
        EXPECT_TRUE(at::equal(fromHf[i].value, fromGguf[i].value)) << fromHf[i].name;
    }
    const auto adapters = loadModel(file, loraIn(Precision::Fp32))->exportTensors();
    EXPECT_EQ(adapters.size(), 2U * 7 * 2);
    EXPECT_EQ(adapters[0].name, "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight");
}

TEST(LlamaModel, RefusesWhatItCannotTrain)
{
    const auto folder = test::temporaryDirectory();
    test::writeTinyModel(folder.path());
    const auto checkpoint = openCheckpoint(folder.path());
    ModelOptions options = loraIn(Precision::Fp32);
    options.lora.targets = {"q_proj", "gate"};
    const auto unknown = LlamaModel::load(**checkpoint, options);
    ASSERT_FALSE(unknown.ok());
    EXPECT_NE(unknown.error().message.find("\"gate\""), std::string::npos);
    options = loraIn(Precision::Fp32, 0);
    EXPECT_FALSE(LlamaModel::load(**checkpoint, options).ok());

    const auto model = loadModel(folder.path(), loraIn(Precision::Fp32));
    Batch batch = tinyBatch();
    batch.tokens[5] = 512;
    EXPECT_FALSE(model->evaluate(batch).ok());
    batch = tinyBatch();
    batch.trained.pop_back();
    EXPECT_FALSE(model->evaluate(batch).ok());
    for (const std::vector<std::int32_t>& starts :
        std::vector<std::vector<std::int32_t>>{{}, {1}, {0, 20, 20}, {0, 90}}) {
        batch = tinyBatch();
        batch.documentStarts = starts;
        EXPECT_FALSE(model->forwardBackward(batch, 1.0).ok());
    }
    batch = tinyBatch();
    batch.trained.assign(batch.tokens.size(), 0);
    EXPECT_EQ(model->forwardBackward(batch, 1.0)->targets, 0);
}

} // namespace
} // namespace koala
