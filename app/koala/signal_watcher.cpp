#include "app/koala/signal_watcher.h"

namespace koala {

SignalWatcher::SignalWatcher(std::initializer_list<int> signals, std::function<void(int)> onSignal)
    : m_onSignal(std::move(onSignal))
{
    ::sigemptyset(&m_signals);
    for (const int number : signals)
        ::sigaddset(&m_signals, number);
    ::pthread_sigmask(SIG_BLOCK, &m_signals, nullptr);
    m_thread = std::thread([this] {
        for (;;) {
            int number = 0;
            if (::sigwait(&m_signals, &number) != 0)
                return;
            if (m_ending)
                return;
            m_onSignal(number);
        }
    });
}

SignalWatcher::~SignalWatcher()
{
    m_ending = true;
    for (int number = 1; number < NSIG; ++number)
        if (::sigismember(&m_signals, number) == 1) {
            ::pthread_kill(m_thread.native_handle(), number); // wakes sigwait
            break;
        }
    m_thread.join();
}

} // namespace koala
