#include "core/infer/model.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include "core/base/check.h"

namespace koala {
namespace {

constexpr std::array<std::string_view, 7> kLinearNames{"self_attn.q_proj", "self_attn.k_proj",
    "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"};
constexpr std::size_t kGrainRows = 12;                   // a multiple of every form's tile
constexpr std::size_t kSmallWork = std::size_t(1) << 16; // multiplications not worth sharing

static_assert(int(TensorType::F32) == int(WeightType::F32) &&
              int(TensorType::BF16) == int(WeightType::BF16) &&
              int(TensorType::Q4_1) == int(WeightType::Q4_1) &&
              int(TensorType::Q8_0) == int(WeightType::Q8_0));

WeightMatrix matrixOf(const TensorView& tensor)
{
    return {static_cast<WeightType>(tensor.type), tensor.data.data(), std::size_t(tensor.rows()),
        std::size_t(tensor.columns())};
}

std::vector<float> vectorOf(const TensorView& tensor)
{
    std::vector<float> values(std::size_t(tensor.columns()));
    dequantizeRow(tensor, 0, values.data());
    return values;
}

// Grows to at least `size` places, new and old ones zero if it grew.
void ensure(AlignedFloats& values, std::size_t size)
{
    if (values.size() < size)
        values.assign(size, 0.0F);
}

} // namespace

Model::Model(std::shared_ptr<const Checkpoint> checkpoint, const Kernels* kernels, int threads)
    : m_checkpoint(std::move(checkpoint)), m_kernels(kernels), m_pool(threads)
{
}

Result<std::unique_ptr<Model>> Model::load(
    std::shared_ptr<const Checkpoint> checkpoint, int threads)
{
    if (threads < 0 || threads > 1024)
        return invalidInput(
            fmt::format("threads is {}; it must be 0 (one a core) to 1024", threads));
    if (threads == 0)
        threads = int(std::max(1U, std::thread::hardware_concurrency()));
    KOALA_TRY(const Kernels* kernels, chooseKernels());
    std::unique_ptr<Model> model(new Model(std::move(checkpoint), kernels, threads));
    const Checkpoint& weights = *model->m_checkpoint;
    const ModelConfig& config = weights.config();
    // openCheckpoint has made sure that all of them are there with the right shapes.
    const auto need = [&](const std::string& name) -> const TensorView& {
        const TensorView* tensor = weights.find(name);
        KOALA_CHECK(tensor != nullptr);
        return *tensor;
    };
    for (std::int32_t i = 0; i < config.layers; ++i) {
        const std::string prefix = fmt::format("model.layers.{}.", i);
        Layer layer;
        layer.attentionNorm = vectorOf(need(prefix + "input_layernorm.weight"));
        layer.mlpNorm = vectorOf(need(prefix + "post_attention_layernorm.weight"));
        for (std::size_t linear = 0; linear < LinearCount; ++linear)
            layer.linear[linear] =
                matrixOf(need(fmt::format("{}{}.weight", prefix, kLinearNames[linear])));
        model->m_layers.push_back(std::move(layer));
    }
    model->m_finalNorm = vectorOf(need("model.norm.weight"));
    model->m_embedding = &need("model.embed_tokens.weight");
    model->m_head = matrixOf(need("lm_head.weight"));
    const auto headSize = std::size_t(config.headSize);
    for (std::size_t i = 0; i < headSize / 2; ++i)
        model->m_inverseFrequencies.push_back(
            1.0F / std::pow(float(config.ropeBase), float(2 * i) / float(headSize)));
    model->m_width = paddedSize(std::size_t(config.width));
    model->m_queryWidth = paddedSize(std::size_t(config.heads) * headSize);
    model->m_keyValueWidth = paddedSize(std::size_t(config.keyValueHeads) * headSize);
    model->m_mlpWidth = paddedSize(std::size_t(config.mlpWidth));
    const std::size_t widest = std::max({model->m_width, model->m_queryWidth, model->m_mlpWidth});
    model->m_scratch.assign(std::size_t(threads), AlignedFloats(matmulScratch(widest)));
    model->m_scores.resize(std::size_t(threads));
    return model;
}

Result<std::shared_ptr<const LoadedAdapter>> Model::loadAdapter(const fs::path& folder) const
{
    KOALA_TRY(Adapter adapter, openAdapter(folder, config()));
    toRopeLayout(adapter, config());
    auto loaded = std::make_shared<LoadedAdapter>();
    loaded->modules.resize(m_layers.size() * LinearCount);
    for (std::size_t layer = 0; layer < m_layers.size(); ++layer)
        for (std::size_t linear = 0; linear < LinearCount; ++linear) {
            const AdapterModule* module =
                adapter.find(fmt::format("model.layers.{}.{}.weight", layer, kLinearNames[linear]));
            if (module == nullptr)
                continue;
            LoadedAdapter::Module& target = loaded->modules[layer * LinearCount + linear];
            target.a.assign(module->a.begin(), module->a.end());
            target.b.assign(module->b.begin(), module->b.end());
            for (float& value : target.b)
                value = float(value * module->scale);
            target.rank = std::size_t(module->rank);
            loaded->largestRank = std::max(loaded->largestRank, target.rank);
        }
    return std::shared_ptr<const LoadedAdapter>(std::move(loaded));
}

std::size_t Model::weightBytes() const
{
    std::size_t bytes = m_head.rows * m_head.rowBytes();
    for (const Layer& layer : m_layers)
        for (const WeightMatrix& matrix : layer.linear)
            bytes += matrix.rows * matrix.rowBytes();
    return bytes;
}

std::span<const float> Model::forward(
    std::span<const ModelRow> rows, const ResidualObserver& onResidual)
{
    if (rows.empty())
        return {};
    reserve(rows, std::size_t(std::count_if(rows.begin(), rows.end(),
                      [](const ModelRow& row) { return row.wantsLogits; })));
    embed(rows);
    if (onResidual)
        onResidual(0, m_x.data(), m_width);
    for (std::size_t layer = 0; layer < m_layers.size(); ++layer) {
        runLayer(rows, layer);
        if (onResidual)
            onResidual(std::int32_t(layer) + 1, m_x.data(), m_width);
    }
    return logitsOf(rows);
}

void Model::reserve(std::span<const ModelRow> rows, std::size_t logitRows)
{
    const std::size_t count = rows.size();
    std::size_t positions = 0;
    std::size_t rank = 0;
    for (const ModelRow& row : rows) {
        KOALA_CHECK(row.cache != nullptr && row.position < row.cache->capacity());
        KOALA_CHECK(row.token >= 0 && std::size_t(row.token) < vocabulary());
        positions = std::max(positions, row.position + 1);
        if (row.adapter != nullptr)
            rank = std::max(rank, row.adapter->largestRank);
    }
    ensure(m_x, count * m_width);
    ensure(m_normed, count * m_width);
    ensure(m_query, count * m_queryWidth);
    ensure(m_attended, count * m_queryWidth);
    ensure(m_gate, count * m_mlpWidth);
    ensure(m_up, count * m_mlpWidth);
    m_lowStride = paddedSize(rank);
    ensure(m_low, 3 * count * m_lowStride);
    ensure(m_keyRows, count * m_keyValueWidth);
    ensure(m_valueRows, count * m_keyValueWidth);
    ensure(m_cosines, count * m_inverseFrequencies.size());
    ensure(m_sines, count * m_inverseFrequencies.size());
    ensure(m_logits, logitRows * vocabulary());
    for (AlignedFloats& scores : m_scores)
        ensure(scores, paddedSize(positions));
    for (AlignedFloats& scratch : m_scratch)
        ensure(scratch, matmulScratch(rank));
}

void Model::embed(std::span<const ModelRow> rows)
{
    const std::size_t pairs = m_inverseFrequencies.size();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        dequantizeRow(*m_embedding, rows[i].token, m_x.data() + i * m_width);
        for (std::size_t pair = 0; pair < pairs; ++pair) {
            const float angle = float(rows[i].position) * m_inverseFrequencies[pair];
            m_cosines[i * pairs + pair] = std::cos(angle);
            m_sines[i * pairs + pair] = std::sin(angle);
        }
    }
}

