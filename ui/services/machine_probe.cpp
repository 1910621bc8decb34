#include "ui/services/machine_probe.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <set>
#include <sstream>

#include <gnu/libc-version.h>
#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <fmt/format.h>

#include "core/base/process.h"
#include "core/base/utf8.h"

namespace koala {
namespace {

using Clock = std::chrono::steady_clock;

std::string trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t\r\n\"");
    if (first == std::string_view::npos)
        return {};
    return toValidUtf8(text.substr(first, text.find_last_not_of(" \t\r\n\"") - first + 1));
}

// The value after the first `separator` of the first line that begins with `key`.
std::string valueOf(std::string_view text, std::string_view key, char separator)
{
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string_view line = text.substr(at, end - at);
        const std::size_t mark = line.find(separator);
        if (mark != std::string_view::npos && trimmed(line.substr(0, mark)) == key)
            return trimmed(line.substr(mark + 1));
        at = end + 1;
    }
    return {};
}

// Files of /proc have no size, so they are read as a head.
std::string textOf(const fs::path& path)
{
    return readHead(path, std::size_t(8) << 20).valueOr({});
}

std::vector<std::string> fields(const std::string& line, char separator)
{
    std::vector<std::string> parts;
    std::istringstream stream(line);
    for (std::string part; std::getline(stream, part, separator);)
        parts.push_back(trimmed(part));
    return parts;
}

std::uint64_t number(const std::string& text)
{
    return std::strtoull(text.c_str(), nullptr, 10);
}

struct Reply {
    std::vector<std::string> lines;
    std::string problem; // "" when it ended well
    bool missing = false;
};

Reply ask(std::vector<std::string> arguments, std::chrono::milliseconds limit, std::stop_token stop)
{
    Reply reply;
    ProcessOptions options;
    options.arguments = std::move(arguments);
    options.captureOutput = true;
    Result<ChildProcess> child = ChildProcess::start(options);
    if (!child) {
        reply.missing = child.error().code == ErrorCode::NotFound;
        reply.problem = child.error().message;
        return reply;
    }
    const auto deadline = Clock::now() + limit;
    std::optional<int> status;
    while (!status && Clock::now() < deadline && !stop.stop_requested()) {
        while (auto line = child->readLine(std::chrono::milliseconds(20)))
            if (reply.lines.size() < 256)
                reply.lines.push_back(trimmed(*line));
        status = child->waitFor(std::chrono::milliseconds(20));
    }
    while (auto line = child->readLine(std::chrono::milliseconds(0)))
        if (reply.lines.size() < 256)
            reply.lines.push_back(trimmed(*line));
    if (!status) {
        child->signal(SIGKILL);
        (void)child->waitFor(std::chrono::milliseconds(500));
        reply.problem = fmt::format(
            "{} gave no answer within {} s", options.arguments.front(), limit.count() / 1000);
    } else if (*status != 0) {
        reply.problem = fmt::format("{} ended with status {}{}", options.arguments.front(), *status,
            reply.lines.empty() ? "" : ": " + elided(reply.lines.back(), 200));
    }
    return reply;
}

void probeProcessor(MachineFacts& facts, const ProbePlaces& places)
{
    const std::string text = textOf(places.proc / "cpuinfo");
    facts.processor = valueOf(text, "model name", ':');
    std::set<std::pair<std::string, std::string>> cores;
    std::string physical;
    int listed = 0;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t colon = line.find(':');
        if (colon == std::string::npos)
            continue;
        const std::string key = trimmed(line.substr(0, colon));
        const std::string value = trimmed(line.substr(colon + 1));
        listed += key == "processor";
        if (key == "physical id")
            physical = value;
        else if (key == "core id")
            cores.insert({physical, value});
    }
    facts.cores = int(cores.size());
    facts.threads = listed;
    if (cpu_set_t mine; places.proc == "/proc" && ::sched_getaffinity(0, sizeof mine, &mine) == 0)
        facts.threads = CPU_COUNT(&mine);

    std::set<std::string> flags;
    std::istringstream words(valueOf(text, "flags", ':'));
    for (std::string word; words >> word;)
        flags.insert(word);
    const auto has = [&](const char* flag) { return flags.count(flag) > 0; };
    facts.instructionSets = {
        {"AVX2", "eight numbers at a time", has("avx2")},
        {"AVX-512", "sixteen numbers at a time", has("avx512f")},
        {"AVX-512 BF16", "bf16 products for training and chat", has("avx512_bf16")},
        {"VNNI", "8-bit products of quantised models", has("avx512_vnni") || has("avx_vnni")},
        {"AMX", "matrix tiles", has("amx_tile") && (has("amx_bf16") || has("amx_int8"))},
    };
}

void probeSystem(MachineFacts& facts, const ProbePlaces& places)
{
    utsname names{};
    if (::uname(&names) == 0) {
        facts.hostName = trimmed(names.nodename);
        facts.kernel = fmt::format("{} {}", names.sysname, names.release);
        facts.architecture = names.machine;
    }
    facts.system = valueOf(textOf(places.osRelease), "PRETTY_NAME", '=');
    facts.libc = fmt::format("glibc {}", ::gnu_get_libc_version());
}

