// Imports in which a call of the file system fails (reliability D3): the k-th, for every k, once
// or from then on. The import says which file and why, or gets over it; nothing half-made appears,
// nothing stays open, and once all is well again the import gives the rows it always gives.
#include "core/data/formats/dataset_import.h"
#include "tests/support/faultbox/faultbox.h"
#include "tests/support/long_tests.h"
#include "tests/support/memory_directory.h"

namespace koala {
namespace {

struct Fault {
    const char* name;
    int error;
    bool forEver;
};

void PrintTo(const Fault& fault, std::ostream* out)
{
    *out << fault.name;
}

class ImportWithAFailingCall : public testing::TestWithParam<Fault> {
protected:
    static std::size_t openFiles()
    {
        return std::size_t(std::distance(fs::directory_iterator("/proc/self/fd"), {}));
    }
    void writeTasks(int count)
    {
        std::string text;
        for (int i = 0; i < count; ++i)
            text +=
                i % 10 == 3
                    ? "{\"instruction\": broken}\n"
                    : fmt::format(
                          "{{\"instruction\":\"Count to {}\",\"input\":\"\",\"output\":\"{}\"}}\n",
                          i, i);
        test::writeText(m_request.files[0], text);
    }
    // The calls of an import; with the rows it gives in m_rowsSha256.
    long undisturbed()
    {
        test::FaultPlan plan = planFor(0);
        faultboxArm(&plan);
        const auto manifest = importDataset(m_request);
        const long calls = faultboxDisarm();
        EXPECT_TRUE(manifest.ok()) << manifest.error().message;
        m_rowsSha256 = manifest->rowsSha256;
        EXPECT_TRUE(removeAll(m_request.datasetsDirectory / "tasks").ok());
        return calls;
    }
    test::FaultPlan planFor(long call) const
    {
        test::FaultPlan plan;
        plan.under = m_folder.path().c_str();
        plan.failAt = call;
        plan.failWith = GetParam().error;
        plan.forEver = GetParam().forEver;
        return plan;
    }
    // A journal that cannot be written is opened by SQLite for reading; when that succeeds, all it
    // has to say later is this.
    static bool forgottenBySqlite(const std::string& message)
    {
        return !GetParam().forEver &&
               message.find("index.sqlite: disk I/O error") != std::string::npos;
    }
    void failAt(long call)
    {
        SCOPED_TRACE(fmt::format("call {}", call));
        const std::size_t before = openFiles();
        const test::FaultPlan plan = planFor(call);
        faultboxArm(&plan);
        const auto manifest = importDataset(m_request);
        faultboxDisarm();
        EXPECT_EQ(openFiles(), before);
        const fs::path made = m_request.datasetsDirectory / "tasks";
        if (fs::exists(made)) {
            const auto complete = readDatasetManifest(made);
            ASSERT_TRUE(complete.ok()) << complete.error().message;
            EXPECT_EQ(complete->rowsSha256, m_rowsSha256);
            ASSERT_TRUE(removeAll(made).ok());
        } else {
            EXPECT_FALSE(manifest.ok());
        }
        if (!manifest.ok()) {
            ++m_failed;
            const std::string& message = manifest.error().message;
            EXPECT_TRUE(message.find(errnoText(GetParam().error)) != std::string::npos ||
                        forgottenBySqlite(message))
                << message;
            EXPECT_NE(message.find(m_folder.path().string()), std::string::npos) << message;
        }
        const auto again = importDataset(m_request);
        ASSERT_TRUE(again.ok()) << again.error().message;
        EXPECT_EQ(again->rowsSha256, m_rowsSha256);
        EXPECT_EQ(std::distance(fs::directory_iterator(m_request.datasetsDirectory), {}), 1)
            << "what the failed import could not remove is removed by the next one";
        ASSERT_TRUE(removeAll(made).ok());
    }
    TemporaryDirectory m_folder = test::memoryDirectory();
    ImportRequest m_request = [this] {
        ImportRequest request;
        request.datasetsDirectory = m_folder.path() / "datasets";
        request.files = {m_folder.path() / "tasks.jsonl"};
        return request;
    }();
    std::string m_rowsSha256;
    int m_failed = 0;
};

TEST_P(ImportWithAFailingCall, SaysWhatFailedAndLeavesNothingHalfMade)
{
    writeTasks(40);
    const long calls = undisturbed();
    ASSERT_GT(calls, 5);
    for (long call = 1; call <= calls && !HasFatalFailure(); ++call)
        failAt(call);
    EXPECT_GT(m_failed, calls / 2);
}

// With a checkpoint in between. Every call only where time is no matter.
TEST_P(ImportWithAFailingCall, SaysSoInALongerImportToo)
{
    writeTasks(9'000);
    const long calls = undisturbed();
    const long stride = test::longTests() ? 1 : 29;
    for (long call = 1; call <= calls && !HasFatalFailure(); call += stride)
        failAt(call);
    EXPECT_GT(m_failed, 0);
}

INSTANTIATE_TEST_SUITE_P(Faults, ImportWithAFailingCall,
    testing::Values(Fault{"EIO_once", EIO, false}, Fault{"EIO_for_ever", EIO, true},
        Fault{"EDQUOT_once", EDQUOT, false}, Fault{"EDQUOT_for_ever", EDQUOT, true},
        Fault{"EROFS_once", EROFS, false}, Fault{"EROFS_for_ever", EROFS, true},
        Fault{"EMFILE_once", EMFILE, false}, Fault{"EMFILE_for_ever", EMFILE, true},
        Fault{"ENOSPC_once", ENOSPC, false}, Fault{"ENOSPC_for_ever", ENOSPC, true}),
    [](const auto& fault) { return std::string(fault.param.name); });

} // namespace
} // namespace koala
