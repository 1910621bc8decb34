// core/torch/train/heartbeat.h: a small thread that writes a heartbeat event every four seconds,
// also while the loop loads, computes or saves, until it is destroyed.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "core/run/event_log.h"

namespace koala {

class Heartbeat {
public:
    Heartbeat(EventLogWriter& log, const std::atomic<std::int64_t>& step);
    ~Heartbeat();
    Heartbeat(const Heartbeat&) = delete;
    Heartbeat& operator=(const Heartbeat&) = delete;

private:
    void beat();
    EventLogWriter& m_log;
    const std::atomic<std::int64_t>& m_step;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    bool m_ending = false;
    std::thread m_thread;
};

} // namespace koala
