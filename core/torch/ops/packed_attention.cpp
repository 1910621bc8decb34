#include "core/torch/ops/packed_attention.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

#include <ATen/ops/empty.h>

#include "core/base/half.h"
#include "core/torch/ops/small_gemm.h"
#include "core/torch/ops/storage.h"

namespace koala {

namespace {

constexpr std::size_t kBlock = 64; // queries and keys of a tile
static_assert(kBlock == kAttentionPadding);

// The part of the work that shares keys: one key-value head of one document.
struct Task {
    std::size_t begin;  // first token
    std::size_t length; // tokens
    std::size_t keyValueHead;
};

// Tasks in as many lots as there are threads, heaviest first into the lightest lot.
std::vector<std::vector<Task>> shareOut(
    const std::vector<std::int32_t>& starts, std::int64_t tokens, const AttentionShape& shape)
{
    std::vector<Task> tasks;
    for (std::size_t d = 0; d < starts.size(); ++d) {
        const std::int64_t end = d + 1 < starts.size() ? starts[d + 1] : tokens;
        for (std::int64_t h = 0; h < shape.keyValueHeads; ++h)
            tasks.push_back({std::size_t(starts[d]), std::size_t(end - starts[d]), std::size_t(h)});
    }
    std::stable_sort(tasks.begin(), tasks.end(),
        [](const Task& a, const Task& b) { return a.length > b.length; });
    std::vector<std::vector<Task>> lots(std::max<std::size_t>(
        1, std::min<std::size_t>(std::size_t(at::get_num_threads()), tasks.size())));
    std::vector<double> loads(lots.size(), 0.0);
    for (const Task& task : tasks) {
        const auto lot = std::size_t(std::min_element(loads.begin(), loads.end()) - loads.begin());
        lots[lot].push_back(task);
        loads[lot] += double(task.length) * double(task.length + 4 * kBlock);
    }
    return lots;
}

template <typename V, typename Worker>
void runLots(const std::vector<std::vector<Task>>& lots, Worker&& worker)
{
    at::parallel_for(0, std::int64_t(lots.size()), 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t lot = begin; lot < end; ++lot)
            worker(lots[std::size_t(lot)]);
        finishSmallGemms<V>();
    });
}

std::size_t blocksOf(std::size_t length)
{
    return (length + kBlock - 1) / kBlock;
}

std::size_t longest(const std::vector<Task>& tasks)
{
    std::size_t length = 0;
    for (const Task& task : tasks)
        length = std::max(length, task.length);
    return blocksOf(length) * kBlock;
}

template <typename V>
std::unique_ptr<V[]> scratch(std::size_t count)
{
    return std::make_unique_for_overwrite<V[]>(count);
}

// Where the heads of a document lie in qkv.
template <typename V>
struct Heads {
    const V* base;
    std::size_t ld;
    std::size_t headSize;
    std::size_t heads;
    std::size_t keyValueHeads;

    Heads(const at::Tensor& qkv, const AttentionShape& shape)
        : base(dataOf<V>(qkv)), ld(std::size_t(qkv.stride(0))),
          headSize(std::size_t(shape.headSize)), heads(std::size_t(shape.heads)),
          keyValueHeads(std::size_t(shape.keyValueHeads))
    {
    }
    std::size_t group() const { return heads / keyValueHeads; }
    std::size_t queryColumn(std::size_t h) const { return h * headSize; }
    std::size_t keyColumn(std::size_t h) const { return (heads + h) * headSize; }
    std::size_t valueColumn(std::size_t h) const { return (heads + keyValueHeads + h) * headSize; }
    const V* at(std::size_t row, std::size_t column) const { return base + row * ld + column; }
    float scale() const { return 1.0F / std::sqrt(float(headSize)); }
};

// So low that the exponential is nothing beside any other.
constexpr float kHidden = -1e30F;

void scaleValue(float& value, float factor)
{
    value *= factor;
}
void scaleValue(rows::Bfloat& value, float factor)
{
    value.bits = bfloatFromFloat(floatFromBfloat(value.bits) * factor);
}

