// tests/support/memory_directory.h: a temporary folder in memory where the system has a place for
// that, for tests that sync thousands of times.
#pragma once

#include "tests/support/temporary.h"

namespace koala::test {

inline TemporaryDirectory memoryDirectory()
{
    auto made = TemporaryDirectory::create("/dev/shm", "koala-test");
    return made.ok() ? std::move(made).value() : temporaryDirectory();
}

} // namespace koala::test
