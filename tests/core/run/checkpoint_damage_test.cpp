// Reliability C1 to C3 and C5: what is damaged, mixed up or not finite is never gone on from.
#include "core/run/checkpoints.h"

#include <fstream>

#include "tests/support/temporary.h"

namespace koala {
namespace {

class DamagedCheckpoints : public testing::Test {
protected:
    DamagedCheckpoints()
    {
        write(10, "first");
        write(20, "second");
    }
    fs::path run() const { return m_folder.path(); }
    fs::path step(std::int64_t number) const { return checkpointDirectory(run(), number); }
    void write(std::int64_t number, const std::string& words, bool finite = true)
    {
        fs::create_directories(step(number));
        for (const char* name : {"model.safetensors", "optimizer.safetensors", "state.json"})
            put(step(number) / name, words + name + std::string(200, 'x'));
        const Status written = writeManifest(step(number),
            {.step = number, .basePath = "base", .baseSha256 = "hash", .finite = finite});
        ASSERT_TRUE(written.ok()) << written.error().message;
    }
    static void put(const fs::path& file, const std::string& bytes)
    {
        std::ofstream(file, std::ios::binary) << bytes;
    }
    std::int64_t latest() const
    {
        const auto found = latestVerifiedCheckpoint(run());
        return found.ok() ? found->step : -1;
    }

    TemporaryDirectory m_folder = test::temporaryDirectory();
};

TEST_F(DamagedCheckpoints, OneBitAnywhereInItsFilesIsNoticed)
{
    std::uint64_t state = 5;
    const auto next = [&] {
        return state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    };
    const std::vector<std::string> names{
        "model.safetensors", "optimizer.safetensors", "state.json"};
    int refused = 0;
    constexpr int kFlips = 2000;
    for (int i = 0; i < kFlips; ++i) {
        const fs::path file = step(20) / names[(next() >> 33) % 3];
        const std::string good = *readFile(file);
        std::string bad = good;
        bad[(next() >> 33) % bad.size()] ^= char(1 << ((next() >> 33) % 8));
        put(file, bad);
        const Status verified = verifyCheckpoint(step(20));
        if (!verified.ok() &&
            verified.error().message.find(file.filename().string()) != std::string::npos)
            ++refused;
        put(file, good);
    }
    EXPECT_EQ(refused, kFlips);
    EXPECT_EQ(latest(), 20);
}

TEST_F(DamagedCheckpoints, AFileCutLongerEmptyOrGoneIsNoticed)
{
    for (const char* name : {"model.safetensors", "optimizer.safetensors", "state.json"}) {
        const fs::path file = step(20) / name;
        const std::string good = *readFile(file);
        for (std::size_t size = 0; size < good.size(); size += 7) {
            put(file, good.substr(0, size));
            EXPECT_EQ(latest(), 10) << name << size;
        }
        put(file, good + "x");
        EXPECT_EQ(latest(), 10);
        fs::remove(file);
        EXPECT_EQ(latest(), 10);
        put(file, good);
        EXPECT_EQ(latest(), 20);
    }
    const std::string manifest = *readFile(step(20) / "manifest.json");
    for (std::size_t size = 0; size < manifest.size() - 2; size += 11) {
        put(step(20) / "manifest.json", manifest.substr(0, size));
        EXPECT_EQ(latest(), 10) << size;
    }
}

TEST_F(DamagedCheckpoints, AFileOrManifestOfAnotherStepIsNoticed)
{
    const auto copy = [&](const char* name) {
        fs::copy_file(step(10) / name, step(20) / name, fs::copy_options::overwrite_existing);
    };
    copy("optimizer.safetensors");
    EXPECT_EQ(latest(), 10);
    write(20, "second");
    for (const char* name :
        {"model.safetensors", "optimizer.safetensors", "state.json", "manifest.json"})
        copy(name);
    EXPECT_EQ(latest(), 10);
    EXPECT_NE(inspectCheckpoint(step(20)).problem.find("is that of step 10"), std::string::npos)
        << inspectCheckpoint(step(20)).problem;
}

TEST_F(DamagedCheckpoints, OneThatIsNotFiniteStaysASuspect)
{
    write(30, "third", false);
    EXPECT_TRUE(verifyCheckpoint(step(30)).ok());
    EXPECT_FALSE(inspectCheckpoint(step(30)).finite);
    EXPECT_EQ(latest(), 20);
}

} // namespace
} // namespace koala
