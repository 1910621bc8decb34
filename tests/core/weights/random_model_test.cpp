#include "core/weights/random_model.h"

#include <cmath>
#include <cstring>

#include "tests/support/tiny_model.h"

namespace koala {
namespace {

std::vector<float> floatsOf(const SourceModel& model, std::string_view name)
{
    const SourceTensor* tensor = model.find(name);
    std::vector<std::byte> data(tensor->bytes());
    EXPECT_TRUE(tensor->read(data).ok());
    std::vector<float> values(data.size() / sizeof(float));
    std::memcpy(values.data(), data.data(), data.size());
    return values;
}

double deviationOf(const std::vector<float>& values)
{
    double sum = 0, squares = 0;
    for (const float value : values) {
        sum += value;
        squares += double(value) * value;
    }
    const auto count = double(values.size());
    EXPECT_LT(std::fabs(sum / count), 4 * std::sqrt(squares) / count);
    return std::sqrt(squares / count);
}

TEST(RandomModel, IsTheSameForASeedAndAsWideAsItsInputsAsk)
{
    const SourceModel model = randomModel(test::tinyConfig({.tied = false}), 7);
    const SourceModel again = randomModel(test::tinyConfig({.tied = false}), 7);
    const SourceModel other = randomModel(test::tinyConfig({.tied = false}), 8);
    const std::string name = "model.layers.1.mlp.down_proj.weight"; // 160 inputs
    EXPECT_EQ(floatsOf(model, name), floatsOf(again, name));
    EXPECT_NE(floatsOf(model, name), floatsOf(other, name));
    EXPECT_NE(floatsOf(model, name), floatsOf(model, "model.layers.0.mlp.down_proj.weight"));
    EXPECT_NEAR(deviationOf(floatsOf(model, name)), 0.02 / std::sqrt(160.0), 5e-5);
    EXPECT_NEAR(deviationOf(floatsOf(model, "model.embed_tokens.weight")), 0.02, 3e-4);
    for (const float value : floatsOf(model, "model.norm.weight"))
        EXPECT_EQ(value, 1.0F);
}

} // namespace
} // namespace koala
