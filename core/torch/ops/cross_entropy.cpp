#include "core/torch/ops/cross_entropy.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>

#include "core/torch/ops/small_gemm.h"
#include "core/torch/ops/storage.h"

namespace koala {

namespace {

constexpr std::int64_t kPanel = 256; // tokens of the vocabulary
constexpr std::int64_t kRows = 64;   // rows of a block product
constexpr std::int64_t kChunk = 256; // rows whose exponentials are kept at once

std::int64_t panelsOf(std::int64_t vocabulary)
{
    return (vocabulary + kPanel - 1) / kPanel;
}

// `hidden` with rows of zeros up to whole blocks.
at::Tensor wholeBlocks(const at::Tensor& hidden)
{
    const std::int64_t count = hidden.size(0);
    const std::int64_t padded = (count + kRows - 1) / kRows * kRows;
    if (padded == count)
        return hidden;
    at::Tensor out = at::zeros({padded, hidden.size(1)}, hidden.options());
    out.narrow(0, 0, count).copy_(hidden);
    return out;
}

// visit(panel, firstRow, tile): one block of logits, [kRows, kPanel].
template <typename V, typename Visit>
void forLogitBlocks(const at::Tensor& padded, const OutputHead& head, Visit&& visit)
{
    const std::int64_t D = head.width();
    at::parallel_for(0, panelsOf(head.vocabulary()), 1, [&](std::int64_t begin, std::int64_t end) {
        const auto tile = std::make_unique_for_overwrite<float[]>(kRows * kPanel);
        for (std::int64_t panel = begin; panel < end; ++panel)
            for (std::int64_t row = 0; row < padded.size(0); row += kRows) {
                smallGemm<V>(kRows, kPanel, D, dataOf<V>(padded) + row * D, D,
                    dataOf<V>(head.panels()) + panel * D * kPanel, tile.get(), kPanel, Sum::Set);
                visit(panel, row, tile.get());
            }
        finishSmallGemms<V>();
    });
}

// The part of a row's softmax that one panel knows.
struct PanelPart {
    float largest;
    float sum; // of exp(logit - largest)
};

template <typename V>
class Chunk {
public:
    Chunk(const at::Tensor& hidden, const OutputHead& head, const std::int32_t* targets)
        : m_head(head), m_hidden(hidden), m_targets(targets),
          m_exponentials(at::empty({hidden.size(0), head.vocabulary()}, hidden.options())),
          m_parts(std::size_t(hidden.size(0) * panelsOf(head.vocabulary()))),
          m_targetLogits(std::size_t(hidden.size(0))), m_logSums(std::size_t(hidden.size(0)))
    {
    }

    void forward(RowLosses& to)
    {
        const std::int64_t vocabulary = m_head.vocabulary();
        const std::int64_t panels = panelsOf(vocabulary);
        const std::int64_t count = m_hidden.size(0);
        forLogitBlocks<V>(wholeBlocks(m_hidden), m_head,
            [&](std::int64_t panel, std::int64_t first, const float* tile) {
                const std::int64_t begin = panel * kPanel;
                const std::int64_t size = std::min(kPanel, vocabulary - begin);
                for (std::int64_t r = first; r < std::min(first + kRows, count); ++r) {
                    const float* logits = tile + (r - first) * kPanel;
                    PanelPart& part = m_parts[std::size_t(r * panels + panel)];
                    part.sum = rows::exponentials<V>(logits, std::size_t(size),
                        dataOf<V>(m_exponentials) + r * vocabulary + begin, &part.largest);
                    const std::int64_t place = m_targets[r] - begin;
                    if (place >= 0 && place < size)
                        m_targetLogits[std::size_t(r)] = logits[place];
                }
            });
        for (std::int64_t r = 0; r < count; ++r) {
            const PanelPart* parts = &m_parts[std::size_t(r * panels)];
            float largest = parts[0].largest;
            for (std::int64_t p = 1; p < panels; ++p)
                largest = std::max(largest, parts[p].largest);
            double sum = 0;
            for (std::int64_t p = 0; p < panels; ++p)
                sum += double(parts[p].sum) * std::exp(double(parts[p].largest) - largest);
            const float target = m_targetLogits[std::size_t(r)];
            m_logSums[std::size_t(r)] = double(largest) + std::log(sum);
            to.losses.push_back(float(m_logSums[std::size_t(r)] - target));
            to.correct += target >= largest ? 1 : 0;
        }
    }