void probeGpus(MachineFacts& facts, const ProbePlaces& places, std::stop_token stop)
{
    const Reply reply =
        ask({places.nvidiaSmi, "--query-gpu=index,name,driver_version,memory.total,memory.used",
                "--format=csv,noheader,nounits"},
            std::chrono::seconds(10), stop);
    if (reply.missing) {
        facts.gpuNote = "No NVIDIA GPU found: there is no nvidia-smi on this computer.";
        return;
    }
    if (!reply.problem.empty()) {
        facts.gpuNote = "No NVIDIA GPU found: " + reply.problem + ".";
        return;
    }
    for (const std::string& line : reply.lines) {
        const std::vector<std::string> parts = fields(line, ',');
        if (parts.size() < 5)
            continue;
        facts.gpus.push_back({int(number(parts[0])), parts[1], parts[2], number(parts[3]) << 20,
            number(parts[4]) << 20});
    }
    if (facts.gpus.empty())
        facts.gpuNote = "No NVIDIA GPU found: nvidia-smi lists none.";
}

std::uint64_t kilobytes(std::string_view text, std::string_view key)
{
    return number(valueOf(text, key, ':')) * 1024;
}

// A run that goes on has written within the last 15 seconds, so the others need not be read.
std::vector<RunSummary> runsGoingOn(const fs::path& project)
{
    std::vector<RunSummary> runs;
    std::error_code code;
    if (!fs::is_directory(project / "runs", code))
        return runs;
    const Result<std::vector<fs::path>> folders = listDirectory(project / "runs");
    if (!folders)
        return runs;
    for (const fs::path& folder : *folders) {
        const auto written = fs::last_write_time(folder / "events.jsonl", code);
        if (code || fs::file_time_type::clock::now() - written > std::chrono::minutes(1))
            continue;
        Result<RunSummary> run = readRunSummary(folder);
        if (run && run->phase == RunPhase::Running && run->machine.empty())
            runs.push_back(std::move(run).value());
    }
    return runs;
}

} // namespace

MachineFacts probeMachine(const ProbePlaces& places, std::stop_token stop)
{
    MachineFacts facts;
    probeSystem(facts, places);
    probeProcessor(facts, places);
    probeGpus(facts, places, stop);
    return facts;
}

std::vector<ProgramFacts> probePrograms(const ProbePlaces& places, std::stop_token stop)
{
    const fs::path folder = places.programs.empty() ? programDirectory() : places.programs;
    std::vector<ProgramFacts> programs = {
        {"koala", "imports, mixes, serves chats"}, {"koala-torch", "trains"}};
    for (ProgramFacts& program : programs) {
        program.path = folder / program.name;
        std::error_code code;
        const bool beside = fs::exists(program.path, code);
        // koala also takes the trainer from PATH (core/launch); itself it must be beside the
        // window.
        if (!beside && program.name != "koala-torch") {
            program.problem = "not there";
            continue;
        }
        const Reply reply = ask({beside ? program.path.string() : program.name, "--version"},
            std::chrono::seconds(20), stop);
        if (reply.missing) {
            program.problem = "not there";
            continue;
        }
        program.problem = reply.problem;
        if (reply.problem.empty() && !reply.lines.empty())
            program.version = elided(reply.lines.front(), 80);
        else if (reply.problem.empty())
            program.problem = "says no version";
    }
    return programs;
}

MachineLoad probeLoad(const fs::path& project, const ProbePlaces& places)
{
    MachineLoad load;
    const std::string memory = textOf(places.proc / "meminfo");
    load.memoryTotal = kilobytes(memory, "MemTotal");
    load.memoryFree = kilobytes(memory, "MemAvailable");
    if (const std::uint64_t limit = number(trimmed(textOf(places.cgroup / "memory.max")));
        limit > 0 && limit < load.memoryTotal) {
        const std::uint64_t used = number(trimmed(textOf(places.cgroup / "memory.current")));
        load.memoryTotal = limit;
        load.memoryFree = std::min(load.memoryFree, limit - std::min(limit, used));
    }
    if (const std::string average = textOf(places.proc / "loadavg"); !average.empty())
        load.loadAverage = std::strtod(average.c_str(), nullptr);
    if (const Result<DiskSpace> space = diskSpace(project)) {
        load.diskTotal = space->totalBytes;
        load.diskFree = space->freeBytes;
    } else {
        load.diskProblem = space.error().message;
    }
    load.runs = runsGoingOn(project);
    return load;
}

std::string describe(const MachineFacts& facts, const MachineLoad& load)
{
    const auto gigabytes = [](std::uint64_t bytes) {
        return fmt::format("{:.1f} GB", double(bytes) / 1e9);
    };
    std::string text =
        fmt::format("{}\nSystem: {}, {}, {}, {}\nProcessor: {}, {} cores, {} threads\n",
            facts.hostName, facts.system, facts.kernel, facts.architecture, facts.libc,
            facts.processor, facts.cores, facts.threads);
    text += "Instruction sets:";
    for (const InstructionSet& set : facts.instructionSets)
        text += fmt::format(" {} {};", set.name, set.present ? "yes" : "no");
    text += fmt::format("\nMemory: {} free of {}\nDisk of the project: {} free of {}\n",
        gigabytes(load.memoryFree), gigabytes(load.memoryTotal), gigabytes(load.diskFree),
        gigabytes(load.diskTotal));
    for (const GpuFacts& gpu : facts.gpus)
        text += fmt::format("GPU {}: {}, {}, driver {}\n", gpu.index, gpu.name,
            gigabytes(gpu.memoryTotal), gpu.driver);
    if (facts.gpus.empty())
        text += "GPU: " + facts.gpuNote + "\n";
    for (const ProgramFacts& program : facts.programs)
        text += fmt::format("{}: {} ({})\n", program.name,
            program.version.empty() ? program.problem : program.version, program.path.string());
    return text;
}

} // namespace koala
