#include "core/stats/sign_test.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"

namespace koala {

double signTest(std::int64_t wins, std::int64_t losses)
{
    KOALA_CHECK(wins >= 0 && losses >= 0);
    const std::int64_t n = wins + losses;
    const std::int64_t fewer = std::min(wins, losses);
    if (n == 0 || 2 * fewer == n)
        return 1.0;
    // At 1/2 the distribution is symmetric: twice the smaller tail.
    const double logHalfPowerN = -double(n) * std::log(2.0);
    double tail = 0.0;
    for (std::int64_t k = 0; k <= fewer; ++k)
        tail += std::exp(std::lgamma(double(n) + 1.0) - std::lgamma(double(k) + 1.0) -
                         std::lgamma(double(n - k) + 1.0) + logHalfPowerN);
    return std::min(1.0, 2.0 * tail);
}

} // namespace koala
