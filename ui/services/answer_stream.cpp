#include "ui/services/answer_stream.h"

#include <chrono>
#include <mutex>
#include <optional>
#include <thread>

namespace koala {

// What the engine's thread and the window share. `receiver` is null once the window has lost
// interest.
struct AnswerStream::Shared {
    std::mutex mutex;
    AnswerStream* receiver = nullptr;
    std::string text;
    int tokens = 0;
    double tokensPerSecond = 0;
    bool posted = false;
    std::optional<Result<Generation>> outcome;

    // One queued call for however many tokens come before the window looks.
    void post()
    {
        if (receiver == nullptr || posted)
            return;
        posted = true;
        AnswerStream* target = receiver;
        QMetaObject::invokeMethod(target, [target] { target->take(); }, Qt::QueuedConnection);
    }
};

AnswerStream::AnswerStream(
    std::shared_ptr<Engine> engine, GenerationRequest request, QObject* parent)
    : QObject(parent), m_shared(std::make_shared<Shared>())
{
    m_shared->receiver = this;
    std::thread([shared = m_shared, engine = std::move(engine), request = std::move(request),
                    stop = m_stop.get_token()] {
        std::optional<std::chrono::steady_clock::time_point> first;
        auto outcome = engine->generate(
            request,
            [&](const GeneratedToken& token) {
                const auto now = std::chrono::steady_clock::now();
                if (!first)
                    first = now;
                const double seconds = std::chrono::duration<double>(now - *first).count();
                const std::lock_guard lock(shared->mutex);
                shared->text += token.text;
                if (++shared->tokens > 1 && seconds > 0)
                    shared->tokensPerSecond = (shared->tokens - 1) / seconds;
                shared->post();
            },
            stop);
        const std::lock_guard lock(shared->mutex);
        shared->outcome = std::move(outcome);
        shared->post();
    }).detach();
}

AnswerStream::~AnswerStream()
{
    m_stop.request_stop();
    const std::lock_guard lock(m_shared->mutex);
    m_shared->receiver = nullptr;
}

void AnswerStream::stop()
{
    m_stop.request_stop();
}

void AnswerStream::take()
{
    std::optional<Result<Generation>> outcome;
    {
        const std::lock_guard lock(m_shared->mutex);
        m_shared->posted = false;
        m_text += QString::fromStdString(m_shared->text);
        m_shared->text.clear();
        m_tokens = m_shared->tokens;
        m_tokensPerSecond = m_shared->tokensPerSecond;
        outcome = std::move(m_shared->outcome);
        m_shared->outcome.reset();
    }
    Q_EMIT grew();
    if (!outcome)
        return;
    if (outcome->ok())
        Q_EMIT finished(**outcome);
    else
        Q_EMIT failed(QString::fromStdString(outcome->error().message));
}

} // namespace koala