    // Exponentials become scale * (softmax - one at the target), in place; each row's weight (null:
    // 1) goes into its scale.
    const at::Tensor& gradient(double sumScale, const float* weights)
    {
        const std::int64_t vocabulary = m_head.vocabulary();
        const std::int64_t panels = panelsOf(vocabulary);
        forRows(m_hidden.size(0), [&](std::size_t begin, std::size_t end) {
            for (std::size_t r = begin; r < end; ++r) {
                const double scale = weights ? sumScale * double(weights[r]) : sumScale;
                V* row = dataOf<V>(m_exponentials) + std::int64_t(r) * vocabulary;
                for (std::int64_t p = 0; p < panels; ++p) {
                    const PanelPart& part = m_parts[r * std::size_t(panels) + std::size_t(p)];
                    rows::scaleRow<V>(row + p * kPanel,
                        float(scale * std::exp(double(part.largest) - m_logSums[r])),
                        std::size_t(std::min(kPanel, vocabulary - p * kPanel)));
                }
                const float target =
                    float(scale * std::expm1(double(m_targetLogits[r]) - m_logSums[r]));
                rows::storeScaled<V>(&target, 1.0F, row + m_targets[r], 1);
            }
        });
        return m_exponentials;
    }

private:
    const OutputHead& m_head;
    at::Tensor m_hidden;
    const std::int32_t* m_targets;
    at::Tensor m_exponentials;
    std::vector<PanelPart> m_parts;
    std::vector<float> m_targetLogits;
    std::vector<double> m_logSums;
};

} // namespace

OutputHead::OutputHead(at::Tensor weight) : m_weight(std::move(weight))
{
    m_panels = at::empty({panelsOf(vocabulary()), width(), kPanel}, m_weight.options());
    repack();
}

void OutputHead::repack()
{
    const std::int64_t D = width();
    withStorage(m_weight, [&]<typename V>(V) {
        at::parallel_for(0, m_panels.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t p = begin; p < end; ++p)
                rows::packTransposed<V>(dataOf<V>(m_weight) + p * kPanel * D, std::size_t(D),
                    std::size_t(std::min(kPanel, vocabulary() - p * kPanel)), std::size_t(D),
                    std::size_t(kPanel), packsPairs<V>(), dataOf<V>(m_panels) + p * kPanel * D);
        });
    });
}

RowLosses linearCrossEntropy(const at::Tensor& hidden, const OutputHead& head,
    const std::vector<std::int32_t>& targets, const CrossEntropyGradients* gradients)
{
    RowLosses losses;
    losses.losses.reserve(targets.size());
    withStorage(hidden, [&]<typename V>(V) {
        for (std::int64_t begin = 0; begin < hidden.size(0); begin += kChunk) {
            const std::int64_t count = std::min(kChunk, hidden.size(0) - begin);
            const at::Tensor part = hidden.narrow(0, begin, count);
            Chunk<V> chunk(part, head, targets.data() + begin);
            chunk.forward(losses);
            if (gradients == nullptr)
                continue;
            const at::Tensor& dLogits = chunk.gradient(gradients->scale,
                gradients->weights.empty() ? nullptr : gradients->weights.data() + begin);
            at::Tensor dPart = gradients->dHidden.narrow(0, begin, count);
            at::mm_out(dPart, dLogits, head.weight());
            if (gradients->dWeight.defined())
                gradients->dWeight.add_(at::mm(dLogits.t(), part));
        }
    });
    return losses;
}

at::Tensor headLogits(const at::Tensor& hidden, const OutputHead& head)
{
    at::Tensor logits = at::empty({hidden.size(0), head.vocabulary()}, at::kFloat);
    withStorage(hidden, [&]<typename V>(V) {
        forLogitBlocks<V>(wholeBlocks(hidden), head,
            [&](std::int64_t panel, std::int64_t first, const float* tile) {
                const std::int64_t begin = panel * kPanel;
                const std::int64_t size = std::min(kPanel, head.vocabulary() - begin);
                for (std::int64_t r = first; r < std::min(first + kRows, hidden.size(0)); ++r)
                    std::copy_n(tile + (r - first) * kPanel, size,
                        dataOf<float>(logits) + r * head.vocabulary() + begin);
            });
    });
    return logits;
}

} // namespace koala
