// core/kernels/simd_impl.h: the kernels over a vector type V, included by one source file for each
// instruction set, after its `#pragma GCC target` and its V. Everything is in an unnamed namespace
// and nothing of std is instantiated, so that no function compiled for one machine can be linked
// for another. V gives: F (a vector of kWidth floats), kTileRows, zero, load, loadPart, store,
// storePart, set1, add, mul, max, div, fma(a, b, c) = a b + c, exp, reduce4, maxOf,
// decode<type>(bytes, F[]). (No include guard is wanted: a file includes it once.)

namespace koala {
namespace {

using F = V::F;
constexpr std::size_t kWidth = V::kWidth;
constexpr std::size_t kParts = kKernelBlock / kWidth;
constexpr int kTileCount = 4; // rows of x in a tile

inline std::size_t least(std::size_t a, std::size_t b)
{
    return a < b ? a : b;
}

// Weights are read once and in order, but by several rows at a time, which the machine's own
// prefetching does not see through: asks for `bytes` of them a good while before they are needed.
constexpr std::size_t kAhead = 8192;
inline void prefetch(const std::byte* at, std::size_t bytes)
{
    for (std::size_t i = 0; i < bytes; i += 64)
        __builtin_prefetch(at + kAhead + i);
}

inline void put(float* place, float value, Store store)
{
    *place = store == Store::Add ? *place + value : value;
}

// The sums of a grid of accumulators [M][R] into y[m * yStride + r].
template <int M, int R>
inline void storeSums(const F* sums, float* y, std::size_t yStride, Store store)
{
    constexpr int kCount = M * R;
    alignas(64) float out[(kCount + 3) / 4 * 4];
#pragma GCC unroll 32
    for (int i = 0; i < kCount; i += 4)
        V::reduce4(sums[i], i + 1 < kCount ? sums[i + 1] : V::zero(),
            i + 2 < kCount ? sums[i + 2] : V::zero(), i + 3 < kCount ? sums[i + 3] : V::zero(),
            out + i);
    for (int m = 0; m < M; ++m)
        for (int r = 0; r < R; ++r)
            put(y + std::size_t(m) * yStride + r, out[m * R + r], store);
}

// A last piece of a row that is no whole block, with zeros behind it.
template <WeightType T>
inline void decodeTail(const std::byte* row, std::size_t columns, F* out)
{
    constexpr std::size_t kValueBytes = T == WeightType::F32 ? 4 : 2;
    const std::size_t whole = columns / kKernelBlock * kKernelBlock;
    std::byte padded[kKernelBlock * kValueBytes] = {};
    __builtin_memcpy(padded, row + whole * kValueBytes, (columns - whole) * kValueBytes);
    V::template decode<T>(padded, out);
}

// M rows of x by R rows of weights, decoding as it goes: for few rows of x, bound by memory.
template <WeightType T, int M, int R>
void stream(const MatmulRows& work, const float* x, float* y, std::size_t row)
{
    const WeightMatrix& w = work.weights;
    const std::size_t bytes = w.rowBytes();
    const std::size_t blockBytes = V::template blockBytes<T>();
    const std::byte* at = w.data + row * bytes;
    F sums[M * R];
#pragma GCC unroll 32
    for (int i = 0; i < M * R; ++i)
        sums[i] = V::zero();
    const std::size_t blocks = w.columns / kKernelBlock;
    for (std::size_t block = 0; block < blocks; ++block) {
        prefetch(at + block * blockBytes * R, blockBytes * R);
#pragma GCC unroll 8
        for (int r = 0; r < R; ++r) {
            F decoded[kParts];
            V::template decode<T>(at + std::size_t(r) * bytes + block * blockBytes, decoded);
#pragma GCC unroll 8
            for (int m = 0; m < M; ++m) {
                const float* xs = x + std::size_t(m) * work.xStride + block * kKernelBlock;
#pragma GCC unroll 8
                for (std::size_t part = 0; part < kParts; ++part)
                    sums[m * R + r] =
                        V::fma(decoded[part], V::load(xs + part * kWidth), sums[m * R + r]);
            }
        }
    }
    if constexpr (T == WeightType::F32 || T == WeightType::F16 || T == WeightType::BF16)
        if (w.columns % kKernelBlock != 0)
            for (int r = 0; r < R; ++r) {
                F decoded[kParts];
                decodeTail<T>(at + std::size_t(r) * bytes, w.columns, decoded);
                for (int m = 0; m < M; ++m)
                    for (std::size_t part = 0; part < kParts; ++part)
                        sums[m * R + r] = V::fma(decoded[part],
                            V::load(x + std::size_t(m) * work.xStride + blocks * kKernelBlock +
                                    part * kWidth),
                            sums[m * R + r]);
            }
    storeSums<M, R>(sums, y + row, work.yStride, work.store);
}

template <WeightType T, int M>
void streamRows(
    const MatmulRows& work, const float* x, float* y, std::size_t begin, std::size_t end)
{
    constexpr int kRows = M * 4 <= V::kMaxSums ? 4 : V::kMaxSums / M;
    std::size_t row = begin;
    for (; row + kRows <= end; row += kRows)
        stream<T, M, kRows>(work, x, y, row);
    for (; row < end; ++row)
        stream<T, M, 1>(work, x, y, row);
}

// One decoded row of weights, padded with zeros.
template <WeightType T>
void decodeRow(const WeightMatrix& w, std::size_t row, float* out)
{
    const std::byte* at = w.data + row * w.rowBytes();
    const std::size_t blocks = w.columns / kKernelBlock;
    F decoded[kParts];
    for (std::size_t block = 0; block < blocks; ++block) {
        prefetch(at + block * V::template blockBytes<T>(), V::template blockBytes<T>());
        V::template decode<T>(at + block * V::template blockBytes<T>(), decoded);
        for (std::size_t part = 0; part < kParts; ++part)
            V::store(out + block * kKernelBlock + part * kWidth, decoded[part]);
    }
    if constexpr (T == WeightType::F32 || T == WeightType::F16 || T == WeightType::BF16)
        if (w.columns % kKernelBlock != 0) {
            decodeTail<T>(at, w.columns, decoded);
            for (std::size_t part = 0; part < kParts; ++part)
                V::store(out + blocks * kKernelBlock + part * kWidth, decoded[part]);
        }
}

// M rows of x by R decoded rows: all sums in registers.
template <int M, int R>
void tile(const float* x, std::size_t xStride, const float* w, std::size_t padded, float* y,
    std::size_t yStride, Store store)
{
    F sums[M * R];
#pragma GCC unroll 32
    for (int i = 0; i < M * R; ++i)
        sums[i] = V::zero();
    for (std::size_t k = 0; k < padded; k += kWidth) {
        F ws[R];
#pragma GCC unroll 8
        for (int r = 0; r < R; ++r)
            ws[r] = V::load(w + std::size_t(r) * padded + k);
#pragma GCC unroll 8
        for (int m = 0; m < M; ++m) {
            const F xs = V::load(x + std::size_t(m) * xStride + k);
#pragma GCC unroll 8
            for (int r = 0; r < R; ++r)
                sums[m * R + r] = V::fma(ws[r], xs, sums[m * R + r]);
        }
    }
    storeSums<M, R>(sums, y, yStride, store);
}

template <int R>
void tilesOfRows(const MatmulRows& work, std::size_t row)
{
    const std::size_t padded = paddedSize(work.weights.columns);
    const float* x = work.x;
    float* y = work.y + row;
    std::size_t left = work.count;
    for (; left >= kTileCount; left -= kTileCount) {
        tile<kTileCount, R>(x, work.xStride, work.scratch, padded, y, work.yStride, work.store);
        x += kTileCount * work.xStride;
        y += kTileCount * work.yStride;
    }
    if (left == 3)
        tile<3, R>(x, work.xStride, work.scratch, padded, y, work.yStride, work.store);
    else if (left == 2)
        tile<2, R>(x, work.xStride, work.scratch, padded, y, work.yStride, work.store);
    else if (left == 1)
        tile<1, R>(x, work.xStride, work.scratch, padded, y, work.yStride, work.store);
}

template <WeightType T>
void matmulOf(const MatmulRows& work, std::size_t begin, std::size_t end)
{
    switch (work.count) {
    case 1:
        return streamRows<T, 1>(work, work.x, work.y, begin, end);
    case 2:
        return streamRows<T, 2>(work, work.x, work.y, begin, end);
    case 3:
        return streamRows<T, 3>(work, work.x, work.y, begin, end);
    case 4:
        return streamRows<T, 4>(work, work.x, work.y, begin, end);
    case 5:
        return streamRows<T, 5>(work, work.x, work.y, begin, end);
    case 6:
        return streamRows<T, 6>(work, work.x, work.y, begin, end);
    case 7:
        return streamRows<T, 7>(work, work.x, work.y, begin, end);
    case 8:
        return streamRows<T, 8>(work, work.x, work.y, begin, end);
    default:
        break;
    }
    const std::size_t padded = paddedSize(work.weights.columns);
    std::size_t row = begin;
    for (; row + V::kTileRows <= end; row += V::kTileRows) {
        for (std::size_t r = 0; r < V::kTileRows; ++r)
            decodeRow<T>(work.weights, row + r, work.scratch + r * padded);
        tilesOfRows<int(V::kTileRows)>(work, row);
    }
    for (; row < end; ++row) {
        decodeRow<T>(work.weights, row, work.scratch);
        tilesOfRows<1>(work, row);
    }
}

void matmul(const MatmulRows& work, std::size_t begin, std::size_t end)
{
    switch (work.weights.type) {
    case WeightType::F32:
        return matmulOf<WeightType::F32>(work, begin, end);
    case WeightType::F16:
        return matmulOf<WeightType::F16>(work, begin, end);
    case WeightType::BF16:
        return matmulOf<WeightType::BF16>(work, begin, end);
    case WeightType::Q4_0:
        return matmulOf<WeightType::Q4_0>(work, begin, end);
    case WeightType::Q4_1:
        return matmulOf<WeightType::Q4_1>(work, begin, end);
    case WeightType::Q8_0:
        return matmulOf<WeightType::Q8_0>(work, begin, end);
    }
}

void silu(float* gate, const float* up, std::size_t count)
{
    const F one = V::set1(1.0F);
    const F minus = V::set1(-1.0F);
    for (std::size_t i = 0; i < count; i += kWidth) {
        const std::size_t part = least(kWidth, count - i);
        const F g = V::loadPart(gate + i, part);
        const F u = V::loadPart(up + i, part);
        const F activated = V::div(g, V::add(one, V::exp(V::mul(g, minus))));
        V::storePart(gate + i, part, V::mul(activated, u));
    }
}

// The dot products of the query with N keys.
template <int N>
inline void dots(const AttentionHead& head, const float* keys, float* out)
{
    F sums[4] = {V::zero(), V::zero(), V::zero(), V::zero()};
    std::size_t d = 0;
    for (; d + kWidth <= head.headSize; d += kWidth) {
        const F q = V::load(head.query + d);
#pragma GCC unroll 4
        for (int i = 0; i < N; ++i)
            sums[i] = V::fma(q, V::load(keys + std::size_t(i) * head.stride + d), sums[i]);
    }
    if (const std::size_t part = head.headSize - d; part > 0) {
        const F q = V::loadPart(head.query + d, part);
        for (int i = 0; i < N; ++i)
            sums[i] =
                V::fma(q, V::loadPart(keys + std::size_t(i) * head.stride + d, part), sums[i]);
    }
    V::reduce4(sums[0], sums[1], sums[2], sums[3], out);
}

// scores[t] = scale * q . keys[t]; returns the largest.
float scorePositions(const AttentionHead& head)
{
    float largest = -__builtin_inff();
    for (std::size_t t = 0; t < head.positions; t += 4) {
        const std::size_t count = least(4, head.positions - t);
        const float* keys = head.keys + t * head.stride;
        float products[4];
        if (count == 4)
            dots<4>(head, keys, products);
        else
            for (std::size_t i = 0; i < count; ++i) {
                float single[4];
                dots<1>(head, keys + i * head.stride, single);
                products[i] = single[0];
            }
        for (std::size_t i = 0; i < count; ++i) {
            head.scores[t + i] = head.scale * products[i];
            largest = head.scores[t + i] > largest ? head.scores[t + i] : largest;
        }
    }
    return largest;
}

// out[d .. d + 4 vectors): even and odd positions are summed apart, so that sums need not wait.
void weightValues(const AttentionHead& head, std::size_t d, float inverse)
{
    F sums[8];
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i)
        sums[i] = V::zero();
    std::size_t t = 0;
    const float* values = head.values + d;
    for (; t + 2 <= head.positions; t += 2, values += 2 * head.stride) {
        const F even = V::set1(head.scores[t]);
        const F odd = V::set1(head.scores[t + 1]);
#pragma GCC unroll 4
        for (std::size_t i = 0; i < 4; ++i) {
            sums[i] = V::fma(even, V::load(values + i * kWidth), sums[i]);
            sums[4 + i] = V::fma(odd, V::load(values + head.stride + i * kWidth), sums[4 + i]);
        }
    }
    if (t < head.positions)
#pragma GCC unroll 4
        for (std::size_t i = 0; i < 4; ++i)
            sums[i] = V::fma(V::set1(head.scores[t]), V::load(values + i * kWidth), sums[i]);
#pragma GCC unroll 4
    for (std::size_t i = 0; i < 4; ++i)
        V::store(head.out + d + i * kWidth, V::mul(V::add(sums[i], sums[4 + i]), V::set1(inverse)));
}

// out[d .. d + part), at most one vector.
void weightPart(const AttentionHead& head, std::size_t d, std::size_t part, float inverse)
{
    F sum = V::zero();
    for (std::size_t t = 0; t < head.positions; ++t)
        sum = V::fma(
            V::set1(head.scores[t]), V::loadPart(head.values + t * head.stride + d, part), sum);
    V::storePart(head.out + d, part, V::mul(sum, V::set1(inverse)));
}

float raise(float* x, std::size_t count, float largest)
{
    const F most = V::set1(largest);
    F sums = V::zero();
    for (std::size_t i = 0; i < count; i += kWidth) {
        const std::size_t part = least(kWidth, count - i);
        V::storePart(x + i, part, V::exp(V::sub(V::loadPart(x + i, part), most)));
        sums = V::add(sums, V::loadPart(x + i, part)); // zeros past the end
    }
    float total[4];
    V::reduce4(sums, V::zero(), V::zero(), V::zero(), total);
    return total[0];
}

void attention(const AttentionHead& head)
{
    const float largest = scorePositions(head);
    const float inverse = 1.0F / raise(head.scores, head.positions, largest);
    std::size_t d = 0;
    for (; d + 4 * kWidth <= head.headSize; d += 4 * kWidth)
        weightValues(head, d, inverse);
    for (; d < head.headSize; d += kWidth)
        weightPart(head, d, least(kWidth, head.headSize - d), inverse);
}

} // namespace
} // namespace koala
