// core/kernels/thread_pool.h: a few threads that share one piece of work after another. They watch
// for the next piece for up to 20 microseconds and then sleep, so that a pass over a model costs no
// system calls and an idle engine costs nothing. One thread at a time may call run().
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

namespace koala {

class ThreadPool {
public:
    explicit ThreadPool(int threads); // the caller of run() is one of them; at least 1
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    int size() const { return static_cast<int>(m_workers.size()) + 1; }

    // Calls body(begin, end, thread) for pieces of at most `grain` that cover [0, count), each
    // once; returns when all are done. Which thread gets which piece is not fixed.
    template <typename Body>
    void run(std::size_t count, std::size_t grain, Body&& body)
    {
        if (count == 0)
            return;
        if (m_workers.empty() || count <= grain) {
            body(std::size_t(0), count, 0);
            return;
        }
        const auto call = [](void* context, std::size_t begin, std::size_t end, int thread) {
            (*static_cast<std::remove_reference_t<Body>*>(context))(begin, end, thread);
        };
        share(count, grain, call, &body);
    }

private:
    using Call = void (*)(void* context, std::size_t begin, std::size_t end, int thread);
    void share(std::size_t count, std::size_t grain, Call call, void* context);
    void work(int thread);
    void takePieces(int thread);

    std::vector<std::jthread> m_workers;
    // Of this round. Written between rounds only: a round lasts until every piece that was taken is
    // done, and who has taken one may read them.
    std::size_t m_count = 0;
    std::size_t m_grain = 1;
    std::size_t m_pieces = 0;
    Call m_call = nullptr;
    void* m_context = nullptr;
    // Round (high half) and pieces not taken yet (low half): a thread that comes late for one round
    // cannot take from the next by mistake, and nobody waits for it.
    alignas(64) std::atomic<std::uint64_t> m_left = 0;
    alignas(64) std::atomic<std::uint32_t> m_unfinished = 0;
    alignas(64) std::atomic<std::uint32_t> m_round = 0;
    std::atomic<bool> m_ending = false;
};

} // namespace koala
