#include "tests/support/faultbox/faultbox.h"

#include <atomic>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/support/faultbox/judge.h"

// Only raw system calls in here: the functions of libc are the hooks.
namespace koala::test {
namespace {

struct State {
    std::atomic<bool> armed = false;
    std::atomic<long> calls = 0;
    FaultPlan plan;
    char under[PATH_MAX] = {};
    int log = -1;
};
State state;

struct Path {
    char text[2 * PATH_MAX] = {};
};

void ofDescriptor(int descriptor, Path& out)
{
    char link[64];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    const long got = ::syscall(SYS_readlink, link, out.text, PATH_MAX - 1);
    out.text[got > 0 ? got : 0] = '\0';
}

void resolve(int folder, const char* path, Path& out)
{
    if (path == nullptr)
        return ofDescriptor(folder, out);
    if (path[0] == '/') {
        std::snprintf(out.text, sizeof out.text, "%s", path);
        return;
    }
    if (folder < 0)
        ::syscall(SYS_getcwd, out.text, PATH_MAX);
    else
        ofDescriptor(folder, out);
    const std::size_t length = std::strlen(out.text);
    std::snprintf(out.text + length, sizeof out.text - length, "/%s", path);
}

bool isUnder(const Path& path)
{
    const std::size_t length = std::strlen(state.under);
    return std::strncmp(path.text, state.under, length) == 0 &&
           (path.text[length] == '/' || path.text[length] == '\0');
}

bool changes(Call call)
{
    return call == Call::OpenToWrite || call == Call::Write || call == Call::Sync ||
           call == Call::Name || call == Call::CloseStream;
}

bool canGive(Call call, int error)
{
    switch (error) {
    case EMFILE:
    case ENFILE:
        return call == Call::Open || call == Call::OpenToWrite || call == Call::List;
    case EROFS:
        return changes(call) || call == Call::Remove;
    case ENOSPC:
    case EDQUOT:
        return changes(call);
    default:
        return true;
    }
}

void note(long number, const char* name, const Path& from, const Path& to)
{
    char line[5 * PATH_MAX];
    const int length = std::snprintf(line, sizeof line, "%ld %s %s%s%s\n", number, name, from.text,
        to.text[0] != '\0' ? " -> " : "", to.text);
    ::syscall(SYS_write, state.log, line, std::size_t(length));
}

const char* programName()
{
    static Path path;
    const long got = ::syscall(SYS_readlink, "/proc/self/exe", path.text, PATH_MAX - 1);
    path.text[got > 0 ? got : 0] = '\0';
    const char* slash = std::strrchr(path.text, '/');
    return slash != nullptr ? slash + 1 : path.text;
}

long numberOf(const char* variable)
{
    const char* text = std::getenv(variable);
    return text != nullptr ? std::atol(text) : 0;
}

int errnoOf(const char* name)
{
    struct Known {
        const char* name;
        int value;
    };
    for (const Known known : {Known{"ENOSPC", ENOSPC}, {"EDQUOT", EDQUOT}, {"EROFS", EROFS},
             {"EIO", EIO}, {"EMFILE", EMFILE}})
        if (name != nullptr && std::strcmp(name, known.name) == 0)
            return known.value;
    return 0;
}

[[gnu::constructor]] void armFromEnvironment()
{
    FaultPlan plan;
    plan.program = std::getenv("FAULTBOX_PROGRAM");
    plan.under = std::getenv("FAULTBOX_UNDER");
    plan.log = std::getenv("FAULTBOX_LOG");
    plan.killBefore = numberOf("FAULTBOX_KILL");
    plan.killAfter = numberOf("FAULTBOX_KILL_AFTER");
    plan.failAt = numberOf("FAULTBOX_FAIL");
    plan.failWith = errnoOf(std::getenv("FAULTBOX_ERRNO"));
    plan.forEver = numberOf("FAULTBOX_FOREVER") != 0;
    if (plan.log != nullptr || plan.killBefore > 0 || plan.killAfter > 0 || plan.failAt > 0)
        faultboxArm(&plan);
}

} // namespace

bool armed()
{
    return state.armed.load(std::memory_order_relaxed);
}

void die()
{
    ::syscall(SYS_kill, ::syscall(SYS_getpid), SIGKILL);
    for (;;)
        ::syscall(SYS_pause);
}

Verdict judge(Call call, const char* name, const Place& place)
{
    const FaultPlan& plan = state.plan;
    if (plan.failWith != 0 && !canGive(call, plan.failWith))
        return {};
    Path from;
    Path to;
    if (state.under[0] != '\0' || state.log >= 0) {
        resolve(place.descriptor, place.path, from);
        if (place.otherPath != nullptr)
            resolve(place.otherDescriptor, place.otherPath, to);
        if (state.under[0] != '\0' && !isUnder(from) && !isUnder(to))
            return {};
    }
    const long number = ++state.calls;
    if (state.log >= 0)
        note(number, name, from, to);
    if (number == plan.killBefore)
        die();
    Verdict verdict;
    verdict.killAfter = number == plan.killAfter;
    if (plan.failAt > 0 && (number == plan.failAt || (plan.forEver && number > plan.failAt)))
        verdict.error = plan.failWith;
    return verdict;
}

} // namespace koala::test

void faultboxArm(const koala::test::FaultPlan* plan)
{
    using koala::test::state;
    faultboxDisarm();
    if (plan->program != nullptr && std::strcmp(plan->program, koala::test::programName()) != 0)
        return;
    state.plan = *plan;
    state.calls = 0;
    std::snprintf(state.under, sizeof state.under, "%s", plan->under != nullptr ? plan->under : "");
    if (plan->log != nullptr)
        state.log = int(::syscall(
            SYS_openat, AT_FDCWD, plan->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    state.armed = true;
}

long faultboxDisarm()
{
    using koala::test::state;
    state.armed = false;
    if (state.log >= 0)
        ::syscall(SYS_close, state.log);
    state.log = -1;
    return state.calls;
}