void Model::runLayer(std::span<const ModelRow> rows, std::size_t layer)
{
    const std::size_t first = layer * LinearCount;
    normalize(m_layers[layer].attentionNorm, rows.size());
    const std::array<Task, 3> in{
        Task{first + Query, m_query.data(), m_queryWidth, Store::Overwrite},
        Task{first + Key, m_keyRows.data(), m_keyValueWidth, Store::Overwrite},
        Task{first + Value, m_valueRows.data(), m_keyValueWidth, Store::Overwrite}};
    multiply(rows, in, m_normed.data(), m_width);
    fillCaches(rows, layer);
    attend(rows, layer);
    const std::array<Task, 1> out{Task{first + Output, m_x.data(), m_width, Store::Add}};
    multiply(rows, out, m_attended.data(), m_queryWidth);

    normalize(m_layers[layer].mlpNorm, rows.size());
    const std::array<Task, 2> widen{Task{first + Gate, m_gate.data(), m_mlpWidth, Store::Overwrite},
        Task{first + Up, m_up.data(), m_mlpWidth, Store::Overwrite}};
    multiply(rows, widen, m_normed.data(), m_width);
    m_pool.run(rows.size(), 8, [&](std::size_t begin, std::size_t end, int) {
        for (std::size_t i = begin; i < end; ++i)
            m_kernels->silu(m_gate.data() + i * m_mlpWidth, m_up.data() + i * m_mlpWidth,
                std::size_t(config().mlpWidth));
    });
    const std::array<Task, 1> down{Task{first + Down, m_x.data(), m_width, Store::Add}};
    multiply(rows, down, m_gate.data(), m_mlpWidth);
}

