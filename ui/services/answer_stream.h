// ui/services/answer_stream.h: one answer being written. The engine runs on a thread of its own;
// text arrives here in batches at the GUI's pace, so a fast model never slows typing. Destroying
// the object ends the answer within a token and never waits for it.
#pragma once

#include <memory>
#include <stop_token>

#include <QObject>
#include <QString>

#include "core/api/engine.h"

namespace koala {

class AnswerStream final : public QObject {
    Q_OBJECT
public:
    AnswerStream(
        std::shared_ptr<Engine> engine, GenerationRequest request, QObject* parent = nullptr);
    ~AnswerStream() override;
    void stop();
    int tokens() const { return m_tokens; }
    double tokensPerSecond() const { return m_tokensPerSecond; }
    const QString& text() const { return m_text; }

Q_SIGNALS:
    void grew(); // text(), tokens() and tokensPerSecond() have changed
    void finished(const koala::Generation& generation);
    void failed(const QString& message);

private:
    struct Shared;
    void take();

    std::shared_ptr<Shared> m_shared;
    std::stop_source m_stop;
    QString m_text;
    int m_tokens = 0;
    double m_tokensPerSecond = 0;
};

} // namespace koala
