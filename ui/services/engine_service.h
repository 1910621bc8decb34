// ui/services/engine_service.h: the `koala serve` child that answers chats: started when needed on
// a free port with a token file, reused while the same models are asked for, stopped with the
// window, and a crash noticed and named. Base and adapters share one process. GUI thread; nothing
// here waits.
#pragma once

#include <memory>

#include <QElapsedTimer>
#include <QObject>
#include <QProcess>
#include <QStringList>

#include "core/api/engine.h"
#include "core/base/files.h"

namespace koala {

class EngineService final : public QObject {
    Q_OBJECT
public:
    enum class Phase { Stopped, Starting, Loading, Ready, Failed, Crashed };
    Q_ENUM(Phase)

    explicit EngineService(fs::path project, QObject* parent = nullptr);
    ~EngineService() override;

    // models: a base, then its adapters, as `koala serve` takes them ("smollm2", "RUN@last").
    void ensure(const QStringList& models);
    void restart();
    void stop();

    Phase phase() const { return m_phase; }
    const QString& message() const { return m_message; } // of the phase, for people
    const QStringList& requestedModels() const { return m_models; }
    // Ids as requests name them, in the order of the command line; empty until Ready.
    const std::vector<ModelInfo>& models() const { return m_served; }
    qint64 processId() const { return m_process ? m_process->processId() : 0; }
    // Null until Ready. Shared with running answers, so it outlives a stop.
    std::shared_ptr<Engine> engine() const { return m_engine; }

Q_SIGNALS:
    void phaseChanged(koala::EngineService::Phase phase, const QString& message);

private:
    void launch();
    void readLine();
    void readWords();
    void ready(const QByteArray& line);
    void setPhase(Phase phase, const QString& message);
    void dropProcess();

    fs::path m_project;
    fs::path m_tokenFile;
    QStringList m_models;
    QProcess* m_process = nullptr;
    QByteArray m_output;
    QString m_lastWords;
    std::string m_token;
    Phase m_phase = Phase::Stopped;
    QString m_message;
    std::vector<ModelInfo> m_served;
    std::shared_ptr<Engine> m_engine;
};

} // namespace koala
