// core/stats/interval.h: how sure a share is. Pure functions; any thread.
#pragma once

#include <cstdint>

namespace koala {

struct Interval {
    double low = 0;
    double high = 1;
};

constexpr double kNormal95 = 1.959963984540054; // two-sided 95 %

// Wilson's score interval for successes of n; without any trial it is 0 to 1.
Interval wilsonInterval(std::int64_t successes, std::int64_t n, double z = kNormal95);

// Clopper and Pearson's exact interval: never covers less than 95 %. Without any trial 0 to 1.
Interval exactInterval(std::int64_t successes, std::int64_t n);

} // namespace koala
