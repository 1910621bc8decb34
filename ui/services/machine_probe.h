// ui/services/machine_probe.h: what this computer is and has, asked of the system itself. Nothing
// is guessed: a fact that cannot be read is empty and stays out of the page. Blocking, for workers
// only; child programs that do not answer are ended after a limit.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/files.h"
#include "core/run/run_list.h"

namespace koala {

struct InstructionSet {
    std::string name; // "AVX-512 BF16"
    std::string use;  // what it is good for here
    bool present = false;
};

struct GpuFacts {
    int index = 0;
    std::string name;
    std::string driver;
    std::uint64_t memoryTotal = 0; // bytes
    std::uint64_t memoryUsed = 0;
};

struct ProgramFacts {
    std::string name;    // "koala-torch"
    std::string role;    // what it does
    fs::path path;       // where it should be
    std::string version; // what it says of itself; "" when it is not there or does not answer
    std::string problem; // why there is no version
};

// What does not change while the window is open.
struct MachineFacts {
    std::string hostName;
    std::string system; // "Debian GNU/Linux 12 (bookworm)"
    std::string kernel;
    std::string architecture;
    std::string libc; // "glibc 2.36"
    std::string processor;
    int cores = 0;   // physical; 0 unknown
    int threads = 0; // that this process may use
    std::vector<InstructionSet> instructionSets;
    std::vector<GpuFacts> gpus;
    std::string gpuNote;                // why the list is empty
    std::vector<ProgramFacts> programs; // asked apart: loading libtorch takes its time
};

// What does.
struct MachineLoad {
    std::uint64_t memoryTotal = 0; // bytes; a limit of the container counts when it is lower
    std::uint64_t memoryFree = 0;  // that programs can still get
    std::uint64_t diskTotal = 0;   // where the project lies
    std::uint64_t diskFree = 0;
    std::string diskProblem;
    double loadAverage = -1;      // of the last minute; -1 unknown
    std::vector<RunSummary> runs; // of the project, going on on this computer now
};

// Where the facts are read; tests name other places.
struct ProbePlaces {
    fs::path proc = "/proc";
    fs::path osRelease = "/etc/os-release";
    fs::path cgroup = "/sys/fs/cgroup";
    std::string nvidiaSmi = "nvidia-smi"; // a path or a name on PATH
    fs::path programs; // folder of koala and koala-torch; empty: beside this program
};

MachineFacts probeMachine(const ProbePlaces& places = {}, std::stop_token stop = {});
// Starts each with --version.
std::vector<ProgramFacts> probePrograms(const ProbePlaces& places = {}, std::stop_token stop = {});
MachineLoad probeLoad(const fs::path& project, const ProbePlaces& places = {});

struct WriteSpeed {
    std::uint64_t bytes = 0;
    double seconds = 0;
    double bytesPerSecond() const { return seconds > 0 ? double(bytes) / seconds : 0; }
};
// Writes and syncs in steps for about a second, at most 512 MB and a tenth of what is free. The
// file has no name from the start, so nothing of it can stay behind.
Result<WriteSpeed> measureWriteSpeed(const fs::path& directory, std::stop_token stop = {});

// All of it as plain text, for a message to someone who helps.
std::string describe(const MachineFacts& facts, const MachineLoad& load);

} // namespace koala
