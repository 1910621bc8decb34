// core/torch/ops/row_kernels.h: the inner loops of the training operations over raw rows,
// torch-free so that they compile for several instruction sets; chosen at run time. Only for
// core/torch/ops.
//
// V is float or Bfloat (storage; arithmetic is fp32). `ld` is the distance of two rows in values.
// Sums have a fixed order that no instruction set and no thread count changes.
// Legend: T = tokens, D = width, F = width of the MLP, r = row.
#pragma once

#include <cstddef>
#include <cstdint>

namespace koala::rows {

struct Bfloat {
    std::uint16_t bits;
};

// x_out[r] = x[r] + delta[r] (delta may be null: x_out may be x then);
// y[r, d] = x_out[r, d] * rstd[r] * w[d], rstd[r] = 1 / sqrt(mean over d of x_out^2 + eps).
struct AddNormArguments {
    const float* x;
    const void* delta;
    std::size_t deltaLd;
    float* xOut;
    const float* weight;
    void* y;
    std::size_t yLd;
    float* rstd;
    std::size_t width;
    float epsilon;
};
template <typename V>
void addRmsNorm(const AddNormArguments& a, std::size_t begin, std::size_t end);

// y = x * rstd * w once more, from what the forward pass saved.
template <typename V>
void applyNorm(const float* x, const float* rstd, const float* weight, V* y, std::size_t yLd,
    std::size_t width, std::size_t begin, std::size_t end);

// With g = dy (+ addend) times w and n = x * rstd:
// dx[r] += rstd[r] * (g - n * mean over d of g * n); dxCopy (may be null) gets dx rounded.
// dw (may be null): dw[d] += (dy + addend)[r, d] * n[r, d].
struct NormBackwardArguments {
    const void* dy;
    std::size_t dyLd;
    const void* addend; // null, or contiguous rows
    const float* x;
    const float* rstd;
    const float* weight;
    float* dx;
    void* dxCopy;
    std::size_t width;
};
template <typename V>
void rmsNormBackward(const NormBackwardArguments& a, float* dw, std::size_t begin, std::size_t end);

// h = silu(gate) * up with gate_up rows [gate_F | up_F].
template <typename V>
void swiglu(const V* gateUp, V* h, std::size_t hLd, std::size_t mlpWidth, std::size_t begin,
    std::size_t end);
// dh (+ addend, may be null, contiguous) to dGateUp.
template <typename V>
void swigluBackward(const V* dh, std::size_t dhLd, const V* addend, const V* gateUp, V* dGateUp,
    std::size_t mlpWidth, std::size_t begin, std::size_t end);

// Turns the first `heads` heads of each row in place by the angle of its position; sign -1 turns
// back. Pairs are (2i, 2i+1) or (i, i + headSize/2). Tables are [positions, headSize/2].
struct RopeArguments {
    std::size_t ld;
    std::size_t heads;
    std::size_t headSize;
    const float* cosines;
    const float* sines;
    const std::int32_t* positions;
    float sign;
    bool interleaved;
};
template <typename V>
void rope(V* x, const RopeArguments& a, std::size_t begin, std::size_t end);

// a[r] += b[r].
template <typename V>
void addRows(
    V* a, std::size_t aLd, const V* b, std::size_t width, std::size_t begin, std::size_t end);

// out = in / keep with probability keep, else 0; the draw depends on key and on the place only.
template <typename V>
void dropoutRows(const V* in, std::size_t inLd, V* out, std::size_t width, std::uint64_t key,
    float drop, std::size_t begin, std::size_t end);

// Attention. One row of scores, `count` of `padded` places valid: p = exp(scale * s - max), 0 after
// count; returns the sum and sets *largest to the maximum of scale * s.
template <typename V>
float softmaxRow(
    const float* scores, float scale, std::size_t count, std::size_t padded, V* p, float* largest);
// A tile of transposed scores, `keys` x `queries` with ld = queries: probabilities and the gradient
// of scores. Place (a, c) is valid if c >= a + diagonal and c < validQueries.
struct ScoreTile {
    const float* scores;
    const float* dProbabilities;
    const float* logSum; // one a query
    const float* inner;  // sum over d of dOut * out, one a query
    float scale;
    std::size_t keys;
    std::size_t queries;
    std::size_t validQueries;
    std::ptrdiff_t diagonal;
};
// dScoresPairs (may be null): the same as dScores, rows 2a and 2a+1 interleaved.
template <typename V>
void scoreGradients(const ScoreTile& tile, V* probabilities, V* dScores, V* dScoresPairs);
// sum over d of a * b.
template <typename V>
float innerProduct(const V* a, const V* b, std::size_t width);
template <typename V>
void storeScaled(const float* in, float scale, V* out, std::size_t count);
// out[c * outLd + r] = in[r * inLd + c] * scale.
template <typename V>
void storeTransposed(const float* in, std::size_t inLd, std::size_t rows, std::size_t columns,
    V* out, std::size_t outLd);

// Cross-entropy. One row of a panel of logits: returns the sum of e = exp(l - max), stores e.
template <typename V>
float exponentials(const float* logits, std::size_t count, V* e, float* largest);
// e *= factor in place.
template <typename V>
void scaleRow(V* e, float factor, std::size_t count);

// Packing of B operands. `in` has `rows` rows of `columns` values.
// Transposed: out is [columns, padded] (rows beyond `rows` are 0), as pairs [columns/2, padded, 2].
template <typename V>
void packTransposed(const V* in, std::size_t inLd, std::size_t rows, std::size_t columns,
    std::size_t padded, bool pairs, V* out);
// Straight: out is [padded, columns], as pairs [padded/2, columns, 2].
template <typename V>
void packStraight(const V* in, std::size_t inLd, std::size_t rows, std::size_t columns,
    std::size_t padded, bool pairs, V* out);

} // namespace koala::rows
