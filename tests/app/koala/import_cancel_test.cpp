// Imports and indexing that are ended by request, in each of their parts: they end soon, say so,
// and leave nothing of an import. How soon is printed; the bound is far above it.
#include <chrono>
#include <iostream>
#include <thread>

#include "tests/app/koala/import_process.h"
#include "tests/support/long_tests.h"

namespace koala {
namespace {

using namespace std::chrono_literals;
using test::ImportProcess;
using test::namesIn;

struct Request {
    const char* name;
    int signal;
    int status;
};

void PrintTo(const Request& request, std::ostream* out)
{
    *out << request.name;
}

class EndedByRequest : public testing::TestWithParam<Request> {
protected:
    EndedByRequest()
    {
        test::writeRecords(m_file, test::kKinds[2], test::longTests() ? 2'000'000 : 60'000);
    }
    // The name of a file of the import at work, once it is there.
    static bool hasStaged(const fs::path& datasets, const char* file)
    {
        for (const std::string& name : namesIn(datasets))
            if (name.starts_with(".import") && fs::exists(datasets / name / file))
                return true;
        return false;
    }
    // Starts the command, waits until `reached` says so, sends the signal; the exit status.
    template <typename Reached>
    int endWhen(const char* part, std::vector<std::string> arguments, Reached&& reached)
    {
        ProcessOptions options = m_project.command(std::move(arguments));
        options.outputFile.clear();
        options.captureOutput = true;
        auto child = ChildProcess::start(options);
        EXPECT_TRUE(child.ok());
        while (child->running() && !reached(*child))
            std::this_thread::yield();
        child->signal(GetParam().signal);
        const auto asked = std::chrono::steady_clock::now();
        const auto status = child->waitFor(10s);
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - asked;
        EXPECT_TRUE(status) << part << ": still at work after 10 s";
        if (!status)
            child->signal(SIGKILL);
        std::cout << fmt::format("{} while {}: {:.3f} s\n", GetParam().name, part, took.count());
        return status.value_or(-1);
    }
    int endImportWhen(const char* part, auto&& reached)
    {
        const int status =
            endWhen(part, {"data", "import", "--json", "--name", "tasks", m_file.string()},
                std::forward<decltype(reached)>(reached));
        if (status == 0) { // it was done before the signal came
            EXPECT_TRUE(readDatasetManifest(m_project.made()).ok());
            EXPECT_TRUE(removeAll(m_project.made()).ok());
        } else {
            EXPECT_EQ(status, GetParam().status);
        }
        EXPECT_TRUE(namesIn(m_project.datasets()).empty());
        return status;
    }
    // True once a line of progress says that so many rows are done.
    static auto rows(std::uint64_t wanted)
    {
        return [wanted](ChildProcess& child) {
            const auto line = child.readLine(10ms);
            return line && test::lastNumber({0, *line}, "rows") >= wanted;
        };
    }
    TemporaryDirectory m_folder = test::temporaryDirectory(); // on a disk, for the syncs
    fs::path m_file = m_folder.path() / "source.json";
    ImportProcess m_project{m_folder.path() / "project"};
};

TEST_P(EndedByRequest, AnImportEndsSoonAndLeavesNothing)
{
    const fs::path datasets = m_project.datasets();
    endImportWhen("hashing", [&](ChildProcess&) { return hasStaged(datasets, "rows.jsonl"); });
    EXPECT_EQ(endImportWhen("reading", rows(1)), GetParam().status);
    endImportWhen("publishing", [&](ChildProcess&) { return hasStaged(datasets, "steps.json"); });
}

TEST_P(EndedByRequest, IndexingEndsSoonAndGoesOnLater)
{
    ASSERT_EQ(m_project.import(m_file).status, 0);
    endWhen("indexing", {"data", "index", "tasks", "--json"}, rows(1));
    const auto stopped = Dataset::open(m_project.made());
    ASSERT_TRUE(stopped.ok());
    EXPECT_EQ(
        (*stopped)->indexedRows() % 4096 * ((*stopped)->size() - (*stopped)->indexedRows()), 0u)
        << "whole blocks";
    ASSERT_EQ(m_project.run({"data", "index", "tasks"}).status, 0);
    const auto whole = Dataset::open(m_project.made());
    ASSERT_TRUE(whole.ok());
    EXPECT_EQ((*whole)->indexedRows(), (*whole)->size());
}

INSTANTIATE_TEST_SUITE_P(Signals, EndedByRequest,
    testing::Values(Request{"SIGINT", SIGINT, 130}, Request{"SIGTERM", SIGTERM, 143}),
    [](const auto& request) { return std::string(request.param.name); });

} // namespace
} // namespace koala
