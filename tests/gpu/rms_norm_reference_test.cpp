#include "gpu/reference/rms_norm.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace koala::gpu::reference {
namespace {

TEST(RmsNormReference, ScalesEachRowByItsOwnRootMeanSquare)
{
    // Row 1: mean of squares 12.5; row 2: 0, where only eps keeps the division defined.
    const std::vector<float> x_TD{3, 4, 0, 0};
    const std::vector<float> w_D{1, 2};
    std::vector<float> y_TD(4);
    rmsNormForward(x_TD, w_D, y_TD, 1e-12);
    EXPECT_NEAR(y_TD[0], 3 / std::sqrt(12.5), 1e-6);
    EXPECT_NEAR(y_TD[1], 8 / std::sqrt(12.5), 1e-6);
    EXPECT_EQ(y_TD[2], 0.0f);
    EXPECT_EQ(y_TD[3], 0.0f);
}

TEST(RmsNormReference, IsIndifferentToTheScaleOfItsInputButForEpsilon)
{
    const std::vector<float> w_D{1, 1, 1};
    std::vector<float> small(3);
    std::vector<float> large(3);
    rmsNormForward(std::vector<float>{1, -2, 3}, w_D, small, 0.0);
    rmsNormForward(std::vector<float>{1024, -2048, 3072}, w_D, large, 0.0);
    EXPECT_EQ(small, large);
}

} // namespace
} // namespace koala::gpu::reference
