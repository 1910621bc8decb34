#include "ui/services/engine_service.h"

#include <csignal>

#include <sys/prctl.h>
#include <sys/stat.h>

#include <QCoreApplication>

#include "core/base/ids.h"
#include "core/base/json.h"
#include "core/client/http_engine.h"
#include "ui/services/json_child.h"
#include "ui/services/words.h"

namespace koala {

namespace {
// Readable by its owner alone before a byte is in it.
Status writeTokenFile(const fs::path& path, const std::string& token)
{
    const mode_t old = ::umask(0077);
    Status written = writeFileAtomically(path, token + "\n");
    ::umask(old);
    return written;
}
} // namespace

EngineService::EngineService(fs::path project, QObject* parent)
    : QObject(parent), m_project(std::move(project))
{
}

EngineService::~EngineService()
{
    dropProcess();
    std::error_code ignored;
    if (!m_tokenFile.empty())
        fs::remove(m_tokenFile, ignored);
}

void EngineService::ensure(const QStringList& models)
{
    const bool alive =
        m_phase == Phase::Starting || m_phase == Phase::Loading || m_phase == Phase::Ready;
    if (alive && models == m_models)
        return;
    m_models = models;
    launch();
}

void EngineService::restart()
{
    if (!m_models.isEmpty())
        launch();
}

void EngineService::stop()
{
    dropProcess();
    setPhase(Phase::Stopped, {});
}

void EngineService::dropProcess()
{
    m_engine.reset();
    m_served.clear();
    if (m_process == nullptr)
        return;
    QProcess* old = m_process;
    m_process = nullptr;
    old->disconnect(this);
    old->setParent(nullptr);
    // The old server ends on its own time; the object goes when it has.
    if (old->state() == QProcess::NotRunning) {
        old->deleteLater();
        return;
    }
    connect(old, &QProcess::finished, old, &QObject::deleteLater);
    connect(
        QCoreApplication::instance(), &QCoreApplication::aboutToQuit, old, [old] { old->kill(); });
    old->terminate();
}

void EngineService::launch()
{
    dropProcess();
    m_output.clear();
    m_lastWords.clear();
    m_token = randomHex(48);
    std::error_code code;
    m_tokenFile = fs::temp_directory_path(code) / ("koala-token-" + randomHex(16));
    if (auto written = writeTokenFile(m_tokenFile, m_token); !written.ok()) {
        setPhase(Phase::Failed, qtext(written.error().message));
        return;
    }
    m_process = new QProcess(this);
    connect(m_process, &QProcess::readyReadStandardOutput, this, &EngineService::readLine);
    connect(m_process, &QProcess::readyReadStandardError, this, &EngineService::readWords);
    connect(m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            setPhase(Phase::Failed,
                tr("Cannot start %1: %2. Build koala beside this program, or set KOALA_PROGRAM.")
                    .arg(JsonChild::programPath(), m_process->errorString()));
    });
    connect(
        m_process, &QProcess::finished, this, [this](int exitCode, QProcess::ExitStatus status) {
            readWords();
            const bool wasReady = m_phase == Phase::Ready;
            const QString words = m_lastWords;
            dropProcess();
            if (wasReady || status == QProcess::CrashExit)
                setPhase(Phase::Crashed,
                    tr("The model server ended by itself (%1). Your chat is saved; restart to go "
                       "on.")
                        .arg(status == QProcess::CrashExit ? tr("signal %1").arg(exitCode)
                                                           : tr("exit code %1").arg(exitCode)));
            else
                setPhase(
                    Phase::Failed, words.isEmpty() ? tr("The model server did not start.") : words);
        });
    setPhase(Phase::Starting, tr("starting the model server"));
    // The server answers this window only: it ends when the window does, however that ends.
    m_process->setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGTERM); });
    m_process->start(JsonChild::programPath(),
        {QStringLiteral("--project"), qtext(m_project.string()), QStringLiteral("serve"),
            m_models.join(QLatin1Char(',')), QStringLiteral("--port"), QStringLiteral("0"),
            QStringLiteral("--token-file"), qtext(m_tokenFile.string())});
}

void EngineService::readWords()
{
    if (m_process == nullptr)
        return;
    const QStringList lines = QString::fromUtf8(m_process->readAllStandardError())
                                  .split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    if (lines.isEmpty())
        return;
    m_lastWords = lines.last().trimmed().left(600);
    if (m_lastWords.startsWith(QStringLiteral("koala: ")))
        m_lastWords = m_lastWords.mid(7);
    if (m_phase == Phase::Starting || m_phase == Phase::Loading)
        setPhase(Phase::Loading, m_lastWords);
}

void EngineService::readLine()
{
    m_output += m_process->readAllStandardOutput();
    const qsizetype end = m_output.indexOf('\n');
    if (end < 0 || m_phase == Phase::Ready)
        return;
    const QByteArray line = m_output.left(end);
    m_output.remove(0, end + 1);
    ready(line);
}

void EngineService::ready(const QByteArray& line)
{
    const auto hello = parseJson(line.toStdString(), "the first line of koala serve");
    if (!hello.ok() || !hello->is_object() || stringOr(*hello, "url", "").empty()) {
        setPhase(Phase::Failed, tr("koala serve did not say where it listens: %1")
                                    .arg(QString::fromUtf8(line.left(200))));
        return;
    }
    m_served.clear();
    for (const Json& model : memberOr(*hello, "models")) {
        ModelInfo info;
        if (model.is_string()) {
            info.id = model.get<std::string>();
        } else {
            info.id = stringOr(model, "id", "");
            info.baseSha256 = stringOr(model, "base_sha256", "");
            info.adapterSha256 = stringOr(model, "adapter_sha256", "");
            info.templateName = stringOr(model, "template", "");
            info.contextTokens = int(integerOr(model, "context_tokens", 0));
        }
        m_served.push_back(info);
    }
    m_engine = std::make_shared<HttpEngine>(stringOr(*hello, "url", ""), m_token);
    setPhase(Phase::Ready, tr("ready"));
}

void EngineService::setPhase(Phase phase, const QString& message)
{
    m_phase = phase;
    m_message = message;
    Q_EMIT phaseChanged(phase, message);
}

} // namespace koala
