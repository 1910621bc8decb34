// tests/support/faultbox/judge.h: what is to become of a call. Between hooks.cpp and faultbox.cpp.
#pragma once

#include <cerrno>

namespace koala::test {

enum class Call { Open, OpenToWrite, List, Read, Write, Sync, Name, Remove, Close, CloseStream };

// The file that a call is about: a path, a path in an open folder, or an open file.
struct Place {
    int descriptor = -1;
    const char* path = nullptr;
    int otherDescriptor = -1; // where it is to go
    const char* otherPath = nullptr;
};

struct Verdict {
    int error = 0; // errno; 0: let it be done
    bool killAfter = false;
};

bool armed();
Verdict judge(Call call, const char* name, const Place& place); // may not return
[[noreturn]] void die();

// `fail` does what a failing call does and gives its value; errno is set after it.
template <typename R, typename Fail, typename Real>
R guarded(Call call, const char* name, const Place& place, Fail&& fail, Real&& real)
{
    if (!armed())
        return real();
    const int before = errno;
    const Verdict verdict = judge(call, name, place);
    errno = before;
    if (verdict.error != 0) {
        const R result = fail();
        errno = verdict.error;
        return result;
    }
    const R result = real();
    if (verdict.killAfter)
        die();
    return result;
}

} // namespace koala::test
