#include "core/torch/ops/row_kernels.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

// Every exported loop is compiled for three instruction sets. The arithmetic is the same in all.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define KOALA_CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define KOALA_CLONES
#endif
#define KOALA_INLINE inline __attribute__((always_inline))

namespace koala::rows {

namespace {

constexpr std::size_t kLanes = 16;

KOALA_INLINE float load(const float* p)
{
    return *p;
}
KOALA_INLINE float load(const Bfloat* p)
{
    return std::bit_cast<float>(std::uint32_t(p->bits) << 16);
}
KOALA_INLINE void store(float* p, float value)
{
    *p = value;
}
KOALA_INLINE void store(Bfloat* p, float value)
{
    const std::uint32_t u = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t rounded = (u + 0x7fffU + ((u >> 16) & 1U)) >> 16;
    const bool nan = (u & 0x7fffffffU) > 0x7f800000U;
    p->bits = std::uint16_t(nan ? 0x7fc0U : rounded);
}

KOALA_INLINE float lanesSum(const float (&lanes)[kLanes])
{
    float sum = 0;
    for (std::size_t l = 0; l < kLanes; ++l)
        sum += lanes[l];
    return sum;
}

// Relative error below 3e-7 within [-87, 88]; clamped outside.
KOALA_INLINE float exponential(float x)
{
    x = x < -87.0F ? -87.0F : x;
    x = x > 88.0F ? 88.0F : x;
    const float shifted = x * 1.44269504F + 12582912.0F; // rounds to an integer
    const float n = shifted - 12582912.0F;
    const float r = (x - n * 0.693145752F) - n * 1.42860677e-6F;
    float p = 1.0F / 720;
    p = p * r + 1.0F / 120;
    p = p * r + 1.0F / 24;
    p = p * r + 1.0F / 6;
    p = p * r + 0.5F;
    p = p * r + 1.0F;
    p = p * r + 1.0F;
    const std::int32_t exponent = std::int32_t(n) + 127;
    return p * std::bit_cast<float>(exponent << 23);
}

KOALA_INLINE float sigmoid(float x)
{
    return 1.0F / (1.0F + exponential(-x));
}

template <typename V>
KOALA_INLINE void addRmsNormBody(const AddNormArguments& a, std::size_t begin, std::size_t end)
{
    const std::size_t D = a.width;
    const float* __restrict weight = a.weight;
    for (std::size_t r = begin; r < end; ++r) {
        const float* x = a.x + r * D;
        float* out = a.xOut + r * D;
        if (a.delta != nullptr) {
            const V* __restrict delta = static_cast<const V*>(a.delta) + r * a.deltaLd;
#pragma GCC ivdep
            for (std::size_t d = 0; d < D; ++d)
                out[d] = x[d] + load(delta + d);
        } else if (out != x) {
            std::memcpy(out, x, D * sizeof(float));
        }
        float lanes[kLanes] = {};
        std::size_t d = 0;
        for (; d + kLanes <= D; d += kLanes)
            for (std::size_t l = 0; l < kLanes; ++l)
                lanes[l] += out[d + l] * out[d + l];
        float squares = lanesSum(lanes);
        for (; d < D; ++d)
            squares += out[d] * out[d];
        const float rstd = 1.0F / std::sqrt(squares / float(D) + a.epsilon);
        a.rstd[r] = rstd;
        V* __restrict y = static_cast<V*>(a.y) + r * a.yLd;
#pragma GCC ivdep
        for (std::size_t i = 0; i < D; ++i)
            store(y + i, out[i] * rstd * weight[i]);
    }
}

template <typename V>
KOALA_INLINE void applyNormBody(const float* x, const float* rstd, const float* __restrict weight,
    V* y, std::size_t yLd, std::size_t D, std::size_t begin, std::size_t end)
{
    for (std::size_t r = begin; r < end; ++r) {
        const float* __restrict in = x + r * D;
        V* __restrict out = y + r * yLd;
        const float scale = rstd[r];
#pragma GCC ivdep
        for (std::size_t d = 0; d < D; ++d)
            store(out + d, in[d] * scale * weight[d]);
    }
}

template <typename V, bool HasAddend>
KOALA_INLINE void rmsNormBackwardRows(
    const NormBackwardArguments& a, float* __restrict dw, std::size_t begin, std::size_t end)
{
    const std::size_t D = a.width;
    const float* __restrict weight = a.weight;
    for (std::size_t r = begin; r < end; ++r) {
        const V* __restrict dy = static_cast<const V*>(a.dy) + r * a.dyLd;
        const V* __restrict addend = HasAddend ? static_cast<const V*>(a.addend) + r * D : dy;
        const float* __restrict x = a.x + r * D;
        float* __restrict dx = a.dx + r * D;
        const float rstd = a.rstd[r];
        const auto gradient = [&](std::size_t d) __attribute__((always_inline)) {
            return HasAddend ? load(dy + d) + load(addend + d) : load(dy + d);
        };
        float lanes[kLanes] = {};
        std::size_t d = 0;
        for (; d + kLanes <= D; d += kLanes)
            for (std::size_t l = 0; l < kLanes; ++l)
                lanes[l] += gradient(d + l) * weight[d + l] * x[d + l];
        float inner = lanesSum(lanes);
        for (; d < D; ++d)
            inner += gradient(d) * weight[d] * x[d];
        const float mean = inner * rstd * rstd / float(D);
#pragma GCC ivdep
        for (std::size_t i = 0; i < D; ++i)
            dx[i] += rstd * (gradient(i) * weight[i] - x[i] * mean);
        if (dw != nullptr)
#pragma GCC ivdep
            for (std::size_t i = 0; i < D; ++i)
                dw[i] += gradient(i) * x[i] * rstd;
        if (a.dxCopy != nullptr) {
            V* __restrict copy = static_cast<V*>(a.dxCopy) + r * D;
#pragma GCC ivdep
            for (std::size_t i = 0; i < D; ++i)
                store(copy + i, dx[i]);
        }
    }
}

template <typename V>
KOALA_INLINE void rmsNormBackwardBody(
    const NormBackwardArguments& a, float* dw, std::size_t begin, std::size_t end)
{
    if (a.addend != nullptr)
        rmsNormBackwardRows<V, true>(a, dw, begin, end);
    else
        rmsNormBackwardRows<V, false>(a, dw, begin, end);
}

template <typename V>
KOALA_INLINE void swigluBody(
    const V* gateUp, V* h, std::size_t hLd, std::size_t F, std::size_t begin, std::size_t end)
{
    for (std::size_t r = begin; r < end; ++r) {
        const V* __restrict gate = gateUp + r * 2 * F;
        const V* __restrict up = gate + F;
        V* __restrict out = h + r * hLd;
#pragma GCC ivdep
        for (std::size_t f = 0; f < F; ++f) {
            const float g = load(gate + f);
            store(out + f, g * sigmoid(g) * load(up + f));
        }
    }
}

template <typename V, bool HasAddend>
KOALA_INLINE void swigluBackwardRows(const V* dh, std::size_t dhLd, const V* addend,
    const V* gateUp, V* dGateUp, std::size_t F, std::size_t begin, std::size_t end)
{
    for (std::size_t r = begin; r < end; ++r) {
        const V* __restrict gate = gateUp + r * 2 * F;
        const V* __restrict up = gate + F;
        const V* __restrict in = dh + r * dhLd;
        const V* __restrict more = HasAddend ? addend + r * F : in;
        V* __restrict dGate = dGateUp + r * 2 * F;
        V* __restrict dUp = dGate + F;
#pragma GCC ivdep
        for (std::size_t f = 0; f < F; ++f) {
            const float g = load(gate + f);
            const float u = load(up + f);
            const float d = HasAddend ? load(in + f) + load(more + f) : load(in + f);
            const float s = sigmoid(g);
            const float silu = g * s;
            store(dGate + f, d * u * (s + silu * (1.0F - s)));
            store(dUp + f, d * silu);
        }
    }
}

template <typename V>
KOALA_INLINE void swigluBackwardBody(const V* dh, std::size_t dhLd, const V* addend,
    const V* gateUp, V* dGateUp, std::size_t F, std::size_t begin, std::size_t end)
{
    if (addend != nullptr)
        swigluBackwardRows<V, true>(dh, dhLd, addend, gateUp, dGateUp, F, begin, end);
    else
        swigluBackwardRows<V, false>(dh, dhLd, addend, gateUp, dGateUp, F, begin, end);
}

template <typename V>
KOALA_INLINE void ropeBody(V* x, const RopeArguments& a, std::size_t begin, std::size_t end)
{
    const std::size_t half = a.headSize / 2;
    const float sign = a.sign;
    for (std::size_t r = begin; r < end; ++r) {
        const float* __restrict cosines = a.cosines + std::size_t(a.positions[r]) * half;
        const float* __restrict sines = a.sines + std::size_t(a.positions[r]) * half;
        for (std::size_t h = 0; h < a.heads; ++h) {
            V* __restrict head = x + r * a.ld + h * a.headSize;
            if (a.interleaved) {
#pragma GCC ivdep
                for (std::size_t i = 0; i < half; ++i) {
                    const float p = load(head + 2 * i);
                    const float q = load(head + 2 * i + 1);
                    const float s = sign * sines[i];
                    store(head + 2 * i, p * cosines[i] - q * s);
                    store(head + 2 * i + 1, p * s + q * cosines[i]);
                }
            } else {
                V* __restrict upper = head + half;
#pragma GCC ivdep
                for (std::size_t i = 0; i < half; ++i) {
                    const float p = load(head + i);
                    const float q = load(upper + i);
                    const float s = sign * sines[i];
                    store(head + i, p * cosines[i] - q * s);
                    store(upper + i, p * s + q * cosines[i]);
                }
            }
        }
    }
}

template <typename V>
KOALA_INLINE void addRowsBody(
    V* a, std::size_t aLd, const V* b, std::size_t width, std::size_t begin, std::size_t end)
{
    for (std::size_t r = begin; r < end; ++r) {
        V* __restrict to = a + r * aLd;
        const V* __restrict from = b + r * width;
#pragma GCC ivdep
        for (std::size_t d = 0; d < width; ++d)
            store(to + d, load(to + d) + load(from + d));
    }
}

KOALA_INLINE std::uint64_t mixed(std::uint64_t z)
{
    z += 0x9e3779b97f4a7c15ULL;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

template <typename V>
KOALA_INLINE void dropoutBody(const V* in, std::size_t inLd, V* out, std::size_t width,
    std::uint64_t key, float drop, std::size_t begin, std::size_t end)
{
    const std::uint32_t threshold = std::uint32_t(double(drop) * 4294967296.0);
    const float scale = 1.0F / (1.0F - drop);
    for (std::size_t r = begin; r < end; ++r) {
        const V* __restrict from = in + r * inLd;
        V* __restrict to = out + r * width;
#pragma GCC ivdep
        for (std::size_t d = 0; d < width; ++d) {
            const auto draw = std::uint32_t(mixed(key + r * width + d) >> 32);
            store(to + d, draw < threshold ? 0.0F : load(from + d) * scale);
        }
    }
}

template <typename V>
KOALA_INLINE float exponentialsBody(
    const float* __restrict in, float scale, std::size_t count, V* __restrict e, float* largest)
{
    float lanes[kLanes];
    for (std::size_t l = 0; l < kLanes; ++l)
        lanes[l] = -INFINITY;
    std::size_t i = 0;
    for (; i + kLanes <= count; i += kLanes)
        for (std::size_t l = 0; l < kLanes; ++l)
            lanes[l] = in[i + l] > lanes[l] ? in[i + l] : lanes[l];
    float top = -INFINITY;
    for (std::size_t l = 0; l < kLanes; ++l)
        top = lanes[l] > top ? lanes[l] : top;
    for (; i < count; ++i)
        top = in[i] > top ? in[i] : top;
    top *= scale;
    *largest = top;
    for (std::size_t l = 0; l < kLanes; ++l)
        lanes[l] = 0;
    for (i = 0; i + kLanes <= count; i += kLanes)
        for (std::size_t l = 0; l < kLanes; ++l) {
            const float value = exponential(in[i + l] * scale - top);
            lanes[l] += value;
            store(e + i + l, value);
        }
    float sum = lanesSum(lanes);
    for (; i < count; ++i) {
        const float value = exponential(in[i] * scale - top);
        sum += value;
        store(e + i, value);
    }
    return sum;
}

// Rows 2a and 2a + 1 side by side, value by value.
KOALA_INLINE void interleave(const Bfloat* even, const Bfloat* odd, Bfloat* to, std::size_t count)
{
    auto* __restrict words = reinterpret_cast<unsigned char*>(to);
#pragma GCC ivdep
    for (std::size_t c = 0; c < count; ++c) {
        const std::uint32_t word = std::uint32_t(even[c].bits) | std::uint32_t(odd[c].bits) << 16;
        __builtin_memcpy(words + 4 * c, &word, sizeof word);
    }
}
KOALA_INLINE void interleave(const float* even, const float* odd, float* to, std::size_t count)
{
    for (std::size_t c = 0; c < count; ++c) {
        to[2 * c] = even[c];
        to[2 * c + 1] = odd[c];
    }
}

template <typename V>
KOALA_INLINE void scoreGradientsBody(
    const ScoreTile& tile, V* probabilities, V* dScores, V* dScoresPairs)
{
    const std::size_t n = tile.queries;
    const auto queries = std::int32_t(n);
    const auto valid = std::int32_t(tile.validQueries);
    const float scale = tile.scale;
    const float* __restrict logSum = tile.logSum;
    const float* __restrict inner = tile.inner;
    for (std::size_t a = 0; a < tile.keys; ++a) {
        const float* __restrict s = tile.scores + a * n;
        const float* __restrict dp = tile.dProbabilities + a * n;
        V* __restrict p = probabilities + a * n;
        V* __restrict ds = dScores + a * n;
        const auto first = std::int32_t(std::ptrdiff_t(a) + tile.diagonal);
#pragma GCC ivdep
        for (std::int32_t c = 0; c < queries; ++c) {
            const bool seen = (c >= first) & (c < valid);
            // Outside, an exponent of -200 and a difference of 0 keep what memory held out.
            const float value = exponential(seen ? s[c] * scale - logSum[c] : -200.0F);
            const float kept = seen ? value : 0.0F;
            const float difference = seen ? dp[c] - inner[c] : 0.0F;
            store(p + c, kept);
            store(ds + c, kept * difference * scale);
        }
    }
    if (dScoresPairs == nullptr)
        return;
    for (std::size_t a = 0; a + 1 < tile.keys; a += 2)
        interleave(dScores + a * n, dScores + (a + 1) * n, dScoresPairs + a * n, n);
}

template <typename V>
KOALA_INLINE float innerProductBody(const V* __restrict a, const V* __restrict b, std::size_t width)
{
    float lanes[kLanes] = {};
    std::size_t d = 0;
    for (; d + kLanes <= width; d += kLanes)
        for (std::size_t l = 0; l < kLanes; ++l)
            lanes[l] += load(a + d + l) * load(b + d + l);
    float sum = lanesSum(lanes);
    for (; d < width; ++d)
        sum += load(a + d) * load(b + d);
    return sum;
}

template <typename V>
KOALA_INLINE void storeScaledBody(
    const float* __restrict in, float scale, V* __restrict out, std::size_t count)
{
#pragma GCC ivdep
    for (std::size_t i = 0; i < count; ++i)
        store(out + i, in[i] * scale);
}

template <typename V>
KOALA_INLINE void storeTransposedBody(const float* __restrict in, std::size_t inLd,
    std::size_t rows, std::size_t columns, V* __restrict out, std::size_t outLd)
{
    for (std::size_t c = 0; c < columns; ++c)
#pragma GCC ivdep
        for (std::size_t r = 0; r < rows; ++r)
            store(out + c * outLd + r, in[r * inLd + c]);
}

template <typename V>
KOALA_INLINE void scaleRowBody(V* e, float factor, std::size_t count)
{
#pragma GCC ivdep
    for (std::size_t i = 0; i < count; ++i)
        store(e + i, load(e + i) * factor);
}

template <typename V>
KOALA_INLINE void packTransposedBody(const V* in, std::size_t inLd, std::size_t rows,
    std::size_t columns, std::size_t padded, bool pairs, V* __restrict out)
{
    if (!pairs) {
        for (std::size_t c = 0; c < columns; ++c)
            for (std::size_t r = 0; r < padded; ++r)
                out[c * padded + r] = r < rows ? in[r * inLd + c] : V{};
        return;
    }
    for (std::size_t c = 0; c < columns; c += 2)
        for (std::size_t r = 0; r < padded; ++r)
            for (std::size_t half = 0; half < 2; ++half)
                out[c * padded + 2 * r + half] = r < rows ? in[r * inLd + c + half] : V{};
}

// A pair of 16-bit values moves as one word; 16 x 16 words at a time stay in the first cache.
KOALA_INLINE void packTransposedWords(const Bfloat* in, std::size_t inLd, std::size_t rows,
    std::size_t columns, std::size_t padded, Bfloat* __restrict out)
{
    constexpr std::size_t kTile = 16;
    const std::size_t words = columns / 2;
    for (std::size_t r0 = 0; r0 < padded; r0 += kTile)
        for (std::size_t w0 = 0; w0 < words; w0 += kTile) {
            const std::size_t rEnd = std::min(r0 + kTile, padded);
            const std::size_t wEnd = std::min(w0 + kTile, words);
            for (std::size_t w = w0; w < wEnd; ++w)
                for (std::size_t r = r0; r < rEnd; ++r) {
                    std::uint32_t word = 0;
                    if (r < rows)
                        std::memcpy(&word, in + r * inLd + 2 * w, sizeof word);
                    std::memcpy(out + 2 * (w * padded + r), &word, sizeof word);
                }
        }
}

template <typename V>
KOALA_INLINE void packStraightBody(const V* in, std::size_t inLd, std::size_t rows,
    std::size_t columns, std::size_t padded, bool pairs, V* __restrict out)
{
    if (!pairs) {
        for (std::size_t r = 0; r < padded; ++r)
            if (r < rows)
                std::memcpy(out + r * columns, in + r * inLd, columns * sizeof(V));
            else
                std::memset(static_cast<void*>(out + r * columns), 0, columns * sizeof(V));
        return;
    }
    for (std::size_t r = 0; r < padded; r += 2) {
        const V* even = in + r * inLd;
        const V* odd = even + inLd;
        V* to = out + r * columns;
        if (r + 1 < rows)
            interleave(even, odd, to, columns);
        else
#pragma GCC ivdep
            for (std::size_t c = 0; c < columns; ++c) {
                to[2 * c] = r < rows ? even[c] : V{};
                to[2 * c + 1] = V{};
            }
    }
}

} // namespace

#define KOALA_ROW_KERNELS(V)                                                                       \
    template <>                                                                                    \
    KOALA_CLONES void addRmsNorm<V>(const AddNormArguments& a, std::size_t begin, std::size_t end) \
    {                                                                                              \
        addRmsNormBody<V>(a, begin, end);                                                          \
    }                                                                                              \
    template <>                                                                                    \
    KOALA_CLONES void applyNorm<V>(const float* x, const float* rstd, const float* weight, V* y,   \
        std::size_t yLd, std::size_t width, std::size_t begin, std::size_t end)                    \
    {                                                                                              \
        applyNormBody<V>(x, rstd, weight, y, yLd, width, begin, end);                              \
    }                                                                                              \
    template <>                                                                                    \
    KOALA_CLONES void rmsNormBackward<V>(                                                          \
        const NormBackwardArguments& a, float* dw, std::size_t begin, std::size_t end)             \
    {                                                                                              \
        rmsNormBackwardBody<V>(a, dw, begin, end);                                                 \
    }                                                                                              \
    template <>                                                                                    \
    KOALA_CLONES void swiglu<V>(const V* gateUp, V* h, std::size_t hLd, std::size_t mlpWidth,      \
        std::size_t begin, std::size_t end)                                                        \
    {                                                                                              \
        swigluBody<V>(gateUp, h, hLd, mlpWidth, begin, end);                                       \
    }                                                                                              \
    template <>                                                                                    \
    KOALA_CLONES void swigluBackward<V>(const V* dh, std::size_t dhLd, const V* addend,            \
        const V* gateUp, V* dGateUp, std::size_t mlpWidth, std::size_t begin, std::size_t end)     \
    {                                                                                              \
        swigluBackwardBody<V>(dh, dhLd, addend, gateUp, dGateUp, mlpWidth, begin, end);            \
    }                                                                                              \
    template <>                                                                                    \
    KOALA_CLONES void rope<V>(V * x, const RopeArguments& a, std::size_t begin, std::size_t end)   \
    {                                                                                              \
        ropeBody<V>(x, a, begin, end);                                                             \
    }                                                                                              \
    template <>                                                                                    \
    KOALA_CLONES void addRows<V>(                                                                  \
        V * a, std::size_t aLd, const V* b, std::size_t width, std::size_t begin, std::size_t end) \
    {                                                                                              \
        addRowsBody<V>(a, aLd, b, width, begin, end);                                              \
    }                                                                                              \
    template <>                                                                                    \
    KOALA_CLONES void dropoutRows<V>(const V* in, std::size_t inLd, V* out, std::size_t width,     \
        std::uint64_t key, float drop, std::size_t begin, std::size_t end)                         \
    {                                                                                              \
        dropoutBody<V>(in, inLd, out, width, key, drop, begin, end);                               \
    }                                                                                              \
    template <>                                                                                    \
    KOALA_CLONES float softmaxRow<V>(const float* scores, float scale, std::size_t count,          \
        std::size_t padded, V* p, float* largest)                                                  \
    {                                                                                              \
        const float sum = exponentialsBody<V>(scores, scale, count, p, largest);                   \
        std::memset(static_cast<void*>(p + count), 0, (padded - count) * sizeof(V));               \
        return sum;                                                                                \
    }                                                                                              \
    template <>                                                                                    \
    KOALA_CLONES void scoreGradients<V>(                                                           \
        const ScoreTile& tile, V* probabilities, V* dScores, V* dScoresPairs)                      \
    {                                                                                              \
        scoreGradientsBody<V>(tile, probabilities, dScores, dScoresPairs);                         \
    }                                                                                              \
    template <>                                                                                    \
    KOALA_CLONES float innerProduct<V>(const V* a, const V* b, std::size_t width)                  \
    {                                                                                              \
        return innerProductBody<V>(a, b, width);                                                   \
    }                                                                                              \
    template <>                                                                                    \
    KOALA_CLONES void storeScaled<V>(const float* in, float scale, V* out, std::size_t count)      \
    {                                                                                              \
        storeScaledBody<V>(in, scale, out, count);                                                 \
    }                                                                                              \
    template <>                                                                                    \
    KOALA_CLONES void storeTransposed<V>(const float* in, std::size_t inLd, std::size_t rows,      \
        std::size_t columns, V* out, std::size_t outLd)                                            \
    {                                                                                              \
        storeTransposedBody<V>(in, inLd, rows, columns, out, outLd);                               \
    }                                                                                              \
    template <>                                                                                    \
    KOALA_CLONES float exponentials<V>(                                                            \
        const float* logits, std::size_t count, V* e, float* largest)                              \
    {                                                                                              \
        return exponentialsBody<V>(logits, 1.0F, count, e, largest);                               \
    }                                                                                              \
    template <>                                                                                    \
    KOALA_CLONES void scaleRow<V>(V * e, float factor, std::size_t count)                          \
    {                                                                                              \
        scaleRowBody<V>(e, factor, count);                                                         \
    }                                                                                              \
    template <>                                                                                    \
    KOALA_CLONES void packStraight<V>(const V* in, std::size_t inLd, std::size_t rows,             \
        std::size_t columns, std::size_t padded, bool pairs, V* out)                               \
    {                                                                                              \
        packStraightBody<V>(in, inLd, rows, columns, padded, pairs, out);                          \
    }

KOALA_ROW_KERNELS(float)
KOALA_ROW_KERNELS(Bfloat)

template <>
KOALA_CLONES void packTransposed<float>(const float* in, std::size_t inLd, std::size_t rows,
    std::size_t columns, std::size_t padded, bool pairs, float* out)
{
    packTransposedBody<float>(in, inLd, rows, columns, padded, pairs, out);
}
template <>
KOALA_CLONES void packTransposed<Bfloat>(const Bfloat* in, std::size_t inLd, std::size_t rows,
    std::size_t columns, std::size_t padded, bool pairs, Bfloat* out)
{
    if (pairs)
        packTransposedWords(in, inLd, rows, columns, padded, out);
    else
        packTransposedBody<Bfloat>(in, inLd, rows, columns, padded, pairs, out);
}

} // namespace koala::rows
