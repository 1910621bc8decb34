// tests/support/faultbox/faultbox.h: faults of the file system, at a chosen call.
//
// The library stands between a program and libc. It counts the calls that can fail or that change
// what is on the disk, and at the k-th of them kills the process (SIGKILL: nothing is flushed, no
// handler runs) or lets the call fail. Either preload it into a program, told by environment
// variables, or link it into a test, which arms it for some lines of code.
//
//   LD_PRELOAD=libkoala_faultbox.so
//   FAULTBOX_PROGRAM=koala   only in the process of that name (children inherit the environment)
//   FAULTBOX_UNDER=/folder   only calls whose file lies there; else all
//   FAULTBOX_LOG=/file       a line each counted call: its number, name and path
//   FAULTBOX_KILL=k  or  FAULTBOX_KILL_AFTER=k    before the k-th call, or when it is done
//   FAULTBOX_FAIL=k  FAULTBOX_ERRNO=ENOSPC  FAULTBOX_FOREVER=1
//
// With FAULTBOX_ERRNO (ENOSPC, EDQUOT, EROFS, EIO, EMFILE) only calls are counted that can give
// this error: a full disk lets one read, close and remove, a lack of descriptors shows when one is
// opened. What libc does inside itself is seen through the function that was called (fopen, fread,
// fwrite, fclose, mkdtemp, …): fwrite counts as a write even while libc only fills its buffer.
// Writes through a memory map are not seen.
#pragma once

namespace koala::test {

struct FaultPlan {
    const char* program = nullptr;
    const char* under = nullptr;
    const char* log = nullptr;
    long killBefore = 0; // the number of a call, from 1; 0 never
    long killAfter = 0;
    long failAt = 0;
    int failWith = 0; // errno
    bool forEver = false;
};

} // namespace koala::test

extern "C" {
// Begins to count at 0. The plan's strings are copied.
void faultboxArm(const koala::test::FaultPlan* plan);
// The number of calls counted since.
long faultboxDisarm();
}
