// core/torch/train/adamw_loops.h: the loops of the optimiser, compiled with the vectoriser on and
// for several processors. For adamw.cpp only.
#pragma once

#include <cstddef>

namespace koala {

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
double sumOfSquares(const float* x, std::size_t count);

} // namespace koala
