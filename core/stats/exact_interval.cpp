#include <boost/math/special_functions/beta.hpp>

#include "core/base/check.h"
#include "core/stats/interval.h"

namespace koala {

Interval exactInterval(std::int64_t successes, std::int64_t n)
{
    KOALA_CHECK(successes >= 0 && successes <= n);
    if (n == 0)
        return {};
    const double x = double(successes);
    const double rest = double(n - successes);
    constexpr double kTail = 0.025;
    return {successes == 0 ? 0.0 : boost::math::ibeta_inv(x, rest + 1, kTail),
        successes == n ? 1.0 : boost::math::ibeta_inv(x + 1, rest, 1 - kTail)};
}

} // namespace koala
