#include "ui/services/run_service.h"

#include <map>

#include <QTimer>

#include "ui/services/json_child.h"

namespace koala {

namespace {
constexpr int kPollMs = 500;
} // namespace

// Lives on the worker thread.
class RunReader final : public QObject {
    Q_OBJECT
public:
    explicit RunReader(fs::path runs) : m_folder(std::move(runs)) {}

    void begin()
    {
        m_timer = new QTimer(this);
        connect(m_timer, &QTimer::timeout, this, &RunReader::look);
        m_timer->start(kPollMs);
        look();
    }

Q_SIGNALS:
    void looked(std::shared_ptr<const koala::RunSnapshots> runs);

private:
    struct Followed {
        std::unique_ptr<EventLogReader> log;
        RunState state;
        RunSeries series;
        RunSnapshot snapshot;
        bool fresh = true;
    };

    void look()
    {
        std::vector<fs::path> folders;
        if (auto listed = listDirectory(m_folder); listed.ok())
            folders = std::move(*listed); // by name, and names begin with their time: oldest first
        bool changed = m_first;
        std::map<std::string, Followed> kept;
        for (const fs::path& folder : folders) {
            const std::string id = folder.filename().string();
            if (auto node = m_runs.extract(id); !node.empty())
                kept.insert(std::move(node));
            else if (std::error_code code; fs::exists(folder / "config.json", code))
                kept[id].log = std::make_unique<EventLogReader>(folder);
        }
        changed |= !m_runs.empty() || kept.size() != m_count;
        m_runs = std::move(kept);
        m_count = m_runs.size();
        int key = 0;
        for (auto& [id, run] : m_runs) {
            changed |= update(m_folder / id, run);
            run.snapshot.key = key++;
        }
        if (!changed)
            return;
        m_first = false;
        auto all = std::make_shared<RunSnapshots>();
        for (auto run = m_runs.rbegin(); run != m_runs.rend(); ++run)
            all->push_back(run->second.snapshot);
        Q_EMIT looked(std::move(all));
    }

    bool update(const fs::path& folder, Followed& run)
    {
        bool changed = run.fresh;
        if (!run.snapshot.config) {
            auto config = readRunConfig(folder);
            run.snapshot.config = std::make_shared<Json>(config.ok() ? std::move(*config) : Json());
        }
        for (;;) {
            auto events = run.log->poll();
            if (!events.ok() || events->empty())
                break;
            run.state.add(*events);
            run.series.add(*events);
            changed = true;
        }
        if (changed) {
            run.snapshot.state = std::make_shared<RunState>(run.state);
            run.snapshot.series = std::make_shared<RunSeries>(run.series);
        }
        // "Lost" is told by the clock alone.
        const RunPhase phase = run.state.phase();
        if (!changed && phase == run.snapshot.summary.phase)
            return false;
        run.snapshot.summary = summarise(folder, run.state);
        run.fresh = false;
        return true;
    }

    fs::path m_folder;
    QTimer* m_timer = nullptr;
    std::map<std::string, Followed> m_runs;
    std::size_t m_count = 0;
    bool m_first = true;
};

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

#include "run_service.moc"
