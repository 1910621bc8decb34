#include "ui/services/run_service.h"

#include "ui/services/json_child.h"
#include "ui/services/run_reader.h"

namespace koala {

RunService::RunService(fs::path project, NoWorker, QObject* parent)
    : QObject(parent), m_project(std::move(project)), m_runs(std::make_shared<RunSnapshots>())
{
}

RunService::RunService(fs::path project, QObject* parent)
    : RunService(std::move(project), NoWorker{}, parent)
{
    m_reader = new RunReader(m_project / "runs");
    m_reader->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, m_reader, &QObject::deleteLater);
    connect(&m_thread, &QThread::started, m_reader, &RunReader::begin);
    connect(m_reader, &RunReader::looked, this, &RunService::setRuns);
    m_thread.setObjectName(QStringLiteral("runs"));
    m_thread.start(QThread::LowPriority);
}

RunService::~RunService()
{
    m_thread.quit();
    m_thread.wait();
}

void RunService::setRuns(std::shared_ptr<const RunSnapshots> runs)
{
    m_runs = std::move(runs);
    m_loaded = true;
    Q_EMIT runsChanged();
}

const RunSnapshot* RunService::find(const QString& id) const
{
    for (const RunSnapshot& run : *m_runs)
        if (run.id() == id)
            return &run;
    return nullptr;
}

const RunSnapshot* RunService::active() const
{
    for (const RunSnapshot& run : *m_runs)
        if (run.summary.phase == RunPhase::Running)
            return &run;
    return nullptr;
}

void RunService::request(const QString& id, RunRequest request)
{
    const RunSnapshot* run = find(id);
    if (run == nullptr)
        return;
    if (auto asked = requestOfRun(run->summary.directory, request); !asked.ok())
        Q_EMIT requestFailed(QString::fromStdString(asked.error().message));
}

void RunService::pin(const QString& id, qint64 step)
{
    const RunSnapshot* run = find(id);
    if (run == nullptr)
        return;
    // A run under way pins by itself; of one that has ended, the mark is set here.
    const bool alive = run->summary.phase == RunPhase::Running;
    auto pinned = alive ? requestPin(run->summary.directory, step)
                        : pinCheckpoint(run->summary.directory, step);
    if (!pinned.ok())
        Q_EMIT requestFailed(QString::fromStdString(pinned.error().message));
}

void RunService::start(const QStringList& arguments)
{
    launch(QStringList{QStringLiteral("run"), QStringLiteral("start")} + arguments);
}

void RunService::resume(const QString& id, qint64 step, const QStringList& assignments)
{
    QStringList arguments{QStringLiteral("run"), QStringLiteral("resume"),
        step < 0 ? id : QStringLiteral("%1@%2").arg(id).arg(step)};
    for (const QString& pair : assignments)
        arguments << QStringLiteral("--set") << pair;
    launch(arguments);
}

void RunService::launch(const QStringList& arguments)
{
    if (m_starting)
        return;
    m_starting = true;
    auto* child = new JsonChild(this);
    auto named = std::make_shared<QString>();
    connect(child, &JsonChild::line, this, [named](const Json& line) {
        for (const char* field : {"run", "id"})
            if (const std::string id = stringOr(line, field, ""); !id.empty())
                *named = QString::fromStdString(id);
    });
    connect(child, &JsonChild::ended, this,
        [this, child, named](JsonChild::End end, const QString& message) {
            m_starting = false;
            if (end == JsonChild::End::Done)
                Q_EMIT started(*named);
            else
                Q_EMIT startFailed(message, child->words());
            child->deleteLater();
        });
    child->start(
        QStringList{QStringLiteral("--project"), QString::fromStdString(m_project.string())} +
        arguments + QStringList{QStringLiteral("--json")});
}

} // namespace koala
