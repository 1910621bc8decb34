// tests/support/long_tests.h: how much to test. What goes through very many cases takes a sample
// of them by default, and all of them where somebody has an hour: KOALA_LONG_TESTS=1.
#pragma once

#include <cstdlib>

namespace koala::test {

inline bool longTests()
{
    const char* set = std::getenv("KOALA_LONG_TESTS");
    return set != nullptr && *set != '\0';
}

} // namespace koala::test
