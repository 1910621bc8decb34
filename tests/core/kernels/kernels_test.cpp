// Each form of each kernel against its definition, in double, over awkward shapes.
#include "core/kernels/kernels.h"

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <thread>

#include "core/kernels/thread_pool.h"
#include "core/weights/quantized.h"
#include "tests/support/tiny_model.h"

namespace koala {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

std::vector<float> randomValues(std::size_t count, std::uint64_t seed)
{
    test::TinyRandom random(seed);
    std::vector<float> values(count);
    for (float& value : values)
        value = float(random.normal());
    return values;
}

// Squared error over squared signal: free of scale.
double nmse(const std::vector<float>& got, const std::vector<double>& want)
{
    double error = 0;
    double signal = 1e-30;
    for (std::size_t i = 0; i < want.size(); ++i) {
        error += (got[i] - want[i]) * (got[i] - want[i]);
        signal += want[i] * want[i];
    }
    return error / signal;
}

struct MatmulCase {
    const Kernels* kernels;
    WeightType type;
};

std::vector<MatmulCase> matmulCases()
{
    std::vector<MatmulCase> cases;
    for (const Kernels* kernels : availableKernels())
        for (const WeightType type : {WeightType::F32, WeightType::F16, WeightType::BF16,
                 WeightType::Q4_0, WeightType::Q4_1, WeightType::Q8_0})
            cases.push_back({kernels, type});
    return cases;
}

class EveryMatmul : public testing::TestWithParam<MatmulCase> {
protected:
    // Weights as stored at an odd address, their values, and padded rows of x.
    void prepare(std::size_t m, std::size_t n, std::size_t k)
    {
        const auto type = static_cast<TensorType>(GetParam().type);
        const std::size_t row = rowBytes(type, k);
        stored.assign(n * row + 1, std::byte(0));
        values.resize(n * k);
        const std::vector<float> raw = randomValues(n * k, 17 * n + k);
        quantize(type, raw, stored.data() + 1);
        dequantize(type, stored.data() + 1, n * k, values.data());
        stride = paddedSize(k);
        x.assign(m * stride, 0.0F);
        const std::vector<float> rawX = randomValues(m * k, 5);
        for (std::size_t i = 0; i < m; ++i)
            std::copy_n(rawX.data() + i * k, k, x.data() + i * stride);
        y.assign(m * (n + 3), kNaN);
        scratch.assign(matmulScratch(k), kNaN);
        work = {{GetParam().type, stored.data() + 1, n, k}, x.data(), stride, m, y.data(), n + 3,
            Store::Overwrite, scratch.data()};
    }
    std::vector<std::byte> stored;
    std::vector<float> values, x, y, scratch;
    std::size_t stride = 0;
    MatmulRows work;
};

TEST_P(EveryMatmul, MatchesItsDefinitionOverAwkwardShapes)
{
    const bool blocks = GetParam().type >= WeightType::Q4_0;
    for (const std::size_t k : {std::size_t(1), std::size_t(8), std::size_t(31), std::size_t(32),
             std::size_t(64), std::size_t(172), std::size_t(576)})
        for (const std::size_t n : {1, 2, 7, 37})
            for (const std::size_t m : {1, 2, 3, 4, 5, 8, 11}) {
                if (blocks && k % 32 != 0)
                    continue;
                prepare(m, n, k);
                const std::size_t middle = n / 3;
                GetParam().kernels->matmul(work, 0, middle);
                GetParam().kernels->matmul(work, middle, n);
                std::vector<float> got;
                std::vector<double> want;
                for (std::size_t i = 0; i < m; ++i) {
                    for (std::size_t row = 0; row < n; ++row) {
                        double sum = 0;
                        for (std::size_t d = 0; d < k; ++d)
                            sum += double(x[i * stride + d]) * values[row * k + d];
                        want.push_back(sum);
                        got.push_back(y[i * (n + 3) + row]);
                    }
                    EXPECT_TRUE(std::isnan(y[i * (n + 3) + n])); // nothing past the row
                }
                EXPECT_LT(nmse(got, want), 1e-12) << m << " x " << n << " x " << k;
            }
}

TEST_P(EveryMatmul, GivesTheSameBitsWhateverTheBatch)
{
    prepare(13, 41, 192);
    GetParam().kernels->matmul(work, 0, 41);
    const std::vector<float> together = y;
    for (std::size_t first = 0, count = 1; first < 13; first += count, ++count) {
        count = std::min(count, 13 - first);
        MatmulRows part = work;
        part.x += first * stride;
        part.y += first * 44;
        part.count = count;
        GetParam().kernels->matmul(part, 0, 17);
        GetParam().kernels->matmul(part, 17, 41);
    }
    for (std::size_t i = 0; i < 13; ++i)
        for (std::size_t row = 0; row < 41; ++row)
            ASSERT_EQ(y[i * 44 + row], together[i * 44 + row]) << i << " " << row;
}

TEST_P(EveryMatmul, AddsToWhatIsThere)
{
    prepare(6, 9, 64);
    GetParam().kernels->matmul(work, 0, 9);
    const float once = y[2 * 12 + 4];
    work.store = Store::Add;
    GetParam().kernels->matmul(work, 0, 9);
    EXPECT_EQ(y[2 * 12 + 4], once + once);
}

INSTANTIATE_TEST_SUITE_P(
    Forms, EveryMatmul, testing::ValuesIn(matmulCases()), [](const auto& each) {
        return std::string(each.param.kernels->name) + "_" +
               std::string(tensorTypeName(static_cast<TensorType>(each.param.type)));
    });

class EveryForm : public testing::TestWithParam<const Kernels*> {};

TEST_P(EveryForm, SiluMatchesItsDefinition)
{
    for (const std::size_t count : {1, 7, 16, 33, 172}) {
        std::vector<float> gate = randomValues(count, 1);
        for (float& value : gate)
            value *= 6;
        if (count > 30) {
            gate[3] = -200;
            gate[4] = 200;
            gate[5] = 0;
        }
        const std::vector<float> up = randomValues(count, 2);
        std::vector<double> want;
        for (std::size_t i = 0; i < count; ++i)
            want.push_back(double(gate[i]) / (1 + std::exp(-double(gate[i]))) * up[i]);
        gate.push_back(kNaN);
        GetParam()->silu(gate.data(), up.data(), count);
        EXPECT_LT(nmse(gate, want), 1e-12) << count;
        EXPECT_TRUE(std::isnan(gate[count]));
    }
}

TEST_P(EveryForm, AttentionMatchesItsDefinition)
{
    for (const std::size_t headSize : {2, 8, 16, 64, 100, 128})
        for (const std::size_t positions : {1, 3, 4, 17, 65}) {
            const std::size_t stride = headSize * 3 + 1;
            const auto query = randomValues(headSize, 1);
            const auto keys = randomValues(positions * stride, 2);
            const auto values = randomValues(positions * stride, 3);
            std::vector<float> out(headSize + 1, kNaN);
            std::vector<float> scores(paddedSize(positions), kNaN);
            const float scale = 3 / std::sqrt(float(headSize));
            GetParam()->attention({query.data(), keys.data(), values.data(), stride, positions,
                headSize, scale, scores.data(), out.data()});
            std::vector<double> weights(positions);
            double sum = 0;
            for (std::size_t t = 0; t < positions; ++t) {
                double dot = 0;
                for (std::size_t d = 0; d < headSize; ++d)
                    dot += double(query[d]) * keys[t * stride + d];
                sum += weights[t] = std::exp(scale * dot);
            }
            std::vector<double> want(headSize, 0.0);
            for (std::size_t t = 0; t < positions; ++t)
                for (std::size_t d = 0; d < headSize; ++d)
                    want[d] += weights[t] / sum * values[t * stride + d];
            EXPECT_LT(nmse(out, want), 1e-11) << headSize << " x " << positions;
            EXPECT_TRUE(std::isnan(out[headSize]));
        }
}

TEST_P(EveryForm, RaiseMatchesItsDefinition)
{
    std::vector<float> x = randomValues(1003, 4);
    double sum = 0;
    std::vector<double> want;
    for (const float value : x)
        sum += want.emplace_back(std::exp(double(value) - double(3.5F)));
    EXPECT_NEAR(GetParam()->raise(x.data(), x.size(), 3.5F) / sum, 1, 1e-6);
    EXPECT_LT(nmse(x, want), 1e-12);
    x[500] = kNaN;
    EXPECT_TRUE(std::isnan(GetParam()->raise(x.data(), x.size(), 3.5F)));
}

INSTANTIATE_TEST_SUITE_P(All, EveryForm, testing::ValuesIn(availableKernels()),
    [](const auto& each) { return std::string(each.param->name); });

TEST(RmsNorm, MatchesItsDefinition)
{
    for (const std::size_t count : {1, 33, 256, 257, 4096}) {
        const auto x = randomValues(count, 1);
        const auto w = randomValues(count, 2);
        std::vector<float> y(count, kNaN);
        rmsNorm(x.data(), w.data(), y.data(), count, 1e-5F);
        double squares = 0;
        for (const float value : x)
            squares += double(value) * value;
        std::vector<double> want;
        for (std::size_t d = 0; d < count; ++d)
            want.push_back(x[d] / std::sqrt(squares / double(count) + double(1e-5F)) * w[d]);
        EXPECT_LT(nmse(y, want), 1e-12) << count;
    }
}

TEST(Rope, BothPairingsTurnTheSamePairs)
{
    const std::vector<float> cosines{0.6F, 0.0F};
    const std::vector<float> sines{0.8F, 1.0F};
    std::vector<float> interleaved{1, 2, 3, 4, 5, 6, 7, 8}; // two heads of 4: pairs (1,2) (3,4)
    std::vector<float> halfSplit{1, 3, 2, 4, 5, 7, 6, 8};   // the same pairs
    rope(interleaved.data(), 2, 4, RopePairs::Interleaved, cosines.data(), sines.data());
    rope(halfSplit.data(), 2, 4, RopePairs::HalfSplit, cosines.data(), sines.data());
    EXPECT_FLOAT_EQ(interleaved[0], 1 * 0.6F - 2 * 0.8F);
    EXPECT_FLOAT_EQ(interleaved[1], 1 * 0.8F + 2 * 0.6F);
    EXPECT_FLOAT_EQ(interleaved[2], -4);
    EXPECT_FLOAT_EQ(interleaved[7], 7);
    for (std::size_t head = 0; head < 8; head += 4)
        for (std::size_t pair = 0; pair < 2; ++pair) {
            EXPECT_EQ(halfSplit[head + pair], interleaved[head + 2 * pair]);
            EXPECT_EQ(halfSplit[head + 2 + pair], interleaved[head + 2 * pair + 1]);
        }
}

TEST(ChooseKernels, ObeysTheEnvironmentAndNamesWhatThereIs)
{
    ::setenv("KOALA_KERNELS", "generic", 1);
    EXPECT_EQ(chooseKernels().value()->name, "generic");
    ::setenv("KOALA_KERNELS", "abacus", 1);
    EXPECT_THAT(chooseKernels().error().message, testing::HasSubstr("abacus"));
    ::unsetenv("KOALA_KERNELS");
    EXPECT_EQ(chooseKernels().value(), availableKernels().back());
}

TEST(ThreadPool, DoesEveryPieceOnceAlsoAfterSleeping)
{
    ThreadPool pool(4);
    std::vector<std::atomic<int>> done(1000);
    for (int round = 1; round <= 200; ++round) {
        if (round % 50 == 0)
            std::this_thread::sleep_for(std::chrono::milliseconds(1)); // past the watching time
        pool.run(done.size(), 7, [&](std::size_t begin, std::size_t end, int thread) {
            ASSERT_LT(thread, 4);
            for (std::size_t i = begin; i < end; ++i)
                ++done[i];
        });
        for (const auto& count : done)
            ASSERT_EQ(count, round);
    }
}

} // namespace
} // namespace koala
