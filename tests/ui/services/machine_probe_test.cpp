#include "ui/services/machine_probe.h"

#include <chrono>

#include <gtest/gtest.h>

#include "core/base/time.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

class MachineProbe : public testing::Test {
protected:
    void SetUp() override
    {
        test::writeText(places.proc / "cpuinfo",
            "processor\t: 0\nmodel name\t: Sample 9000\nphysical id\t: 0\ncore id\t: 0\n"
            "flags\t\t: fpu avx2 avx512f avx512_vnni\n\nprocessor\t: 1\nphysical id\t: 0\ncore "
            "id\t: 0\n");
        test::writeText(places.proc / "meminfo",
            "MemTotal:       32000000 kB\nMemFree:  1000 kB\nMemAvailable:   8000000 kB\n");
        test::writeText(places.osRelease, "NAME=x\nPRETTY_NAME=\"Sample OS 12\"\n");
    }
    void program(const fs::path& path, const std::string& script)
    {
        test::writeText(path, "#!/bin/sh\n" + script);
        fs::permissions(path, fs::perms::owner_all);
    }

    TemporaryDirectory folder = test::temporaryDirectory();
    ProbePlaces places{folder.path() / "proc", folder.path() / "os-release",
        folder.path() / "cgroup", (folder.path() / "nvidia-smi").string(), folder.path() / "bin"};
};

TEST_F(MachineProbe, ReadsProcessorSystemAndInstructionSets)
{
    const MachineFacts facts = probeMachine(places);
    EXPECT_EQ(facts.processor, "Sample 9000");
    EXPECT_EQ(facts.system, "Sample OS 12");
    EXPECT_EQ(facts.cores, 1);
    EXPECT_EQ(facts.threads, 2);
    std::string present;
    for (const InstructionSet& set : facts.instructionSets)
        present += set.present ? set.name + ";" : "";
    EXPECT_EQ(present, "AVX2;AVX-512;VNNI;");
}

TEST_F(MachineProbe, SaysThatThereIsNoGpuAndWhichProgramsAreMissing)
{
    const MachineFacts facts = probeMachine(places);
    EXPECT_TRUE(facts.gpus.empty());
    EXPECT_EQ(facts.gpuNote, "No NVIDIA GPU found: there is no nvidia-smi on this computer.");
    const std::vector<ProgramFacts> programs = probePrograms(places);
    ASSERT_EQ(programs.size(), 2U);
    EXPECT_EQ(programs[0].problem, "not there");
}

TEST_F(MachineProbe, AsksNvidiaSmiAndTheProgramsBesideIt)
{
    program(folder.path() / "nvidia-smi",
        "echo '0, Sample GPU, 570.1, 81920, 1024'\necho broken line\n");
    program(places.programs / "koala", "echo 0.1.0\n");
    program(places.programs / "koala-torch", "exit 3\n");
    const MachineFacts facts = probeMachine(places);
    ASSERT_EQ(facts.gpus.size(), 1U);
    EXPECT_EQ(facts.gpus[0].name, "Sample GPU");
    EXPECT_EQ(facts.gpus[0].memoryTotal, std::uint64_t(80) << 30);
    const std::vector<ProgramFacts> programs = probePrograms(places);
    EXPECT_EQ(programs[0].version, "0.1.0");
    EXPECT_NE(programs[1].problem.find("status 3"), std::string::npos);
}

TEST_F(MachineProbe, ALowerLimitOfTheContainerCountsAsTheMemory)
{
    EXPECT_EQ(probeLoad(folder.path(), places).memoryFree, 8'000'000'000ULL * 1024 / 1000);
    test::writeText(places.cgroup / "memory.max", "1000000\n");
    test::writeText(places.cgroup / "memory.current", "400000\n");
    const MachineLoad load = probeLoad(folder.path(), places);
    EXPECT_EQ(load.memoryTotal, 1'000'000U);
    EXPECT_EQ(load.memoryFree, 600'000U);
    EXPECT_GT(load.diskTotal, load.diskFree);
}

TEST_F(MachineProbe, MeasuringTheWriteSpeedTakesTwoSecondsAtMostAndLeavesNothing)
{
    const auto start = std::chrono::steady_clock::now();
    const fs::path place = folder.path() / "disk";
    fs::create_directories(place);
    const Result<WriteSpeed> speed = measureWriteSpeed(place);
    ASSERT_TRUE(speed.ok()) << speed.error().message;
    EXPECT_LT(secondsSince(start), 4.0); // a slow sync may come on top
    EXPECT_GT(speed->bytesPerSecond(), 0);
    EXPECT_TRUE(fs::is_empty(place));
    EXPECT_FALSE(measureWriteSpeed(folder.path() / "gone").ok());
}

} // namespace
} // namespace koala
