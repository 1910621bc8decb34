#include <cmath>

#include <gtest/gtest.h>

#include "core/base/half.h"
#include "core/torch/train/adamw.h"
#include "core/torch/train/scaled_adam.h"
#include "core/torch/train/schedule.h"

namespace koala {
namespace {

// Vectors of double precision: p after each of three updates, clip 1, rate 1e-2, decay 1e-4.
TEST(AdamWRule, GivesThePublishedVectors)
{
    std::vector<float> p{0.5F, -1, 2, 0};
    const std::vector<std::vector<float>> gradients{
        {0.1F, -0.2F, 0.05F, 0.4F}, {3, 1, -2, 0.5F}, {-0.3F, 0.2F, 0.1F, -0.1F}};
    const std::vector<std::vector<double>> wanted{{.489999501, -.989999001, 1.989998002, -.01},
        {.481877936, -.991895329, 1.996693097, -.018789965},
        {.47817836, -.996453583, 2.000659991, -.023961465}};
    AdamW optimiser(
        4, {.beta1 = 0.9, .beta2 = 0.95, .epsilon = 1e-8, .weightDecay = 1e-4, .clip = 1});
    for (std::size_t i = 0; i < gradients.size(); ++i) {
        optimiser.update(p, gradients[i], AdamW::norm(gradients[i]), 1e-2);
        for (std::size_t k = 0; k < 4; ++k)
            EXPECT_NEAR(p[k], wanted[i][k], 3e-7) << "update " << i + 1;
    }
}

TEST(AdamWRule, TheNormTellsOfNumbersThatAreNotFinite)
{
    std::vector<float> gradient(200000, 0.5F);
    EXPECT_NEAR(AdamW::norm(gradient), 0.5 * std::sqrt(200000.0), 1e-9);
    gradient[150000] = INFINITY;
    EXPECT_FALSE(std::isfinite(AdamW::norm(gradient)));
    gradient[7] = NAN;
    EXPECT_FALSE(std::isfinite(AdamW::norm(gradient)));
}

TEST(Schedules, WarmupCosineGivesThePublishedVector)
{
    const Schedule schedule{"cosine", 1e-2, 1e-3, 2, 10};
    const std::vector<double> wanted{0, .005, .01, .009657458, .008681981, .007222075, .0055,
        .003777925, .002318019, .001342542, .001, .001, .001};
    for (std::size_t s = 0; s < wanted.size(); ++s)
        EXPECT_NEAR(schedule.at(double(s)), wanted[s], 1e-9) << s;
}

TrainConfig rated(const char* shape, std::int64_t warmup)
{
    TrainConfig config;
    config.schedule = shape;
    config.learningRate = 1e-3;
    config.warmupSteps = warmup;
    return config;
}

TEST(Schedules, NoUpdateIsMadeWithARateOfZero)
{
    for (const char* shape : {"constant", "cosine", "linear"}) {
        const StepRates rates(rated(shape, 3), 40);
        for (int step = 1; step <= 40; ++step)
            EXPECT_GT(rates.at(step), 0) << shape << step;
        EXPECT_DOUBLE_EQ(rates.at(3), 1e-3);
    }
}

// transformers' get_cosine_schedule_with_warmup over 10 updates, 3 % of them, which it rounds up
// to 1: lr_lambda(0), lr_lambda(1) … of the updates in turn.
TEST(Schedules, CountedFromZeroTheyAreTransformers)
{
    TrainConfig config = rated("cosine", 0);
    config.warmupShare = 0.03;
    config.firstUpdate = 0;
    const StepRates rates(config, 10);
    EXPECT_EQ(rates.at(1), 0);
    for (int update = 2; update <= 10; ++update) {
        const double progress = double(update - 1 - 1) / 9;
        EXPECT_NEAR(
            rates.at(update), 1e-3 * 0.5 * (1 + std::cos(3.14159265358979323846 * progress)), 1e-15)
            << update;
    }
}

TEST(Schedules, PalmFallsWithTheRootOfTheUpdates)
{
    TrainConfig config = rated("palm", 4);
    config.learningRate = 0.01;
    config.firstUpdate = 0;
    const StepRates rates(config, 3); // shorter than the warm-up
    EXPECT_DOUBLE_EQ(rates.at(1), 0.5);
    EXPECT_DOUBLE_EQ(rates.at(5), 0.5);
    EXPECT_DOUBLE_EQ(rates.at(17), 0.25);
}

// The vectors of spec 02 section 5 for both rules.
TEST(ScaledAdamRule, GivesThePublishedVectors)
{
    const std::vector<std::vector<float>> gradients{
        {0.1F, -0.2F, 0.05F, 0.4F}, {3, 1, -2, 0.5F}, {-0.3F, 0.2F, 0.1F, -0.1F}};
    const std::vector<std::vector<double>> scaled{
        {.498853856, -.998853356, 1.998852356, -.001145644},
        {.496242754, -.999107143, 1.99940385, -.00269299},
        {.49458428, -1.000358156, 1.999535115, -.003615909}};
    std::vector<float> p{0.5F, -1, 2, 0};
    ScaledAdam rule({4}, {.weightDecay = 1e-4});
    for (std::size_t i = 0; i < gradients.size(); ++i) {
        rule.update(p, gradients[i], Optimiser::norm(gradients[i]), 1e-2);
        for (std::size_t k = 0; k < 4; ++k)
            EXPECT_NEAR(p[k], scaled[i][k], 3e-7) << "update " << i + 1;
    }
    TrainConfig config = rated("palm", 4);
    config.learningRate = 0.01;
    config.firstUpdate = 0;
    config.optimiser = "palm";
    config.beta2 = 0.99;
    config.weightDecay = 1e-4;
    const auto palm = makeOptimiser(config, {4});
    const StepRates rates(config, 100);
    p = {0.5F, -1, 2, 0};
    for (std::size_t i = 0; i < gradients.size(); ++i) {
        palm->update(p, gradients[i], Optimiser::norm(gradients[i]), rates.at(std::int64_t(i) + 1));
        const std::vector<double> wanted =
            i == 0   ? std::vector<double>{.317717804, -.692717804, 1.442717804, -.057282196}
            : i == 2 ? std::vector<double>{.017907288, -.407684078, .811252704, -.135096294}
                     : std::vector<double>();
        for (std::size_t k = 0; k < wanted.size(); ++k)
            EXPECT_NEAR(p[k], wanted[k], 5e-7) << "update " << i + 1;
    }
}

TEST(ScaledAdamRule, EachTensorIsScaledByItsOwnSize)
{
    std::vector<float> p{1, 1, 100, 100};
    const std::vector<float> gradient{0.1F, 0.1F, 0.1F, 0.1F};
    ScaledAdam rule({2, 2}, {.beta1 = 0, .weightDecay = 0, .clip = 0});
    rule.update(p, gradient, Optimiser::norm(gradient), 1e-2);
    EXPECT_FLOAT_EQ(p[0], 0.99F);
    EXPECT_FLOAT_EQ(p[2], 99.0F);
}

TEST(ScaledAdamRule, ARoundedFirstMomentHoldsBf16)
{
    std::vector<float> p{0.5F, -1, 2, 0};
    const std::vector<float> gradient{0.1F, -0.2F, 0.05F, 0.4F};
    ScaledAdam rule({4}, {.firstMomentInBf16 = true});
    for (int i = 0; i < 3; ++i)
        rule.update(p, gradient, Optimiser::norm(gradient), 1e-2);
    for (const float m : rule.firstMoment())
        EXPECT_EQ(m, floatFromBfloat(bfloatFromFloat(m)));
}

} // namespace
} // namespace koala
