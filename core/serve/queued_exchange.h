// core/serve/queued_exchange.h: hands an answer from the threads that make it to the connection
// that sends it. The connection is told through `notify`, which may run on any thread and must be
// quick.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "core/serve/exchange.h"

namespace koala {

class QueuedExchange final : public Exchange {
public:
    explicit QueuedExchange(std::function<void()> notify) : m_notify(std::move(notify)) {}

    void reply(int status, std::string body) override
    {
        change([&] {
            m_status = status;
            m_body = std::move(body);
        });
    }
    void event(std::string data) override
    {
        change([&] {
            m_status = 200;
            m_streams = true;
            m_body += "data: ";
            m_body += data;
            m_body += "\n\n";
        });
    }
    std::stop_token stopToken() const override { return m_stop.get_token(); }
    void requestStop() { m_stop.request_stop(); }
    void wakeUp() { m_notify(); }
    // The worker has returned: nothing more comes.
    void finish()
    {
        change([&] { m_finished = true; });
    }

    struct Taken {
        int status = 0; // 0: nothing yet
        bool streams = false;
        bool finished = false;
        std::string body; // what came since the last call
    };
    Taken take()
    {
        const std::lock_guard lock(m_mutex);
        return {m_status, m_streams, m_finished, std::exchange(m_body, {})};
    }

private:
    template <typename Change>
    void change(const Change& apply)
    {
        {
            const std::lock_guard lock(m_mutex);
            apply();
        }
        m_notify();
    }

    std::function<void()> m_notify;
    std::stop_source m_stop;
    std::mutex m_mutex;
    int m_status = 0;
    bool m_streams = false;
    bool m_finished = false;
    std::string m_body;
};

} // namespace koala
