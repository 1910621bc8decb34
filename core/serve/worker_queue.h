// core/serve/worker_queue.h: the threads that work on requests, and the bounded queue before them.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace koala {

class WorkerQueue {
public:
    // Threads are made as they are needed, at most `active` of them.
    WorkerQueue(int active, int queue) : m_active(active), m_queue(queue) {}
    ~WorkerQueue();
    // False when `active` run and `queue` wait already.
    bool submit(std::function<void()> work);
    int waiting() const;

private:
    void run();

    const int m_active;
    const int m_queue;
    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<std::function<void()>> m_work;
    std::vector<std::thread> m_threads;
    int m_idle = 0;
    bool m_ending = false;
};

} // namespace koala
