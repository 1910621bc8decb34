// gpu/reference/rms_norm.h: the definition of gpu/rms_norm.h on the CPU, in double: slow, no
// cleverness. Tests hold the kernel against it.
#pragma once

#include <span>

namespace koala::gpu::reference {

// x_TD and y_TD hold T * D values, w_D holds D.
void rmsNormForward(
    std::span<const float> x_TD, std::span<const float> w_D, std::span<float> y_TD, double eps);

} // namespace koala::gpu::reference
