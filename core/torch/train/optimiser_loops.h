// core/torch/train/optimiser_loops.h: the loops of the optimisers, compiled with the vectoriser on
// and for several processors. For the optimisers only.
#pragma once

#include <cstddef>
#include <cstdint>

namespace koala {

// Work is shared out in pieces of this many values, whatever the number of threads.
constexpr std::int64_t kPiece = 65536;
constexpr std::int64_t piecesOf(std::size_t count)
{
    return (std::int64_t(count) + kPiece - 1) / kPiece;
}

struct AdamWLoop {
    float learningRate = 0;
    float beta1 = 0;
    float beta2 = 0;
    float epsilon = 0;
    float weightDecay = 0;
    float gradientScale = 1; // the clip factor
    float correction1 = 1;   // 1 - beta1^t
    float correction2 = 1;   // 1 - beta2^t
};

void adamWUpdate(
    float* p, const float* g, float* m, float* v, std::size_t count, const AdamWLoop& loop);

struct ScaledAdamLoop {
    float step = 0; // learning rate times the tensor's own size
    float beta1 = 0;
    float beta2 = 0; // of this update: 1 - t^-b2
    float decay = 0;
    float gradientScale = 1;
    bool firstMomentInBf16 = false;
};
void scaledAdamUpdate(
    float* p, const float* g, float* m, float* v, std::size_t count, const ScaledAdamLoop& loop);

double sumOfSquares(const float* x, std::size_t count);

} // namespace koala
