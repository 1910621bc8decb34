// core/infer/model.h: the forward pass of a LLaMA (spec 02 section 2) over a batch of rows, on the
// CPU. Weights stay as stored and mapped; activations and sums are fp32. A row is one token of some
// sequence; rows of several sequences, with different adapters or none, share each pass over the
// weights. What comes out for a row does not depend on what else is in the batch, to the last bit.
// One thread at a time.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/infer/kv_cache.h"
#include "core/kernels/aligned.h"
#include "core/kernels/kernels.h"
#include "core/kernels/thread_pool.h"
#include "core/weights/adapter.h"
#include "core/weights/checkpoint.h"

namespace koala {

// An adapter made ready for one model: rows in the model's layout.
struct LoadedAdapter {
    struct Module {
        AlignedFloats a; // [rank, inputs]
        AlignedFloats b; // [outputs, rank], times alpha / rank
        std::size_t rank = 0;
    };
    std::vector<Module> modules; // by layer * 7 + linear layer; rank 0 where there is none
    std::size_t largestRank = 0;
};

struct ModelRow {
    std::int32_t token = 0;
    std::size_t position = 0; // rows of one sequence stand in order of their positions
    KvCache* cache = nullptr; // has room for `position`; earlier positions are filled
    const LoadedAdapter* adapter = nullptr;
    bool wantsLogits = false;
};

class Model {
public:
    // threads 0: one a core. Unavailable hardware forms and bad KOALA_KERNELS are refused.
    static Result<std::unique_ptr<Model>> load(
        std::shared_ptr<const Checkpoint> checkpoint, int threads);

    const ModelConfig& config() const { return m_checkpoint->config(); }
    Result<std::shared_ptr<const LoadedAdapter>> loadAdapter(const fs::path& folder) const;
    KvCache makeCache(std::size_t positions) const { return {config(), positions}; }

    // Fills the caches and gives the logits of the rows that want them, in order, vocabulary()
    // each; valid until the next call. Adjacent rows with the same adapter are computed together.
    // `onResidual`, if given, sees the residual stream [rows, width] after the embedding (layer 0)
    // and after each layer (1 ... layers), rows `stride` floats apart.
    using ResidualObserver =
        std::function<void(std::int32_t layer, const float* x, std::size_t stride)>;
    std::span<const float> forward(
        std::span<const ModelRow> rows, const ResidualObserver& onResidual = {});

    std::size_t vocabulary() const { return std::size_t(config().vocabularySize); }
    const Kernels& kernels() const { return *m_kernels; }
    int threads() const { return m_pool.size(); }
    // Bytes of weights that one pass reads.
    std::size_t weightBytes() const;

private:
    enum Linear { Query, Key, Value, Output, Gate, Up, Down, LinearCount };
    struct Layer {
        std::vector<float> attentionNorm;
        std::vector<float> mlpNorm;
        WeightMatrix linear[LinearCount];
    };
    struct Task {          // one linear layer of a region of work whose layers share their input
        std::size_t index; // layer * LinearCount + Linear
        float* y;
        std::size_t yStride;
        Store store;
    };

    Model(std::shared_ptr<const Checkpoint> checkpoint, const Kernels* kernels, int threads);
    void reserve(std::span<const ModelRow> rows, std::size_t logitRows);
    void embed(std::span<const ModelRow> rows);
    void runLayer(std::span<const ModelRow> rows, std::size_t layer);
    void normalize(const std::vector<float>& w, std::size_t rows);
    // Every task's y of all rows, adapters included.
    void multiply(std::span<const ModelRow> rows, std::span<const Task> tasks, const float* x,
        std::size_t xStride);
    void runProducts(std::span<MatmulRows> products);
    void fillCaches(std::span<const ModelRow> rows, std::size_t layer);
    void attend(std::span<const ModelRow> rows, std::size_t layer);
    std::span<const float> logitsOf(std::span<const ModelRow> rows);

    std::shared_ptr<const Checkpoint> m_checkpoint;
    const Kernels* m_kernels;
    ThreadPool m_pool;
    std::vector<Layer> m_layers;
    std::vector<float> m_finalNorm;
    const TensorView* m_embedding = nullptr;
    WeightMatrix m_head;
    std::vector<float> m_inverseFrequencies;

    // Working memory; rows are padded as the kernels ask.
    std::size_t m_width = 0, m_queryWidth = 0, m_mlpWidth = 0, m_keyValueWidth = 0,
                m_lowStride = 0; // padded
    AlignedFloats m_x, m_normed, m_query, m_attended, m_gate, m_up, m_low, m_logits;
    AlignedFloats m_keyRows, m_valueRows, m_cosines, m_sines;
    std::vector<AlignedFloats> m_scratch; // a thread
    std::vector<AlignedFloats> m_scores;  // a thread
    std::vector<MatmulRows> m_products, m_corrections;
};

} // namespace koala