void Model::normalize(const std::vector<float>& w, std::size_t rows)
{
    m_pool.run(rows, 16, [&](std::size_t begin, std::size_t end, int) {
        for (std::size_t i = begin; i < end; ++i)
            rmsNorm(m_x.data() + i * m_width, w.data(), m_normed.data() + i * m_width, w.size(),
                float(config().normEpsilon));
    });
}

void Model::multiply(std::span<const ModelRow> rows, std::span<const Task> tasks, const float* x,
    std::size_t xStride)
{
    m_products.clear();
    m_corrections.clear();
    for (const Task& task : tasks)
        m_products.push_back({m_layers[task.index / LinearCount].linear[task.index % LinearCount],
            x, xStride, rows.size(), task.y, task.yStride, task.store, nullptr});
    for (std::size_t begin = 0, end = 0; begin < rows.size(); begin = end) {
        const LoadedAdapter* adapter = rows[begin].adapter;
        while (end < rows.size() && rows[end].adapter == adapter)
            ++end;
        if (adapter == nullptr)
            continue;
        for (std::size_t i = 0; i < tasks.size(); ++i) {
            const LoadedAdapter::Module& module = adapter->modules[tasks[i].index];
            if (module.rank == 0)
                continue;
            const WeightMatrix& base = m_products[i].weights;
            float* low = m_low.data() + (i * rows.size() + begin) * m_lowStride;
            std::fill_n(low, (end - begin) * m_lowStride, 0.0F);
            const WeightMatrix a{WeightType::F32,
                reinterpret_cast<const std::byte*>(module.a.data()), module.rank, base.columns};
            const WeightMatrix b{WeightType::F32,
                reinterpret_cast<const std::byte*>(module.b.data()), base.rows, module.rank};
            m_products.push_back({a, x + begin * xStride, xStride, end - begin, low, m_lowStride,
                Store::Overwrite, nullptr});
            m_corrections.push_back({b, low, m_lowStride, end - begin,
                tasks[i].y + begin * tasks[i].yStride, tasks[i].yStride, Store::Add, nullptr});
        }
    }
    runProducts(m_products);
    runProducts(m_corrections);
}