template <typename V>
void forwardLot(const std::vector<Task>& tasks, const Heads<V>& in, V* out, std::size_t outLd,
    float* logSum, std::size_t tokens, const AttentionNoise& noise)
{
    const std::size_t hd = in.headSize;
    const std::size_t most = longest(tasks);
    const bool pairs = packsPairs<V>();
    const auto keys = scratch<V>(most * hd);
    const auto values = scratch<V>(most * hd);
    const auto scores = scratch<float>(kBlock * most);
    const auto probabilities = scratch<V>(kBlock * most);
    const auto sums = scratch<float>(kBlock);
    const auto product = scratch<float>(kBlock * hd);
    for (const Task& task : tasks) {
        const std::size_t blocks = blocksOf(task.length);
        for (std::size_t j = 0; j < blocks; ++j) {
            const std::size_t row = task.begin + j * kBlock;
            const std::size_t count = std::min(kBlock, task.length - j * kBlock);
            rows::packTransposed<V>(in.at(row, in.keyColumn(task.keyValueHead)), in.ld, count, hd,
                kBlock, pairs, keys.get() + j * kBlock * hd);
            rows::packStraight<V>(in.at(row, in.valueColumn(task.keyValueHead)), in.ld, count, hd,
                kBlock, pairs, values.get() + j * kBlock * hd);
        }
        const ForgetfulMask mask(noise, task.begin);
        for (std::size_t g = 0; g < in.group(); ++g) {
            const std::size_t head = task.keyValueHead * in.group() + g;
            const ProbabilityDropout dropout(noise, head, task.begin);
            for (std::size_t i = 0; i < blocks; ++i) {
                const std::size_t row = task.begin + i * kBlock;
                const std::size_t ld = (i + 1) * kBlock;
                for (std::size_t j = 0; j <= i; ++j)
                    smallGemm<V>(kBlock, kBlock, std::int64_t(hd), in.at(row, in.queryColumn(head)),
                        std::int64_t(in.ld), keys.get() + j * kBlock * hd,
                        scores.get() + j * kBlock, std::int64_t(ld), Sum::Set);
                const std::size_t count = std::min(kBlock, task.length - i * kBlock);
                for (std::size_t r = 0; r < count; ++r) {
                    const std::size_t query = i * kBlock + r;
                    for (std::size_t k = 0; noise.forgets() && k <= query; ++k)
                        if (mask.hides(query, k))
                            scores[r * ld + k] = kHidden;
                    float largest = 0;
                    sums[r] = rows::softmaxRow<V>(scores.get() + r * ld, in.scale(),
                        i * kBlock + r + 1, ld, probabilities.get() + r * ld, &largest);
                    logSum[head * tokens + row + r] = largest + std::log(sums[r]);
                    for (std::size_t k = 0; noise.drops() && k <= query; ++k)
                        scaleValue(probabilities[r * ld + k], dropout.factor(query, k));
                }
                // Rows behind the document's end have no meaning and are not stored.
                std::fill(probabilities.get() + count * ld, probabilities.get() + kBlock * ld, V{});
                for (std::size_t j = 0; j <= i; ++j)
                    smallGemm<V>(kBlock, std::int64_t(hd), kBlock, probabilities.get() + j * kBlock,
                        std::int64_t(ld), values.get() + j * kBlock * hd, product.get(),
                        std::int64_t(hd), j == 0 ? Sum::Set : Sum::Add);
                for (std::size_t r = 0; r < count; ++r)
                    rows::storeScaled<V>(product.get() + r * hd, 1.0F / sums[r],
                        out + (row + r) * outLd + in.queryColumn(head), hd);
            }
        }
    }
}

template <typename V>
struct Gradients {
    const V* dOut;
    std::size_t dOutLd;
    const V* out;
    std::size_t outLd;
    const float* logSum;
    V* dQkv;
    std::size_t tokens;
};

