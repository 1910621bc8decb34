// app/koala/signal_watcher.h: turns signals into a call on a thread of their own. Make it first in
// a command, before other threads start, so that they inherit the blocked signals.
#pragma once

#include <atomic>
#include <functional>
#include <initializer_list>
#include <thread>

#include <signal.h>

namespace koala {

class SignalWatcher {
public:
    SignalWatcher(std::initializer_list<int> signals, std::function<void(int)> onSignal);
    ~SignalWatcher();
    SignalWatcher(const SignalWatcher&) = delete;
    SignalWatcher& operator=(const SignalWatcher&) = delete;

private:
    sigset_t m_signals;
    std::function<void(int)> m_onSignal;
    std::atomic<bool> m_ending = false;
    std::thread m_thread;
};

} // namespace koala
