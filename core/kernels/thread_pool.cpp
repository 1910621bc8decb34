#include "core/kernels/thread_pool.h"

#include <algorithm>
#include <chrono>

namespace koala {
namespace {

constexpr std::chrono::microseconds kWatch(20);

void relax()
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

// Until `value` is no longer `old`: watching first, then asleep.
template <typename T>
void awaitChange(const std::atomic<T>& value, T old)
{
    const auto until = std::chrono::steady_clock::now() + kWatch;
    do {
        for (int i = 0; i < 64; ++i) {
            if (value.load(std::memory_order_acquire) != old)
                return;
            relax();
        }
    } while (std::chrono::steady_clock::now() < until);
    value.wait(old, std::memory_order_acquire);
}

} // namespace

ThreadPool::ThreadPool(int threads)
{
    for (int i = 1; i < std::max(1, threads); ++i)
        m_workers.emplace_back([this, i] { work(i); });
}

ThreadPool::~ThreadPool()
{
    m_ending = true;
    m_round.fetch_add(1, std::memory_order_release);
    m_round.notify_all();
    m_workers.clear(); // joins them while what they watch is still there
}

void ThreadPool::share(std::size_t count, std::size_t grain, Call call, void* context)
{
    m_count = count;
    m_grain = std::max<std::size_t>(1, grain);
    m_call = call;
    m_context = context;
    m_next.store(0, std::memory_order_relaxed);
    m_busy.store(static_cast<int>(m_workers.size()), std::memory_order_relaxed);
    m_round.fetch_add(1, std::memory_order_release);
    m_round.notify_all();
    takePieces(0);
    for (int busy = m_busy.load(std::memory_order_acquire); busy != 0;
        busy = m_busy.load(std::memory_order_acquire))
        awaitChange(m_busy, busy);
}

void ThreadPool::work(int thread)
{
    std::uint32_t seen = 0;
    while (true) {
        awaitChange(m_round, seen);
        ++seen; // rounds are never skipped: the caller waits for all workers
        if (m_ending)
            return;
        takePieces(thread);
        if (m_busy.fetch_sub(1, std::memory_order_acq_rel) == 1)
            m_busy.notify_one();
    }
}

void ThreadPool::takePieces(int thread)
{
    while (true) {
        const std::size_t begin = m_next.fetch_add(m_grain, std::memory_order_relaxed);
        if (begin >= m_count)
            return;
        m_call(m_context, begin, std::min(begin + m_grain, m_count), thread);
    }
}

} // namespace koala
