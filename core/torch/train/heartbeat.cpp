#include "core/torch/train/heartbeat.h"

#include <chrono>

namespace koala {

Heartbeat::Heartbeat(EventLogWriter& log, const std::atomic<std::int64_t>& step)
    : m_log(log), m_step(step), m_thread([this] { beat(); })
{
}

Heartbeat::~Heartbeat()
{
    {
        const std::lock_guard lock(m_mutex);
        m_ending = true;
    }
    m_wake.notify_all();
    m_thread.join();
}

void Heartbeat::beat()
{
    std::unique_lock lock(m_mutex);
    while (!m_wake.wait_for(lock, std::chrono::seconds(4), [this] { return m_ending; }))
        if (!m_log.append(HeartbeatEvent{m_step}).ok())
            continue; // the loop meets the same failure with its next event and ends the run
}

} // namespace koala
