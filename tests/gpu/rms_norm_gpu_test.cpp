#include "gpu/rms_norm.h"

#include <cstdlib>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "gpu/reference/rms_norm.h"

namespace koala::gpu {
namespace {

class DeviceFloats {
public:
    explicit DeviceFloats(const std::vector<float>& host) : m_size(host.size())
    {
        EXPECT_EQ(
            cudaMalloc(reinterpret_cast<void**>(&m_data), m_size * sizeof(float)), cudaSuccess);
        EXPECT_EQ(cudaMemcpy(m_data, host.data(), m_size * sizeof(float), cudaMemcpyHostToDevice),
            cudaSuccess);
    }
    DeviceFloats(const DeviceFloats&) = delete;
    DeviceFloats& operator=(const DeviceFloats&) = delete;
    ~DeviceFloats() { cudaFree(m_data); }
    float* data() const { return m_data; }
    std::vector<float> download() const
    {
        std::vector<float> host(m_size);
        EXPECT_EQ(cudaMemcpy(host.data(), m_data, m_size * sizeof(float), cudaMemcpyDeviceToHost),
            cudaSuccess);
        return host;
    }

private:
    float* m_data = nullptr;
    std::size_t m_size;
};

// Squared error over squared signal.
double nmse(const std::vector<float>& got, const std::vector<float>& want)
{
    double error = 0;
    double signal = 0;
    for (std::size_t i = 0; i < want.size(); ++i) {
        error += (double(got[i]) - want[i]) * (double(got[i]) - want[i]);
        signal += double(want[i]) * want[i];
    }
    return error / signal;
}

class RmsNormGpu : public testing::TestWithParam<std::pair<int, int>> {
protected:
    void SetUp() override
    {
        int devices = 0;
        if (cudaGetDeviceCount(&devices) == cudaSuccess && devices > 0)
            return;
        ASSERT_EQ(std::getenv("KOALA_REQUIRE_GPU"), nullptr)
            << "KOALA_REQUIRE_GPU is set, but there is no GPU";
        GTEST_SKIP() << "there is no CUDA device";
    }
};

TEST_P(RmsNormGpu, MatchesReference)
{
    const auto [tokens, width] = GetParam();
    std::mt19937 random(7);
    std::normal_distribution<float> normal;
    std::vector<float> x_TD(std::size_t(tokens) * std::size_t(width));
    std::vector<float> w_D(static_cast<std::size_t>(width));
    for (float& value : x_TD)
        value = normal(random);
    for (float& value : w_D)
        value = normal(random);
    std::vector<float> want(x_TD.size());
    reference::rmsNormForward(x_TD, w_D, want, 1e-5);

    const DeviceFloats x(x_TD);
    const DeviceFloats w(w_D);
    const DeviceFloats y(std::vector<float>(x_TD.size(), std::numeric_limits<float>::quiet_NaN()));
    ASSERT_EQ(
        rmsNormForward(x.data(), w.data(), y.data(), {tokens, width}, 1e-5f, nullptr), cudaSuccess);
    ASSERT_EQ(cudaDeviceSynchronize(), cudaSuccess);
    EXPECT_LT(nmse(y.download(), want), 1e-12);
}

INSTANTIATE_TEST_SUITE_P(Shapes, RmsNormGpu,
    testing::Values(std::pair{1, 1}, std::pair{3, 33}, std::pair{2, 256}, std::pair{5, 257},
        std::pair{64, 4096}));

TEST(RmsNormGpuArguments, RefuseAWidthOfZero)
{
    EXPECT_EQ(
        rmsNormForward(nullptr, nullptr, nullptr, {1, 0}, 1e-5f, nullptr), cudaErrorInvalidValue);
}

} // namespace
} // namespace koala::gpu
