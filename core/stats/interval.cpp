#include "core/stats/interval.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"

namespace koala {

Interval wilsonInterval(std::int64_t successes, std::int64_t n, double z)
{
    KOALA_CHECK(successes >= 0 && successes <= n);
    if (n == 0)
        return {};
    const double count = double(n);
    const double share = double(successes) / count;
    const double z2 = z * z;
    const double scale = 1.0 + z2 / count;
    const double centre = (share + z2 / (2.0 * count)) / scale;
    const double half =
        z / scale * std::sqrt(share * (1.0 - share) / count + z2 / (4.0 * count * count));
    // At the ends the bound is exact; rounding must not show 0.9999… or -1e-17.
    return {successes == 0 ? 0.0 : std::max(0.0, centre - half),
        successes == n ? 1.0 : std::min(1.0, centre + half)};
}

} // namespace koala
