#include "core/kernels/thread_pool.h"

#include <algorithm>
#include <chrono>

#include "core/base/check.h"

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
    m_pieces = (count + m_grain - 1) / m_grain;
    KOALA_CHECK(m_pieces < (std::uint64_t(1) << 32));
    m_call = call;
    m_context = context;
    m_unfinished.store(static_cast<std::uint32_t>(m_pieces), std::memory_order_relaxed);
    const std::uint32_t round = m_round.load(std::memory_order_relaxed) + 1;
    m_left.store(std::uint64_t(round) << 32 | m_pieces, std::memory_order_release);
    m_round.store(round, std::memory_order_release);
    m_round.notify_all();
    takePieces(0);
    for (std::uint32_t left = m_unfinished.load(std::memory_order_acquire); left != 0;
        left = m_unfinished.load(std::memory_order_acquire))
        awaitChange(m_unfinished, left);
}

void ThreadPool::work(int thread)
{
    std::uint32_t seen = 0;
    while (true) {
        awaitChange(m_round, seen);
        seen = m_round.load(std::memory_order_acquire);
        if (m_ending)
            return;
        takePieces(thread);
    }
}

void ThreadPool::takePieces(int thread)
{
    std::uint64_t left = m_left.load(std::memory_order_acquire);
    while ((left & 0xffffffffU) != 0) {
        if (!m_left.compare_exchange_weak(
                left, left - 1, std::memory_order_acq_rel, std::memory_order_acquire))
            continue;
        const std::size_t piece = m_pieces - (left & 0xffffffffU);
        const std::size_t begin = piece * m_grain;
        m_call(m_context, begin, std::min(begin + m_grain, m_count), thread);
        if (m_unfinished.fetch_sub(1, std::memory_order_acq_rel) == 1)
            m_unfinished.notify_one();
        left = m_left.load(std::memory_order_acquire);
    }
}

} // namespace koala
