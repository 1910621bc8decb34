#include "core/data/row_scan.h"

#include <atomic>
#include <condition_variable>

namespace koala {
namespace {

constexpr std::size_t kRowsPerTask = 256;

class Scan {
public:
    Scan(const Dataset& dataset, std::span<const std::uint32_t> candidates,
        const std::function<RowTest()>& makeTest, std::stop_token stop)
        : m_dataset(dataset), m_candidates(candidates), m_makeTest(makeTest),
          m_stop(std::move(stop)), m_tasks((candidates.size() + kRowsPerTask - 1) / kRowsPerTask)
    {
    }

    Result<std::vector<std::uint32_t>> run(const FoundRows& part)
    {
        std::vector<std::jthread> workers;
        const std::size_t threads = std::min<std::size_t>(
            std::clamp(std::thread::hardware_concurrency(), 1u, 4u), m_tasks.size());
        for (std::size_t i = 0; i < threads; ++i)
            workers.emplace_back([this] { work(); });
        std::vector<std::uint32_t> found;
        std::size_t told = 0;
        std::size_t taken = 0;
        std::unique_lock lock(m_mutex);
        while (taken < m_tasks.size() && !m_error) {
            m_changed.wait_for(lock, std::chrono::milliseconds(100),
                [&] { return m_error || m_finished == m_tasks.size(); });
            for (; taken < m_tasks.size() && m_tasks[taken]; ++taken)
                found.insert(found.end(), m_tasks[taken]->begin(), m_tasks[taken]->end());
            if (part && told < found.size() && !m_error) {
                lock.unlock();
                part(std::span(found).subspan(told));
                told = found.size();
                lock.lock();
            }
        }
        lock.unlock();
        workers.clear(); // joined before the error is read
        if (m_error)
            return *m_error;
        return found;
    }

private:
    void work()
    {
        const RowTest test = m_makeTest();
        RowTexts texts;
        std::string line;
        for (std::size_t task = m_next++; task < m_tasks.size() && !m_failed; task = m_next++) {
            std::vector<std::uint32_t> passed;
            const auto rows = m_candidates.subspan(task * kRowsPerTask,
                std::min(kRowsPerTask, m_candidates.size() - task * kRowsPerTask));
            for (const std::uint32_t row : rows) {
                if (m_stop.stop_requested())
                    return fail(cancelled("the search was stopped"));
                if (const Status read = m_dataset.readLine(row, line); !read.ok())
                    return fail(read.error());
                if (!texts.parse(line))
                    return fail(invalidInput(fmt::format("dataset {} row {} is damaged; import "
                                                         "its source again",
                        m_dataset.manifest().slug, row + 1)));
                if (test(texts))
                    passed.push_back(row);
            }
            const std::scoped_lock lock(m_mutex);
            m_tasks[task] = std::move(passed);
            if (++m_finished == m_tasks.size())
                m_changed.notify_one();
        }
    }

    void fail(Error error)
    {
        const std::scoped_lock lock(m_mutex);
        if (!m_error)
            m_error = std::move(error);
        m_failed = true;
        m_changed.notify_one();
    }

    const Dataset& m_dataset;
    std::span<const std::uint32_t> m_candidates;
    const std::function<RowTest()>& m_makeTest;
    std::stop_token m_stop;
    std::vector<std::optional<std::vector<std::uint32_t>>> m_tasks;
    std::atomic<std::size_t> m_next{0};
    std::atomic<bool> m_failed{false};
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::size_t m_finished = 0;
    std::optional<Error> m_error;
};

} // namespace

Result<std::vector<std::uint32_t>> scanRows(const Dataset& dataset,
    std::span<const std::uint32_t> candidates, const std::function<RowTest()>& makeTest,
    std::stop_token stop, const FoundRows& part)
{
    return Scan(dataset, candidates, makeTest, std::move(stop)).run(part);
}

} // namespace koala