template <typename V>
void backwardLot(const std::vector<Task>& tasks, const Heads<V>& in, const Gradients<V>& to,
    const AttentionNoise& noise)
{
    const std::size_t hd = in.headSize;
    const std::size_t most = longest(tasks);
    const bool pairs = packsPairs<V>();
    const std::size_t tile = kBlock * kBlock;
    const auto keyColumns = scratch<V>(most * hd); // K transposed, [headSize, keys] a block
    const auto dKeys = scratch<float>(most * hd);
    const auto dValues = scratch<float>(most * hd);
    const auto queryT = scratch<V>(kBlock * hd), query = scratch<V>(kBlock * hd);
    const auto gradientT = scratch<V>(kBlock * hd), gradient = scratch<V>(kBlock * hd);
    const auto scores = scratch<float>(tile), dProbabilities = scratch<float>(tile);
    const auto probabilities = scratch<V>(tile), dScores = scratch<V>(tile);
    const auto dScoresPairs = scratch<V>(pairs ? tile : 1);
    const auto dQueryT = scratch<float>(hd * kBlock);
    const auto logSum = scratch<float>(kBlock), inner = scratch<float>(kBlock);
    const auto B = std::int64_t(kBlock);
    const auto H = std::int64_t(hd);
    for (const Task& task : tasks) {
        const std::size_t blocks = blocksOf(task.length);
        const std::size_t keyColumn = in.keyColumn(task.keyValueHead);
        const std::size_t valueColumn = in.valueColumn(task.keyValueHead);
        for (std::size_t j = 0; j < blocks; ++j)
            rows::packTransposed<V>(in.at(task.begin + j * kBlock, keyColumn), in.ld,
                std::min(kBlock, task.length - j * kBlock), hd, kBlock, false,
                keyColumns.get() + j * kBlock * hd);
        std::fill_n(dKeys.get(), blocks * kBlock * hd, 0.0F);
        std::fill_n(dValues.get(), blocks * kBlock * hd, 0.0F);
        const ForgetfulMask mask(noise, task.begin);
        for (std::size_t g = 0; g < in.group(); ++g) {
            const std::size_t head = task.keyValueHead * in.group() + g;
            const ProbabilityDropout dropout(noise, head, task.begin);
            const std::size_t column = in.queryColumn(head);
            for (std::size_t i = 0; i < blocks; ++i) {
                const std::size_t row = task.begin + i * kBlock;
                const std::size_t count = std::min(kBlock, task.length - i * kBlock);
                const V* dOut = to.dOut + row * to.dOutLd + column;
                rows::packTransposed<V>(
                    in.at(row, column), in.ld, count, hd, kBlock, pairs, queryT.get());
                rows::packStraight<V>(
                    in.at(row, column), in.ld, count, hd, kBlock, pairs, query.get());
                rows::packTransposed<V>(dOut, to.dOutLd, count, hd, kBlock, pairs, gradientT.get());
                rows::packStraight<V>(dOut, to.dOutLd, count, hd, kBlock, pairs, gradient.get());
                for (std::size_t r = 0; r < kBlock; ++r) {
                    logSum[r] = r < count ? to.logSum[head * to.tokens + row + r] : 0.0F;
                    inner[r] = r < count ? rows::innerProduct<V>(dOut + r * to.dOutLd,
                                               to.out + (row + r) * to.outLd + column, hd)
                                         : 0.0F;
                }
                for (std::size_t j = 0; j <= i; ++j) {
                    const std::size_t keyRow = task.begin + j * kBlock;
                    smallGemm<V>(B, B, H, in.at(keyRow, keyColumn), std::int64_t(in.ld),
                        queryT.get(), scores.get(), B, Sum::Set);
                    smallGemm<V>(B, B, H, in.at(keyRow, valueColumn), std::int64_t(in.ld),
                        gradientT.get(), dProbabilities.get(), B, Sum::Set);
                    // Tiles are turned: keys down, queries across.
                    const auto forPlaces = [&](auto&& visit) {
                        for (std::size_t a = 0; a < kBlock; ++a)
                            for (std::size_t c = 0; c < count; ++c)
                                if (j * kBlock + a <= i * kBlock + c)
                                    visit(a * kBlock + c, i * kBlock + c, j * kBlock + a);
                    };
                    if (noise.forgets())
                        forPlaces([&](std::size_t at, std::size_t q, std::size_t k) {
                            if (mask.hides(q, k))
                                scores[at] = kHidden;
                        });
                    if (noise.drops())
                        forPlaces([&](std::size_t at, std::size_t q, std::size_t k) {
                            dProbabilities[at] *= dropout.factor(q, k);
                        });
                    const rows::ScoreTile scoreTile{scores.get(), dProbabilities.get(),
                        logSum.get(), inner.get(), in.scale(), kBlock, kBlock, count,
                        i == j ? 0 : -std::ptrdiff_t(kBlock)};
                    rows::scoreGradients<V>(scoreTile, probabilities.get(), dScores.get(),
                        pairs ? dScoresPairs.get() : nullptr);
                    if (noise.drops()) // after: scores want the undropped ones
                        forPlaces([&](std::size_t at, std::size_t q, std::size_t k) {
                            scaleValue(probabilities[at], dropout.factor(q, k));
                        });
                    smallGemm<V>(B, H, B, probabilities.get(), B, gradient.get(),
                        dValues.get() + j * kBlock * hd, H, Sum::Add);
                    smallGemm<V>(B, H, B, dScores.get(), B, query.get(),
                        dKeys.get() + j * kBlock * hd, H, Sum::Add);
                    smallGemm<V>(H, B, B, keyColumns.get() + j * kBlock * hd, B,
                        pairs ? dScoresPairs.get() : dScores.get(), dQueryT.get(), B,
                        j == 0 ? Sum::Set : Sum::Add);
                }
                rows::storeTransposed<V>(
                    dQueryT.get(), kBlock, hd, count, to.dQkv + row * in.ld + column, in.ld);
            }
        }
        for (std::size_t r = 0; r < task.length; ++r) {
            V* dRow = to.dQkv + (task.begin + r) * in.ld;
            rows::storeScaled<V>(dKeys.get() + r * hd, 1.0F, dRow + keyColumn, hd);
            rows::storeScaled<V>(dValues.get() + r * hd, 1.0F, dRow + valueColumn, hd);
        }
    }
}

} // namespace

