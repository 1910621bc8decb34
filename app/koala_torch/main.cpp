// app/koala_torch/main.cpp: the heavy program: it trains. koala starts it; it can be started by
// hand too.
#include <climits>
#include <cstdlib>

#include <malloc.h>
#include <unistd.h>

#include "app/koala_torch/commands.h"

namespace {

// glibc gives big blocks back to the system each time they are freed, which makes every operation
// on a fresh tensor fault its pages in again: ten times slower here.
void keepMemory()
{
    ::mallopt(M_MMAP_THRESHOLD, 1 << 30);
    ::mallopt(M_TRIM_THRESHOLD, INT_MAX);
    ::mallopt(M_TOP_PAD, 64 << 20);
}

// Threads of OpenMP that wait for each other burn their processor by default: beside any other work
// on the machine that made a training step three times slower. The library reads this before main,
// so the program starts itself once more, as the same process.
void waitAsleep(char** argv)
{
    if (std::getenv("OMP_WAIT_POLICY") != nullptr)
        return;
    ::setenv("OMP_WAIT_POLICY", "passive", 1);
    ::execv("/proc/self/exe", argv); // returns only where it failed: then slower, not wrong
}

} // namespace

int main(int argc, char** argv)
{
    waitAsleep(argv);
    keepMemory();
    CLI::App app{"Koala Workbench, the part that trains", "koala-torch"};
    app.set_version_flag("--version", std::string(KOALA_VERSION));
    app.require_subcommand(1);
    std::function<int()> action;
    koala::addTrainCommand(app, action);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    return action();
}
