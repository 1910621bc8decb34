#include "gpu/reference/rms_norm.h"

#include <cmath>
#include <cstddef>

#include "core/base/check.h"

namespace koala::gpu::reference {

void rmsNormForward(
    std::span<const float> x_TD, std::span<const float> w_D, std::span<float> y_TD, double eps)
{
    const std::size_t D = w_D.size();
    KOALA_CHECK(D > 0 && x_TD.size() % D == 0 && y_TD.size() == x_TD.size());
    for (std::size_t row = 0; row < x_TD.size(); row += D) {
        double squares = 0.0;
        for (std::size_t d = 0; d < D; ++d)
            squares += double(x_TD[row + d]) * x_TD[row + d];
        const double scale = 1.0 / std::sqrt(squares / double(D) + eps);
        for (std::size_t d = 0; d < D; ++d)
            y_TD[row + d] = float(x_TD[row + d] * scale * w_D[d]);
    }
}

} // namespace koala::gpu::reference