// All rows of all products are one range that the threads share.
void Model::runProducts(std::span<MatmulRows> products)
{
    if (products.empty())
        return;
    std::size_t total = 0;
    std::size_t work = 0;
    for (const MatmulRows& product : products) {
        total += product.weights.rows;
        work += product.weights.rows * product.weights.columns * product.count;
    }
    // Few rows of x: long pieces, which read memory ahead; many: short ones, which end together.
    const std::size_t pieces = products.front().count <= 4 ? 2 : 6;
    const std::size_t share = total / (std::size_t(m_pool.size()) * pieces);
    const std::size_t grain =
        work < kSmallWork ? total : (share + kGrainRows) / kGrainRows * kGrainRows;
    m_pool.run(total, grain, [&](std::size_t begin, std::size_t end, int thread) {
        std::size_t first = 0;
        for (const MatmulRows& product : products) {
            const std::size_t last = first + product.weights.rows;
            if (begin < last && end > first) {
                MatmulRows mine = product;
                mine.scratch = m_scratch[std::size_t(thread)].data();
                m_kernels->matmul(
                    mine, std::max(begin, first) - first, std::min(end, last) - first);
            }
            first = last;
        }
    });
}

void Model::fillCaches(std::span<const ModelRow> rows, std::size_t layer)
{
    const auto headSize = std::size_t(config().headSize);
    const std::size_t pairs = headSize / 2;
    const RopePairs pairing = config().ropeLayout == RopeLayout::Interleaved
                                  ? RopePairs::Interleaved
                                  : RopePairs::HalfSplit;
    m_pool.run(rows.size(), 16, [&](std::size_t begin, std::size_t end, int) {
        for (std::size_t i = begin; i < end; ++i) {
            KvCache& cache = *rows[i].cache;
            const float* cosines = m_cosines.data() + i * pairs;
            const float* sines = m_sines.data() + i * pairs;
            rope(m_query.data() + i * m_queryWidth, std::size_t(config().heads), headSize, pairing,
                cosines, sines);
            const float* values = m_valueRows.data() + i * m_keyValueWidth;
            float* keys = m_keyRows.data() + i * m_keyValueWidth;
            const auto heads = std::size_t(config().keyValueHeads);
            rope(keys, heads, headSize, pairing, cosines, sines);
            const std::size_t at = rows[i].position * headSize;
            for (std::size_t head = 0; head < heads; ++head) {
                std::copy_n(keys + head * headSize, headSize, cache.keys(layer, head) + at);
                std::copy_n(values + head * headSize, headSize, cache.values(layer, head) + at);
            }
        }
    });
}

void Model::attend(std::span<const ModelRow> rows, std::size_t layer)
{
    const auto heads = std::size_t(config().heads);
    const auto headSize = std::size_t(config().headSize);
    const std::size_t shared = heads / std::size_t(config().keyValueHeads);
    const float scale = 1.0F / std::sqrt(float(headSize));
    std::size_t work = 0;
    for (const ModelRow& row : rows)
        work += (row.position + 1) * heads * headSize;
    const std::size_t items = rows.size() * heads;
    const std::size_t grain = work < kSmallWork ? items : rows.size() == 1 ? 1 : shared;
    m_pool.run(items, grain, [&](std::size_t begin, std::size_t end, int thread) {
        for (std::size_t item = begin; item < end; ++item) {
            const ModelRow& row = rows[item / heads];
            const std::size_t head = item % heads;
            const std::size_t own = item / heads * m_queryWidth + head * headSize;
            m_kernels->attention({m_query.data() + own, row.cache->keys(layer, head / shared),
                row.cache->values(layer, head / shared), headSize, row.position + 1, headSize,
                scale, m_scores[std::size_t(thread)].data(), m_attended.data() + own});
        }
    });
}

std::span<const float> Model::logitsOf(std::span<const ModelRow> rows)
{
    std::size_t count = 0;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (rows[i].wantsLogits)
            rmsNorm(m_x.data() + i * m_width, m_finalNorm.data(),
                m_normed.data() + count++ * m_width, m_finalNorm.size(),
                float(config().normEpsilon));
    if (count == 0)
        return {};
    m_products.assign(1, {m_head, m_normed.data(), m_width, count, m_logits.data(), vocabulary(),
                             Store::Overwrite, nullptr});
    runProducts(m_products);
    return {m_logits.data(), count * vocabulary()};
}

} // namespace koala
