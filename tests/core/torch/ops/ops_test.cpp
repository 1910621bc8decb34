// Each operation against its plain form: ATen in double under autograd, values and gradients.
#include <gtest/gtest.h>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "core/torch/ops/cross_entropy.h"
#include "core/torch/ops/packed_attention.h"
#include "core/torch/ops/row_ops.h"

namespace koala {
namespace {

// Squared error over squared signal.
double nmse(const at::Tensor& got, const at::Tensor& want)
{
    const at::Tensor g = got.to(at::kDouble);
    const at::Tensor w = want.to(at::kDouble);
    const double signal = w.square().sum().item<double>();
    return (g - w).square().sum().item<double>() / (signal > 0 ? signal : 1.0);
}

at::Tensor randomTensor(at::IntArrayRef shape, std::uint64_t seed, at::ScalarType type)
{
    at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(seed);
    return at::randn(shape, generator, at::kFloat).to(type);
}

at::Tensor leaf(const at::Tensor& tensor)
{
    return tensor.to(at::kDouble).detach().clone().requires_grad_(true);
}

// Rounding of one stored value is 2^-9 of it in bf16, 2^-24 in fp32; several add up.
double bound(at::ScalarType type)
{
    return type == at::kBFloat16 ? 4e-5 : 1e-11;
}

class EveryType : public testing::TestWithParam<at::ScalarType> {};
INSTANTIATE_TEST_SUITE_P(Types, EveryType, testing::Values(at::kFloat, at::kBFloat16));

TEST_P(EveryType, NormsRowsAndTheirGradients)
{
    for (const auto& [rows, width] : std::vector<std::pair<std::int64_t, std::int64_t>>{
             {1, 1}, {3, 33}, {67, 257}, {130, 576}}) {
        const at::Tensor x = randomTensor({rows, width}, 1, at::kFloat);
        const at::Tensor delta = randomTensor({rows, width}, 2, GetParam());
        const at::Tensor weight = randomTensor({width}, 3, at::kFloat);
        const at::Tensor dy = randomTensor({rows, width}, 4, GetParam());
        const at::Tensor addend = randomTensor({rows, width}, 5, GetParam());
        const at::Tensor sum = at::empty_like(x), rstd = at::empty({rows}, at::kFloat);
        const at::Tensor y = at::full({rows, width + 3}, NAN, GetParam()).narrow(1, 0, width);
        addRmsNorm(x, delta, sum, weight, 1e-5, y, rstd);

        const at::Tensor xd = leaf(x + delta.to(at::kFloat)), wd = leaf(weight);
        const at::Tensor want = xd * (xd.square().mean(-1, true) + 1e-5).rsqrt() * wd;
        want.backward(dy.to(at::kDouble) + addend.to(at::kDouble));
        EXPECT_LT(nmse(y, want), bound(GetParam())) << rows << " x " << width;

        const at::Tensor again = at::empty({rows, width}, GetParam());
        applyNorm(sum, rstd, weight, again);
        EXPECT_TRUE(at::equal(again, y));

        const at::Tensor before = randomTensor({rows, width}, 6, at::kFloat);
        const at::Tensor dx = before.clone(), copy = at::empty({rows, width}, GetParam());
        const at::Tensor dw = at::ones({width}, at::kFloat);
        rmsNormBackward(dy, addend, sum, rstd, weight, dx, copy, dw);
        EXPECT_LT(nmse(dx, xd.grad() + before.to(at::kDouble)), 1e-11);
        EXPECT_LT(nmse(copy, dx), bound(GetParam()));
        EXPECT_LT(nmse(dw, wd.grad() + 1), 1e-11);
    }
}

TEST_P(EveryType, GatesAndTheirGradients)
{
    for (const auto& [rows, width] :
        std::vector<std::pair<std::int64_t, std::int64_t>>{{1, 1}, {3, 33}, {64, 172}}) {
        const at::Tensor gateUp = randomTensor({rows, 2 * width}, 1, GetParam()) * 3;
        const at::Tensor h = at::full({rows, width + 2}, NAN, GetParam()).narrow(1, 0, width);
        swiglu(gateUp, h);
        const at::Tensor in = leaf(gateUp);
        const at::Tensor want = at::silu(in.narrow(1, 0, width)) * in.narrow(1, width, width);
        EXPECT_LT(nmse(h, want), bound(GetParam()));
        const at::Tensor dh = randomTensor({rows, width + 2}, 2, GetParam()).narrow(1, 0, width);
        const at::Tensor addend = randomTensor({rows, width}, 3, GetParam());
        want.backward(dh.to(at::kDouble) + addend.to(at::kDouble));
        const at::Tensor dGateUp = at::empty_like(gateUp);
        swigluBackward(dh, addend, gateUp, dGateUp);
        EXPECT_LT(nmse(dGateUp, in.grad()), bound(GetParam()));
    }
}

TEST_P(EveryType, RotatesBothLayoutsAndBack)
{
    const std::vector<std::int32_t> positions{0, 1, 5, 0, 30};
    for (const bool interleaved : {true, false}) {
        const std::int64_t heads = 3, hd = 8, half = hd / 2;
        const RopeTables tables = ropeTables(31, hd, 10000.0, interleaved);
        const at::Tensor x = randomTensor({5, heads * hd + 4}, 1, GetParam());
        const at::Tensor y = x.clone();
        rope(y, heads, hd, tables, positions, Turn::Forward);
        EXPECT_TRUE(at::equal(y.narrow(1, heads * hd, 4), x.narrow(1, heads * hd, 4)));
        const at::Tensor want = x.to(at::kDouble);
        for (std::int64_t r = 0; r < 5; ++r)
            for (std::int64_t h = 0; h < heads; ++h)
                for (std::int64_t i = 0; i < half; ++i) {
                    const std::int64_t first = h * hd + (interleaved ? 2 * i : i);
                    const std::int64_t second = first + (interleaved ? 1 : half);
                    const double angle = positions[std::size_t(r)] *
                                         std::pow(10000.0, -2.0 * double(i) / double(hd));
                    const double p = x[r][first].item<double>(), q = x[r][second].item<double>();
                    want[r][first] = p * std::cos(angle) - q * std::sin(angle);
                    want[r][second] = p * std::sin(angle) + q * std::cos(angle);
                }
        EXPECT_LT(nmse(y, want), bound(GetParam()));
        rope(y, heads, hd, tables, positions, Turn::Backward);
        EXPECT_LT(nmse(y, x), bound(GetParam()));
    }
}

struct AttentionCase {
    std::vector<std::int32_t> starts;
    std::int64_t tokens;
    AttentionShape shape;
};

// Plain attention of one document under autograd: q [heads, tokens, headSize], k and v with as many
// heads; what the noise hides is drawn for each place as its definition says.
at::Tensor plainAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
    std::size_t documentBegin, const AttentionNoise& noise)
{
    const std::int64_t heads = q.size(0), tokens = q.size(1);
    at::Tensor hidden = at::ones({tokens, tokens}, at::kBool).triu(1);
    at::Tensor factors = at::ones({heads, tokens, tokens}, at::kDouble);
    const ForgetfulMask mask(noise, documentBegin);
    for (std::int64_t i = 0; i < tokens; ++i)
        for (std::int64_t j = 0; j <= i; ++j) {
            if (noise.forgets() && mask.hides(std::size_t(i), std::size_t(j)))
                hidden[i][j] = true;
            for (std::int64_t h = 0; noise.drops() && h < heads; ++h)
                factors[h][i][j] = ProbabilityDropout(noise, std::size_t(h), documentBegin)
                                       .factor(std::size_t(i), std::size_t(j));
        }
    const at::Tensor scores = at::matmul(q, k.transpose(1, 2)) / std::sqrt(double(q.size(2)));
    return at::matmul(at::softmax(scores.masked_fill(hidden, -INFINITY), -1) * factors, v);
}

void expectAttention(const AttentionCase& c, const AttentionNoise& noise, at::ScalarType type)
{
    const std::int64_t hd = c.shape.headSize, group = c.shape.heads / c.shape.keyValueHeads;
    const at::Tensor qkv = attentionInput(c.tokens, c.shape, type);
    at::Tensor(qkv).copy_(randomTensor({c.tokens, c.shape.columns()}, 1, at::kFloat));
    // What lies behind the last row must not matter.
    at::from_blob(static_cast<char*>(qkv.data_ptr()) + qkv.numel() * qkv.element_size(),
        {kAttentionPadding * c.shape.columns()}, qkv.scalar_type())
        .fill_(NAN);
    const std::int64_t queries = c.shape.heads * hd;
    const at::Tensor out = at::full({c.tokens, queries + 6}, NAN, type).narrow(1, 0, queries);
    const at::Tensor logSum = at::empty({c.shape.heads, c.tokens}, at::kFloat);
    attentionForward(qkv, c.starts, c.shape, out, logSum, noise);

    const at::Tensor in = leaf(qkv);
    const at::Tensor heads = in.view({c.tokens, -1, hd}).transpose(0, 1);
    std::vector<at::Tensor> parts;
    for (std::size_t d = 0; d < c.starts.size(); ++d) {
        const std::int64_t begin = c.starts[d];
        const std::int64_t end = d + 1 < c.starts.size() ? c.starts[d + 1] : c.tokens;
        const at::Tensor part = heads.narrow(1, begin, end - begin);
        const at::Tensor q = part.narrow(0, 0, c.shape.heads);
        const at::Tensor k = part.narrow(0, c.shape.heads, c.shape.keyValueHeads);
        const at::Tensor v =
            part.narrow(0, c.shape.heads + c.shape.keyValueHeads, c.shape.keyValueHeads);
        parts.push_back(plainAttention(q, k.repeat_interleave(group, 0),
            v.repeat_interleave(group, 0), std::size_t(begin), noise)
                .transpose(0, 1)
                .reshape({end - begin, queries}));
    }
    const at::Tensor want = at::cat(parts, 0);
    EXPECT_LT(nmse(out, want), bound(type)) << c.tokens;

    const at::Tensor dOut = randomTensor({c.tokens, queries}, 2, type);
    want.backward(dOut.to(at::kDouble));
    const at::Tensor dQkv = at::full({c.tokens, c.shape.columns()}, NAN, type);
    attentionBackward(dOut, qkv, out, logSum, c.starts, c.shape, dQkv, noise);
    EXPECT_LT(nmse(dQkv, in.grad()), 2 * bound(type)) << c.tokens;
}

TEST_P(EveryType, AttendsWithinDocumentsOnly)
{
    for (const AttentionCase& c :
        std::vector<AttentionCase>{{{0}, 1, {1, 1, 2}}, {{0, 1, 64, 128}, 193, {4, 2, 8}},
            {{0, 5, 70}, 200, {9, 3, 64}}, {{0, 129}, 257, {2, 2, 20}}})
        expectAttention(c, {}, GetParam());
}

TEST_P(EveryType, AttendsUnderAForgetfulMaskAndDroppedProbabilities)
{
    const AttentionCase c{{0, 1, 64}, 140, {4, 2, 8}};
    expectAttention(c, {.fcmLeast = 0.3, .fcmMost = 0.6, .fcmKey = 5}, GetParam());
    expectAttention(c, {.dropout = 0.4, .dropoutKey = 6}, GetParam());
    expectAttention(c,
        {.dropout = 0.2, .dropoutKey = 7, .fcmLeast = 0, .fcmMost = 0.5, .fcmKey = 8}, GetParam());
}

TEST(AttentionNoises, HideTheSharesAskedForAndNeverTheFirstKey)
{
    double hidden = 0, dropped = 0, kept = 0;
    constexpr std::size_t kTokens = 300;
    const AttentionNoise noise{
        .dropout = 0.25, .dropoutKey = 1, .fcmLeast = 0.1, .fcmMost = 0.1, .fcmKey = 2};
    const ForgetfulMask mask(noise, 40);
    const ProbabilityDropout dropout(noise, 3, 40);
    for (std::size_t query = 0; query < kTokens; ++query)
        for (std::size_t key = 0; key < kTokens; ++key) {
            hidden += mask.hides(query, key) ? 1 : 0;
            dropped += dropout.factor(query, key) == 0 ? 1 : 0;
            kept += dropout.factor(query, key);
            EXPECT_FALSE(key == 0 && mask.hides(query, key));
        }
    const double places = kTokens * kTokens;
    EXPECT_NEAR(hidden / (places - kTokens), 0.1, 0.005);
    EXPECT_NEAR(dropped / places, 0.25, 0.006);
    EXPECT_NEAR(kept / places, 1.0, 0.008);
    // Ratios of documents spread evenly between the bounds.
    double least = 1, most = 0;
    for (std::size_t document = 0; document < 200; ++document) {
        const ForgetfulMask drawn({.fcmLeast = 0, .fcmMost = 0.5, .fcmKey = 3}, document);
        double share = 0;
        for (std::size_t key = 1; key < 400; ++key)
            share += drawn.hides(0, key) ? 1.0 / 399 : 0;
        least = std::min(least, share);
        most = std::max(most, share);
    }
    EXPECT_LT(least, 0.05);
    EXPECT_GT(most, 0.42);
    EXPECT_LT(most, 0.6);
}

TEST_P(EveryType, TakesTheLossOfTheOutputLayer)
{
    struct Case {
        std::int64_t rows, vocabulary, width;
    };
    for (const Case& c : std::vector<Case>{{1, 2, 2}, {3, 7, 6}, {65, 300, 64}, {300, 1000, 32}}) {
        const at::Tensor hidden = randomTensor({c.rows, c.width}, 1, GetParam());
        const at::Tensor weight = randomTensor({c.vocabulary, c.width}, 2, GetParam());
        const at::Tensor ids = at::arange(c.rows).mul(7919).remainder(c.vocabulary);
        std::vector<std::int32_t> targets;
        for (std::int64_t r = 0; r < c.rows; ++r)
            targets.push_back(ids[r].item<std::int32_t>());
        const OutputHead head(weight);

        const at::Tensor h = leaf(hidden), w = leaf(weight);
        const at::Tensor logits = at::mm(h, w.t());
        const at::Tensor want = at::cross_entropy_loss(logits, ids, {}, at::Reduction::None);
        (want.sum() * 0.25).backward();
        EXPECT_LT(nmse(headLogits(hidden, head), logits), 1e-11);

        const CrossEntropyGradients gradients{
            0.25, {}, at::empty_like(hidden), at::ones({c.vocabulary, c.width}, at::kFloat)};
        const RowLosses losses = linearCrossEntropy(hidden, head, targets, &gradients);
        ASSERT_EQ(losses.losses.size(), targets.size());
        EXPECT_LT(nmse(at::tensor(losses.losses), want), 1e-11);
        EXPECT_EQ(losses.correct, logits.argmax(-1).eq(ids).sum().item<std::int64_t>());
        EXPECT_LT(nmse(gradients.dHidden, h.grad()), bound(GetParam()));
        EXPECT_LT(nmse(gradients.dWeight - 1, w.grad()), 2 * bound(GetParam()));
        EXPECT_EQ(linearCrossEntropy(hidden, head, targets, nullptr).losses, losses.losses);
    }
}

TEST_P(EveryType, DropsTheSharesAskedForByKeyAlone)
{
    const at::Tensor ones = at::ones({200, 300}, GetParam());
    const at::Tensor a = dropoutRows(ones, 0.25, 5);
    EXPECT_TRUE(at::equal(a, dropoutRows(ones, 0.25, 5)));
    EXPECT_FALSE(at::equal(a, dropoutRows(ones, 0.25, 6)));
    EXPECT_NEAR(a.eq(0).to(at::kDouble).mean().item<double>(), 0.25, 0.01);
    EXPECT_NEAR(a.to(at::kDouble).mean().item<double>(), 1.0, 0.01);
}

TEST_P(EveryType, GivesTheSameBitsWithOneThreadAndWithTwo)
{
    // Without bf16 in hardware, ATen's own product sums in an order that depends on the threads.
    if (GetParam() == at::kBFloat16 && !__builtin_cpu_supports("avx512bf16"))
        GTEST_SKIP() << "this processor has no AVX-512 BF16";
    const AttentionShape shape{6, 2, 16};
    const std::vector<std::int32_t> starts{0, 50, 180};
    const at::Tensor qkv = attentionInput(333, shape, GetParam());
    at::Tensor(qkv).copy_(randomTensor({333, shape.columns()}, 1, at::kFloat));
    const at::Tensor dOut = randomTensor({333, 96}, 2, GetParam());
    std::vector<at::Tensor> results[2];
    const int threads = at::get_num_threads();
    for (int t = 0; t < 2; ++t) {
        at::set_num_threads(t + 1);
        const at::Tensor out = at::empty({333, 96}, GetParam());
        const at::Tensor logSum = at::empty({6, 333}, at::kFloat);
        attentionForward(qkv, starts, shape, out, logSum);
        const at::Tensor dQkv = at::empty({333, shape.columns()}, GetParam());
        attentionBackward(dOut, qkv, out, logSum, starts, shape, dQkv);
        const at::Tensor dx = at::zeros({333, 96}, at::kFloat), dw = at::zeros({96}, at::kFloat);
        const at::Tensor rstd = at::ones({333}, at::kFloat);
        rmsNormBackward(out, {}, dx + 1, rstd, at::ones({96}, at::kFloat), dx, {}, dw);
        results[t] = {out, dQkv, dx, dw};
    }
    at::set_num_threads(threads);
    for (std::size_t i = 0; i < results[0].size(); ++i)
        EXPECT_TRUE(at::equal(results[0][i], results[1][i])) << i;
}

} // namespace
} // namespace koala
