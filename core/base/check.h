// core/base/check.h: KOALA_CHECK(condition) is for our own mistakes and never fires on input. It is
// on in every build: it prints the condition and the place, and aborts.
#pragma once

namespace koala {
[[noreturn]] void checkFailed(const char* condition, const char* file, int line);
}

#define KOALA_CHECK(condition)                                                                     \
    (static_cast<bool>(condition) ? void(0) : ::koala::checkFailed(#condition, __FILE__, __LINE__))
