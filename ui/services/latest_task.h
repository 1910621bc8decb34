// ui/services/latest_task.h: work off the GUI thread of which only the newest request matters. A
// newer request asks the older one to stop and drops its answer. GUI thread; the work runs on one
// thread of its own and gets a stop token that it must look at often enough.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <type_traits>
#include <utility>

#include <QObject>
#include <QThreadPool>

namespace koala {

class LatestTask final : public QObject {
public:
    explicit LatestTask(QObject* parent = nullptr) : QObject(parent)
    {
        m_pool.setMaxThreadCount(1);
    }
    ~LatestTask() override
    {
        cancel();
        m_pool.waitForDone();
    }

    // work(std::stop_token) -> answer runs in the background, done(answer) here, unless overtaken.
    template <typename Work, typename Done>
    void request(Work work, Done done)
    {
        cancel();
        m_stop = std::stop_source();
        m_busy = true;
        const std::uint64_t number = m_number;
        m_pool.start([this, number, stop = m_stop.get_token(), work = std::move(work),
                         done = std::move(done)]() mutable {
            if (stop.stop_requested())
                return;
            using WorkResult = std::invoke_result_t<Work, std::stop_token>;
            auto answer = std::make_shared<WorkResult>(work(stop));
            QMetaObject::invokeMethod(
                this,
                [this, number, answer, done = std::move(done)]() mutable {
                    if (number != m_number)
                        return;
                    m_busy = false;
                    done(std::move(*answer));
                },
                Qt::QueuedConnection);
        });
    }
    void cancel()
    {
        ++m_number;
        m_busy = false;
        m_stop.request_stop();
    }
    bool busy() const { return m_busy; }

private:
    QThreadPool m_pool;
    std::stop_source m_stop;
    std::uint64_t m_number = 0;
    bool m_busy = false;
};

} // namespace koala
