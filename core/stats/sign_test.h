// core/stats/sign_test.h: could the wins be a coin's? Pure functions; any thread.
#pragma once

#include <cstdint>

namespace koala {

// Exact two-sided binomial test of wins against losses at probability 1/2; ties are left out by the
// caller. 1 when there is nothing to test. Any counts; the sum is taken in logarithms.
double signTest(std::int64_t wins, std::int64_t losses);

} // namespace koala
