#include "core/serve/worker_queue.h"

namespace koala {

WorkerQueue::~WorkerQueue()
{
    {
        const std::lock_guard lock(m_mutex);
        m_ending = true;
    }
    m_changed.notify_all();
    for (std::thread& thread : m_threads)
        thread.join();
}

bool WorkerQueue::submit(std::function<void()> work)
{
    {
        const std::lock_guard lock(m_mutex);
        const bool busy = int(m_work.size()) >= m_idle;
        if (busy && int(m_threads.size()) < m_active)
            m_threads.emplace_back([this] { run(); });
        else if (busy && int(m_work.size()) >= m_idle + m_queue)
            return false;
        m_work.push_back(std::move(work));
    }
    m_changed.notify_one();
    return true;
}

int WorkerQueue::waiting() const
{
    const std::lock_guard lock(m_mutex);
    return int(m_work.size());
}

void WorkerQueue::run()
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        ++m_idle;
        m_changed.wait(lock, [this] { return m_ending || !m_work.empty(); });
        --m_idle;
        if (m_work.empty())
            return;
        const std::function<void()> work = std::move(m_work.front());
        m_work.pop_front();
        lock.unlock();
        work();
        lock.lock();
    }
}

} // namespace koala
