#include <cmath>

#include <gtest/gtest.h>

#include "core/torch/train/adamw.h"
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

TEST(Schedules, NoUpdateIsMadeWithARateOfZero)
{
    for (const char* shape : {"constant", "cosine", "linear"}) {
        const Schedule schedule = makeSchedule(shape, 1e-3, 0, 3, 40);
        for (int step = 1; step <= 40; ++step)
            EXPECT_GT(schedule.at(step), 0) << shape << step;
        EXPECT_DOUBLE_EQ(schedule.at(3), 1e-3);
    }
}

} // namespace
} // namespace koala