at::Tensor attentionInput(std::int64_t tokens, const AttentionShape& shape, at::ScalarType type)
{
    const at::Tensor padded = at::empty({tokens + kAttentionPadding, shape.columns()}, type);
    return padded.narrow(0, 0, tokens);
}

void attentionForward(const at::Tensor& qkv, const std::vector<std::int32_t>& documentStarts,
    const AttentionShape& shape, const at::Tensor& out, const at::Tensor& logSum,
    const AttentionNoise& noise)
{
    const auto lots = shareOut(documentStarts, qkv.size(0), shape);
    withStorage(qkv, [&]<typename V>(V) {
        const Heads<V> heads(qkv, shape);
        runLots<V>(lots, [&](const std::vector<Task>& tasks) {
            forwardLot<V>(tasks, heads, dataOf<V>(out), std::size_t(out.stride(0)),
                dataOf<float>(logSum), std::size_t(qkv.size(0)), noise);
        });
    });
}

void attentionBackward(const at::Tensor& dOut, const at::Tensor& qkv, const at::Tensor& out,
    const at::Tensor& logSum, const std::vector<std::int32_t>& documentStarts,
    const AttentionShape& shape, const at::Tensor& dQkv, const AttentionNoise& noise)
{
    const auto lots = shareOut(documentStarts, qkv.size(0), shape);
    withStorage(qkv, [&]<typename V>(V) {
        const Heads<V> heads(qkv, shape);
        const Gradients<V> gradients{dataOf<V>(dOut), std::size_t(dOut.stride(0)), dataOf<V>(out),
            std::size_t(out.stride(0)), dataOf<float>(logSum), dataOf<V>(dQkv),
            std::size_t(qkv.size(0))};
        runLots<V>(lots, [&](const std::vector<Task>& tasks) {
            backwardLot<V>(tasks, heads, gradients, noise);
        });
    });
}

} // namespace koala
